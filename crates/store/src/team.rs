//! Teams and who is in them.

use crate::Error;
use crate::query::Query;
use crate::tx::Tx;
use candor_domain::id::{AgentId, TeamId};
use std::collections::BTreeSet;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    pub id: TeamId,
    pub name: String,
    pub members: BTreeSet<AgentId>,
    pub version: i64,
}

const GET: &str = "SELECT id, name, version FROM team WHERE id = $1";
const LOCK: &str = "SELECT id, name, version FROM team WHERE id = $1 /*lock*/";
const LIST: &str = "SELECT id, name, version FROM team ORDER BY id";
const MEMBERS: &str = "SELECT agent_id FROM team_member WHERE team_id = $1";
const ALL_MEMBERS: &str = "SELECT team_id, agent_id FROM team_member";
const OF_AGENT: &str = "SELECT team_id FROM team_member WHERE agent_id = $1 ORDER BY team_id";
const INSERT: &str = "INSERT INTO team (id, name, version) VALUES ($1, $2, 1)";
const UPDATE: &str = "UPDATE team SET name = $2, version = version + 1 WHERE id = $1";
const TOUCH: &str = "UPDATE team SET version = version + 1 WHERE id = $1";
const DELETE: &str = "DELETE FROM team WHERE id = $1";
const JOIN: &str = "INSERT INTO team_member (team_id, agent_id) VALUES ($1, $2) ON CONFLICT (team_id, agent_id) DO NOTHING";
const LEAVE: &str = "DELETE FROM team_member WHERE team_id = $1 AND agent_id = $2";
const LEAVE_ALL: &str = "DELETE FROM team_member WHERE team_id = $1";

fn with_members(q: &mut impl Query, found: (TeamId, String, i64)) -> Result<Team, Error> {
    let (id, name, version) = found;
    let members = q.list(MEMBERS, &[&id.0], |row| Ok(AgentId(row.get(0)?)))?;
    Ok(Team { id, name, members: members.into_iter().collect(), version })
}

pub fn get(q: &mut impl Query, id: TeamId) -> Result<Team, Error> {
    let found = q.one(GET, &[&id.0], |row| Ok((TeamId(row.get(0)?), row.get(1)?, row.get(2)?)))?;
    with_members(q, found)
}

/// Reads it and holds it until the command ends.
pub fn lock(tx: &mut Tx<'_>, id: TeamId) -> Result<Team, Error> {
    let found = tx.one(LOCK, &[&id.0], |row| Ok((TeamId(row.get(0)?), row.get(1)?, row.get(2)?)))?;
    with_members(tx, found)
}

pub fn list(q: &mut impl Query) -> Result<Vec<Team>, Error> {
    let mut teams =
        q.list(LIST, &[], |row| Ok(Team { id: TeamId(row.get(0)?), name: row.get(1)?, members: BTreeSet::new(), version: row.get(2)? }))?;
    for (team, agent) in q.list(ALL_MEMBERS, &[], |row| Ok((TeamId(row.get(0)?), AgentId(row.get(1)?))))? {
        if let Some(found) = teams.iter_mut().find(|found| found.id == team) {
            found.members.insert(agent);
        }
    }
    Ok(teams)
}

/// The teams an agent is in.
pub fn of_agent(q: &mut impl Query, agent: AgentId) -> Result<BTreeSet<TeamId>, Error> {
    Ok(q.list(OF_AGENT, &[&agent.0], |row| Ok(TeamId(row.get(0)?)))?.into_iter().collect())
}

/// `Error::Unique` on `team (name)`.
pub fn insert(tx: &mut Tx<'_>, team: &Team) -> Result<(), Error> {
    tx.execute(INSERT, &[&team.id.0, &team.name])?;
    team.members.iter().try_for_each(|agent| join(tx, team.id, *agent))
}

/// Writes the name and raises the version.
pub fn update(tx: &mut Tx<'_>, id: TeamId, name: &str) -> Result<(), Error> {
    tx.execute(UPDATE, &[&id.0, &name])?;
    Ok(())
}

/// Raises the version: its members changed.
pub fn touch(tx: &mut Tx<'_>, id: TeamId) -> Result<(), Error> {
    tx.execute(TOUCH, &[&id.0])?;
    Ok(())
}

pub fn join(tx: &mut Tx<'_>, id: TeamId, agent: AgentId) -> Result<(), Error> {
    tx.execute(JOIN, &[&id.0, &agent.0])?;
    Ok(())
}

pub fn leave(tx: &mut Tx<'_>, id: TeamId, agent: AgentId) -> Result<(), Error> {
    tx.execute(LEAVE, &[&id.0, &agent.0])?;
    Ok(())
}

/// Deletes it with its memberships.
pub fn delete(tx: &mut Tx<'_>, id: TeamId) -> Result<(), Error> {
    tx.execute(LEAVE_ALL, &[&id.0])?;
    tx.execute(DELETE, &[&id.0])?;
    Ok(())
}
