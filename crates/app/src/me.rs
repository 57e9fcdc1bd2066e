//! The signed-in agent: who they are, what they may do, how their screen is set, what is left to set up.

use crate::agent::{MAX_NAME, Profile, profile};
use crate::directory::{self, Directory};
use crate::session::SignedIn;
use crate::{App, Error, Result, audit, checklist};
use candor_domain::actor::Actor;
use candor_domain::id::{AgentId, InboxId, TeamId};
use candor_domain::locale::Locale;
use candor_domain::permission::{Permission, Rights};
use candor_domain::staff::{AgentSettings, Presence, display_name};
use candor_store::agent::{self, Agent};
use candor_store::{Note, Pool, Queue};
use serde_json::json;
use std::collections::BTreeSet;

/// Everything a screen needs to begin.
#[derive(Clone, Debug)]
pub struct Me {
    pub profile: Profile,
    pub permissions: BTreeSet<Permission>,
    /// Where the agent works; none: everywhere.
    pub inboxes: Option<BTreeSet<InboxId>>,
    pub teams: Option<BTreeSet<TeamId>>,
    pub settings: AgentSettings,
    pub directory: Directory,
    /// For those who set the desk up, until they put it away.
    pub checklist: Option<checklist::Checklist>,
}

/// What is changed; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct Patch {
    pub name: Option<String>,
    pub public_name: Option<String>,
    pub locale: Option<Locale>,
    pub presence: Option<Presence>,
    pub settings: Option<AgentSettings>,
}

pub async fn get(app: &App, signed_in: &SignedIn) -> Result<Me> {
    let Actor::Agent { id, rights } = signed_in.actor.clone() else { return Err(Error::Unauthenticated) };
    let with_roles = directory::gives_roles(&signed_in.actor);
    app.db
        .read(Pool::Quick, move |rx| {
            let profile = profile(rx, id)?;
            let sets_up = rights.everywhere(Permission::SettingsManage);
            let (inboxes, teams) = places(&rights);
            Ok(Me {
                settings: settings(&profile.agent),
                permissions: rights.union(),
                inboxes,
                teams,
                directory: directory::read(rx, with_roles)?,
                checklist: if sets_up { Some(checklist::read(rx, id)?) } else { None },
                profile,
            })
        })
        .await
}

/// The inboxes and teams the rights are bound to, or none where one of them is not bound.
fn places(rights: &Rights) -> (Option<BTreeSet<InboxId>>, Option<BTreeSet<TeamId>>) {
    let open = rights.grants.iter().any(|grant| grant.inbox.is_none() && grant.team.is_none());
    if open {
        return (None, None);
    }
    let inboxes: BTreeSet<_> = rights.grants.iter().filter_map(|grant| grant.inbox).collect();
    let teams: BTreeSet<_> = rights.grants.iter().filter_map(|grant| grant.team).collect();
    (Some(inboxes).filter(|all| !all.is_empty()), Some(teams).filter(|all| !all.is_empty()))
}

/// How the screen is set; a document of another version falls back to the usual.
pub fn settings(agent: &Agent) -> AgentSettings {
    serde_json::from_str(&agent.settings).unwrap_or_else(|_| AgentSettings::new(agent.locale))
}

pub async fn update(app: &App, signed_in: &SignedIn, patch: Patch) -> Result<Profile> {
    let (id, actor) = (signed_in.agent, signed_in.actor.clone());
    let named = |field, name: Option<String>| {
        name.map(|name| display_name(&name, MAX_NAME).ok_or_else(|| Error::invalid(field, "1 to 60 characters"))).transpose()
    };
    let (name, public_name) = (named("name", patch.name)?, named("public_name", patch.public_name)?);
    if let Some(settings) = &patch.settings {
        settings.check().map_err(|(field, why)| Error::invalid(field, why))?;
    }
    let kept =
        patch.settings.map(|settings| serde_json::to_string(&settings)).transpose().map_err(|error| Error::Broken(error.to_string()))?;
    app.db
        .write(Queue::People, move |tx| {
            let found = agent::lock(tx, id)?;
            let changed = Agent {
                name: name.clone().unwrap_or_else(|| found.name.clone()),
                public_name: public_name.clone().unwrap_or_else(|| found.public_name.clone()),
                locale: patch.locale.unwrap_or(found.locale),
                settings: kept.clone().unwrap_or_else(|| found.settings.clone()),
                ..found.clone()
            };
            if changed != found {
                agent::update(tx, &changed)?;
            }
            let renamed = changed.name != found.name || changed.public_name != found.public_name;
            if renamed {
                // The name customers see is theirs to choose, and on record.
                let names = json!({ "name": changed.name, "public_name": changed.public_name });
                audit::record_words(tx, &actor, "agent.renamed", ("agent", id.0), json!({}), &names)?;
            }
            let moved = match patch.presence {
                Some(presence) => agent::set_presence(tx, id, presence)?,
                None => false,
            };
            if renamed || moved {
                tx.note(Note::Settings);
            }
            profile(tx, id)
        })
        .await
}

/// Sets presence from outside a request: the last screen closed, a screen came back.
pub async fn set_presence(app: &App, agent: AgentId, presence: Presence) -> Result<()> {
    app.db
        .write(Queue::Machines, move |tx| {
            if agent::set_presence(tx, agent, presence)? {
                tx.note(Note::Settings);
            }
            Ok(())
        })
        .await
}
