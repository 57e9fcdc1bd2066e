//! Changes to an agent by others. Nobody touches an agent whose rights are wider than their own.

use super::create::MAX_NAME;
use super::{Profile, profile, roles};
use crate::link::Issued;
use crate::rights::{require_cover, require_everywhere};
use crate::workspace::keeping_an_admin;
use crate::{App, Error, Result, audit};
use candor_domain::actor::Actor;
use candor_domain::contact::IdentityKind;
use candor_domain::id::{AgentId, TeamId};
use candor_domain::locale::Locale;
use candor_domain::permission::Permission;
use candor_domain::staff::{AgentState, LinkKind, Presence, display_name};
use candor_store::agent::{self, Agent};
use candor_store::agent_role::{self, Held};
use candor_store::{Note, Query, Queue, Tx, link, session, token};
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

/// What is changed; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct Patch {
    pub email: Option<String>,
    pub name: Option<String>,
    pub public_name: Option<String>,
    pub locale: Option<Locale>,
    pub roles: Option<Vec<Held>>,
    pub teams: Option<BTreeSet<TeamId>>,
}

impl Patch {
    fn checked(mut self) -> Result<Self> {
        let name = |field, name: Option<String>| {
            name.map(|name| display_name(&name, MAX_NAME).ok_or_else(|| Error::invalid(field, "1 to 60 characters"))).transpose()
        };
        self.name = name("name", self.name)?;
        self.public_name = name("public_name", self.public_name)?;
        let email = |email: String| IdentityKind::Email.normal(&email).ok_or_else(|| Error::invalid("email", "not an address"));
        self.email = self.email.map(email).transpose()?;
        self.roles = self.roles.map(|roles| roles.into_iter().collect::<BTreeSet<_>>().into_iter().collect());
        Ok(self)
    }

    /// Names of the fields, for the audit row.
    fn fields(&self) -> Vec<&'static str> {
        let given = [
            ("email", self.email.is_some()),
            ("name", self.name.is_some()),
            ("public_name", self.public_name.is_some()),
            ("locale", self.locale.is_some()),
            ("roles", self.roles.is_some()),
            ("teams", self.teams.is_some()),
        ];
        given.into_iter().filter(|(_, given)| *given).map(|(name, _)| name).collect()
    }
}

/// Takes the agent's lock for somebody who may change them.
fn lock(tx: &mut Tx<'_>, actor: &Actor, id: AgentId) -> Result<Agent> {
    let found = agent::lock(tx, id)?;
    let theirs = agent_role::rights(tx, id)?;
    require_cover(actor, &theirs)?;
    Ok(found)
}

pub async fn update(app: &App, actor: &Actor, id: AgentId, patch: Patch, expected: Option<i64>) -> Result<Profile> {
    require_everywhere(actor, Permission::AgentManage)?;
    let (actor, patch) = (actor.clone(), patch.checked()?);
    let given = patch.roles.iter().flatten().map(|held| (app.ids.make(), *held)).collect::<Vec<(Uuid, Held)>>();
    let done = app.db.write(Queue::People, move |tx| {
        let found = lock(tx, &actor, id)?;
        if expected.is_some_and(|expected| expected != found.version) {
            return Err(Error::Stale);
        }
        if let Some(held) = &patch.roles {
            roles::check(tx, &actor, held)?;
            keeping_an_admin(tx, |tx| Ok(agent_role::replace(tx, id, &given)?))?;
        }
        if let Some(teams) = &patch.teams {
            roles::set_teams(tx, id, teams)?;
        }
        if let Some(email) = &patch.email {
            agent::set_email(tx, id, email).map_err(|error| Error::or_duplicate(error, "agent", "email_blind", "email"))?;
            // A link that went to the old address must not open the new account.
            link::revoke_of(tx, id)?;
        }
        let changed = Agent {
            name: patch.name.clone().unwrap_or_else(|| found.name.clone()),
            public_name: patch.public_name.clone().unwrap_or_else(|| found.public_name.clone()),
            locale: patch.locale.unwrap_or(found.locale),
            ..found
        };
        agent::update(tx, &changed)?;
        let roles = patch
            .roles
            .as_ref()
            .map(|roles| roles.iter().map(|held| json!({ "role": held.role, "inbox": held.inbox, "team": held.team })).collect::<Vec<_>>());
        audit::record(tx, &actor, "agent.changed", ("agent", id.0), json!({ "fields": patch.fields(), "roles": roles }))?;
        tell(tx, id);
        profile(tx, id)
    });
    let done = done.await;
    app.rights.forget();
    done
}

/// Shuts an agent out: sessions, tokens and links end at once. Cases stay with them until somebody takes over.
pub async fn disable(app: &App, actor: &Actor, id: AgentId) -> Result<Profile> {
    require_everywhere(actor, Permission::AgentManage)?;
    let actor = actor.clone();
    let done = app.db.write(Queue::People, move |tx| {
        let found = lock(tx, &actor, id)?;
        if found.state == AgentState::Disabled {
            return profile(tx, id);
        }
        keeping_an_admin(tx, |tx| Ok(agent::update(tx, &Agent { state: AgentState::Disabled, ..found.clone() })?))?;
        agent::set_presence(tx, id, Presence::Offline)?;
        let (sessions, links) = (session::delete_all(tx, id)?, link::revoke_of(tx, id)?);
        let (tokens, now) = (token::of_agent(tx, id)?, tx.now());
        for token in &tokens {
            token::revoke(tx, *token, now)?;
            tx.note(Note::Revoked { agent: token.0 });
        }
        audit::record(tx, &actor, "agent.disabled", ("agent", id.0), json!({ "sessions": sessions, "links": links, "tokens": tokens }))?;
        tell(tx, id);
        profile(tx, id)
    });
    let done = done.await;
    app.rights.forget();
    done
}

/// Lets a disabled agent in again, with the password they had; without one they need a new link.
pub async fn enable(app: &App, actor: &Actor, id: AgentId) -> Result<Profile> {
    require_everywhere(actor, Permission::AgentManage)?;
    let actor = actor.clone();
    app.db
        .write(Queue::People, move |tx| {
            let found = lock(tx, &actor, id)?;
            if found.state == AgentState::Disabled {
                let has_password = agent::credentials_of(tx, id)?.password_hash.is_some();
                let state = if has_password { AgentState::Active } else { AgentState::Invited };
                agent::update(tx, &Agent { state, ..found })?;
                audit::record(tx, &actor, "agent.enabled", ("agent", id.0), json!({}))?;
                tell(tx, id);
            }
            profile(tx, id)
        })
        .await
}

/// A link that sets a new password, or a new invitation for somebody who has not come yet.
pub async fn reset(app: &App, actor: &Actor, id: AgentId) -> Result<String> {
    require_everywhere(actor, Permission::AgentManage)?;
    let actor = actor.clone();
    let (invitation, new) = (Issued::prepare(app, LinkKind::Invite, Some(id)), Issued::prepare(app, LinkKind::Reset, Some(id)));
    app.db
        .write(Queue::People, move |tx| {
            let issued = match lock(tx, &actor, id)?.state {
                AgentState::Active => &new,
                AgentState::Invited => &invitation,
                AgentState::Disabled => return Err(Error::Conflict("the agent is disabled")),
            };
            link::revoke_of(tx, id)?;
            issued.insert(tx, &actor)?;
            Ok(issued.address.clone())
        })
        .await
}

/// Open screens look again: the agent's at their rights, everybody's at the names.
fn tell(tx: &mut Tx<'_>, id: AgentId) {
    tx.note(Note::Revoked { agent: id.0 });
    tx.note(Note::Settings);
}
