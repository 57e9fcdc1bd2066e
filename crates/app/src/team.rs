//! Teams: groups of agents that conversations are given to.

use crate::rights::{require, require_everywhere};
use crate::usage::{refuse_used, still_unused};
use crate::{App, Error, Result, audit};
use candor_domain::actor::Actor;
use candor_domain::id::{AgentId, TeamId};
use candor_domain::permission::{Permission, Subject};
use candor_domain::staff::display_name;
use candor_store::team::{self, Team};
use candor_store::usage::Thing;
use candor_store::{Note, Pool, Queue, Tx, agent, agent_role, inbox};
use serde_json::json;
use std::collections::BTreeSet;

const MAX_NAME: usize = 60;
const MAX_MEMBERS: usize = 150;

/// What is changed; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct Patch {
    pub name: Option<String>,
    pub members: Option<BTreeSet<AgentId>>,
}

/// Every agent knows the teams: they stand in the directory too.
pub async fn list(app: &App) -> Result<Vec<Team>> {
    app.db.read(Pool::Quick, |rx| Ok(team::list(rx)?)).await
}

pub async fn get(app: &App, id: TeamId) -> Result<Team> {
    app.db.read(Pool::Quick, move |rx| Ok(team::get(rx, id)?)).await
}

pub async fn create(app: &App, actor: &Actor, name: &str, members: BTreeSet<AgentId>) -> Result<Team> {
    require_everywhere(actor, Permission::TeamManage)?;
    let (actor, team) = (actor.clone(), Team { id: app.ids.make(), name: named(name)?, members: sized(members)?, version: 1 });
    app.db
        .write(Queue::People, move |tx| {
            team::insert(tx, &Team { members: BTreeSet::new(), ..team.clone() }).map_err(taken)?;
            for member in &team.members {
                join(tx, team.id, *member)?;
            }
            audit::record(tx, &actor, "team.created", ("team", team.id.0), json!({ "members": team.members }))?;
            tx.note(Note::Settings);
            Ok(team.clone())
        })
        .await
}

pub async fn update(app: &App, actor: &Actor, id: TeamId, patch: Patch, expected: Option<i64>) -> Result<Team> {
    require(actor, Permission::TeamManage, Subject::Team(id))?;
    let name = patch.name.as_deref().map(named).transpose()?;
    let members = patch.members.map(sized).transpose()?;
    let actor = actor.clone();
    app.db
        .write(Queue::People, move |tx| {
            let team = team::lock(tx, id)?;
            if expected.is_some_and(|expected| expected != team.version) {
                return Err(Error::Stale);
            }
            let members = members.clone().unwrap_or_else(|| team.members.clone());
            for member in members.difference(&team.members) {
                join(tx, id, *member)?;
            }
            for member in team.members.difference(&members) {
                team::leave(tx, id, *member)?;
            }
            team::update(tx, id, name.as_deref().unwrap_or(&team.name)).map_err(taken)?;
            let joined: Vec<_> = members.difference(&team.members).collect();
            let left: Vec<_> = team.members.difference(&members).collect();
            audit::record(tx, &actor, "team.changed", ("team", id.0), json!({ "joined": joined, "left": left }))?;
            tx.note(Note::Settings);
            Ok(team::get(tx, id)?)
        })
        .await
}

pub async fn delete(app: &App, actor: &Actor, id: TeamId) -> Result<()> {
    require(actor, Permission::TeamManage, Subject::Team(id))?;
    let actor = actor.clone();
    let since = refuse_used(app, Thing::Team(id)).await?;
    app.db
        .write(Queue::People, move |tx| {
            team::lock(tx, id)?;
            if inbox::of_team(tx, id)? {
                return Err(Error::Conflict("an inbox gives its conversations to this team"));
            }
            if agent_role::names_team(tx, id)? {
                return Err(Error::Conflict("agents have roles in this team"));
            }
            still_unused(tx, Thing::Team(id), since)?;
            team::delete(tx, id)?;
            audit::record(tx, &actor, "team.deleted", ("team", id.0), json!({}))?;
            tx.note(Note::Settings);
            Ok(())
        })
        .await
}

fn join(tx: &mut Tx<'_>, id: TeamId, member: AgentId) -> Result<()> {
    match agent::credentials_of(tx, member) {
        Err(candor_store::Error::NotFound) => Err(Error::invalid("members", "there is no such agent")),
        Err(error) => Err(error.into()),
        Ok(_) => Ok(team::join(tx, id, member)?),
    }
}

fn sized(members: BTreeSet<AgentId>) -> Result<BTreeSet<AgentId>> {
    if members.len() > MAX_MEMBERS { Err(Error::invalid("members", format!("at most {MAX_MEMBERS}"))) } else { Ok(members) }
}

fn named(name: &str) -> Result<String> {
    display_name(name, MAX_NAME).ok_or_else(|| Error::invalid("name", "1 to 60 characters"))
}

fn taken(error: candor_store::Error) -> Error {
    Error::or_duplicate(error, "team", "name", "name")
}
