//! New members of staff: by an invitation link, or by the operator with a password.

use super::{Profile, profile, roles};
use crate::link::Issued;
use crate::rights::require_everywhere;
use crate::{App, Error, Result, audit, password, workspace};
use candor_domain::actor::Actor;
use candor_domain::contact::IdentityKind;
use candor_domain::id::{AgentId, TeamId};
use candor_domain::locale::Locale;
use candor_domain::permission::Permission;
use candor_domain::staff::{AgentSettings, AgentState, LinkKind, Presence, display_name};
use candor_store::agent::{self, Agent};
use candor_store::agent_role::{self, Held};
use candor_store::{Note, Pool, Queue, Tx, counter};
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

pub(crate) const MAX_NAME: usize = 60;

/// Who is to come.
#[derive(Clone, Debug)]
pub struct New {
    pub email: String,
    pub name: String,
    pub roles: Vec<Held>,
    pub teams: BTreeSet<TeamId>,
    /// The desk's own when absent.
    pub locale: Option<Locale>,
}

/// Invites somebody; the link is shown once and sets their password.
pub async fn invite(app: &App, actor: &Actor, new: New) -> Result<(Profile, String)> {
    require_everywhere(actor, Permission::AgentManage)?;
    let actor = actor.clone();
    let drafted = Drafted::prepare(app, new, AgentState::Invited).await?;
    let link = Issued::prepare(app, LinkKind::Invite, Some(drafted.id));
    let address = link.address.clone();
    let done = app.db.write(Queue::People, move |tx| {
        drafted.insert(tx, &actor, "agent.invited")?;
        link.insert(tx, &actor)?;
        profile(tx, drafted.id)
    });
    Ok((done.await?, address))
}

/// Makes an agent who can sign in at once: the operator's command line, the demo desk.
pub async fn create(app: &App, actor: &Actor, new: New, password: &str) -> Result<Profile> {
    require_everywhere(actor, Permission::AgentManage)?;
    let accepted = password::accept(password, &[&new.name, &new.email])?;
    let hash = app.passwords.hash(accepted, app.ids.bytes()).await?;
    let actor = actor.clone();
    let drafted = Drafted::prepare(app, new, AgentState::Active).await?;
    app.db
        .write(Queue::People, move |tx| {
            drafted.insert(tx, &actor, "agent.created")?;
            agent::set_password(tx, drafted.id, &hash)?;
            profile(tx, drafted.id)
        })
        .await
}

/// An agent before it is written. Ids and times are made here, so that every run of the command writes the same.
#[derive(Clone)]
pub(crate) struct Drafted {
    pub(crate) id: AgentId,
    agent: Agent,
    roles: Vec<(Uuid, Held)>,
    teams: BTreeSet<TeamId>,
}

impl Drafted {
    pub(crate) async fn prepare(app: &App, new: New, state: AgentState) -> Result<Self> {
        let id = app.ids.make();
        let email = IdentityKind::Email.normal(&new.email).ok_or_else(|| Error::invalid("email", "not an address"))?;
        let name = display_name(&new.name, MAX_NAME).ok_or_else(|| Error::invalid("name", "1 to 60 characters"))?;
        let locale = match new.locale {
            Some(locale) => locale,
            None => app.db.read(Pool::Quick, |rx| workspace::get(rx)).await?.0.default_locale,
        };
        let settings = serde_json::to_string(&AgentSettings::new(locale)).map_err(|error| Error::Broken(error.to_string()))?;
        let agent = Agent {
            id,
            number: 0,
            email,
            public_name: name.clone(),
            name,
            state,
            locale,
            presence: Presence::Offline,
            settings,
            created_at: app.now(),
            seen_at: None,
            version: 1,
        };
        let unique: BTreeSet<Held> = new.roles.into_iter().collect();
        Ok(Self { id, agent, roles: unique.into_iter().map(|held| (app.ids.make(), held)).collect(), teams: new.teams })
    }

    pub(crate) fn insert(&self, tx: &mut Tx<'_>, actor: &Actor, action: &'static str) -> Result<()> {
        let held: Vec<Held> = self.roles.iter().map(|(_, held)| *held).collect();
        roles::check(tx, actor, &held)?;
        let agent = Agent { number: counter::next(tx, "agent")?, ..self.agent.clone() };
        agent::insert(tx, &agent).map_err(|error| Error::or_duplicate(error, "agent", "email_blind", "email"))?;
        agent_role::replace(tx, self.id, &self.roles)?;
        roles::set_teams(tx, self.id, &self.teams)?;
        let given: Vec<_> = held.iter().map(|held| json!({ "role": held.role, "inbox": held.inbox, "team": held.team })).collect();
        audit::record(tx, actor, action, ("agent", self.id.0), json!({ "roles": given }))?;
        tx.note(Note::Settings);
        Ok(())
    }
}
