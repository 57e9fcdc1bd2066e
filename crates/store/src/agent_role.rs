//! Who holds which role, and where. Rights are read from here, with one statement an agent.

use crate::Error;
use crate::query::Query;
use crate::role::split_permissions;
use crate::tx::Tx;
use crate::value::Row;
use candor_domain::id::{AgentId, InboxId, RoleId, TeamId};
use candor_domain::permission::{Grant, Permission, Rights};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A role given to an agent, for an inbox, a team, both, or everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Held {
    pub role: RoleId,
    pub inbox: Option<InboxId>,
    pub team: Option<TeamId>,
}

const LIST: &str = "SELECT role_id, inbox_id, team_id FROM agent_role WHERE agent_id = $1 ORDER BY id";
const ALL: &str = "SELECT role_id, inbox_id, team_id, agent_id FROM agent_role ORDER BY agent_id, id";
const RIGHTS: &str = "SELECT role.permissions, agent_role.inbox_id, agent_role.team_id FROM agent_role \
     JOIN role ON role.id = agent_role.role_id WHERE agent_role.agent_id = $1 ORDER BY agent_role.id";
const EVERYWHERE: &str = "SELECT agent.id, role.permissions FROM agent JOIN agent_role ON agent_role.agent_id = agent.id \
     JOIN role ON role.id = agent_role.role_id \
     WHERE agent.state = 'active' AND agent_role.inbox_id IS NULL AND agent_role.team_id IS NULL";
const HOLDERS: &str = "SELECT DISTINCT agent_id FROM agent_role WHERE role_id = $1";
const INSERT: &str = "INSERT INTO agent_role (id, agent_id, role_id, inbox_id, team_id) VALUES ($1, $2, $3, $4, $5)";
const DELETE: &str = "DELETE FROM agent_role WHERE agent_id = $1";
const NAMES_INBOX: &str = "SELECT 1 FROM agent_role WHERE inbox_id = $1 LIMIT 1";
const NAMES_TEAM: &str = "SELECT 1 FROM agent_role WHERE team_id = $1 LIMIT 1";

fn read(row: &Row<'_>) -> Result<Held, Error> {
    Ok(Held { role: RoleId(row.get(0)?), inbox: row.get::<Option<Uuid>>(1)?.map(InboxId), team: row.get::<Option<Uuid>>(2)?.map(TeamId) })
}

pub fn list(q: &mut impl Query, agent: AgentId) -> Result<Vec<Held>, Error> {
    q.list(LIST, &[&agent.0], read)
}

/// Of all agents at once, for lists.
pub fn all(q: &mut impl Query) -> Result<BTreeMap<AgentId, Vec<Held>>, Error> {
    let mut held = BTreeMap::<AgentId, Vec<Held>>::new();
    for (agent, role) in q.list(ALL, &[], |row| Ok((AgentId(row.get(3)?), read(row)?)))? {
        held.entry(agent).or_default().push(role);
    }
    Ok(held)
}

/// What an agent may do, as it stands now.
pub fn rights(q: &mut impl Query, agent: AgentId) -> Result<Rights, Error> {
    let grants = q.list(RIGHTS, &[&agent.0], |row| {
        Ok(Grant {
            permissions: split_permissions(&row.get::<String>(0)?),
            inbox: row.get::<Option<Uuid>>(1)?.map(InboxId),
            team: row.get::<Option<Uuid>>(2)?.map(TeamId),
        })
    })?;
    Ok(Rights { grants })
}

/// What the active agents hold everywhere: tells who is an administrator.
pub fn everywhere(q: &mut impl Query) -> Result<BTreeMap<AgentId, BTreeSet<Permission>>, Error> {
    let mut held = BTreeMap::<AgentId, BTreeSet<Permission>>::new();
    for (agent, permissions) in q.list(EVERYWHERE, &[], |row| Ok((AgentId(row.get(0)?), row.get::<String>(1)?)))? {
        held.entry(agent).or_default().extend(split_permissions(&permissions));
    }
    Ok(held)
}

/// The agents who have this role anywhere.
pub fn holders(q: &mut impl Query, role: RoleId) -> Result<Vec<AgentId>, Error> {
    q.list(HOLDERS, &[&role.0], |row| Ok(AgentId(row.get(0)?)))
}

pub fn names_inbox(q: &mut impl Query, inbox: InboxId) -> Result<bool, Error> {
    Ok(q.optional(NAMES_INBOX, &[&inbox.0], |_| Ok(()))?.is_some())
}

pub fn names_team(q: &mut impl Query, team: TeamId) -> Result<bool, Error> {
    Ok(q.optional(NAMES_TEAM, &[&team.0], |_| Ok(()))?.is_some())
}

/// Gives an agent these roles and no others. The ids are those of the new rows.
pub fn replace(tx: &mut Tx<'_>, agent: AgentId, roles: &[(Uuid, Held)]) -> Result<(), Error> {
    tx.execute(DELETE, &[&agent.0])?;
    for (id, held) in roles {
        tx.execute(INSERT, &[id, &agent.0, &held.role.0, &held.inbox.map(|inbox| inbox.0), &held.team.map(|team| team.0)])?;
    }
    Ok(())
}
