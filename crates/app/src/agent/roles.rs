//! Giving roles: each must exist, its place must exist, and the giver must hold as much.

use crate::rights::require_cover;
use crate::{Error, Result};
use candor_domain::actor::Actor;
use candor_domain::id::{AgentId, TeamId};
use candor_domain::permission::{Grant, Rights};
use candor_store::agent_role::Held;
use candor_store::{Error as StoreError, Query, Tx, inbox, role, team};
use std::collections::BTreeSet;

const MAX_ROLES: usize = 30;

/// Refuses roles that are not there, and those that give more than `actor` has.
pub(super) fn check(q: &mut impl Query, actor: &Actor, roles: &[Held]) -> Result<()> {
    if roles.len() > MAX_ROLES {
        return Err(Error::invalid("roles", format!("at most {MAX_ROLES}")));
    }
    let mut rights = Rights::default();
    for held in roles {
        let role = role::get(q, held.role).map_err(|error| missing(error, "roles", "there is no such role"))?;
        if let Some(id) = held.inbox {
            inbox::get(q, id).map_err(|error| missing(error, "roles", "there is no such inbox"))?;
        }
        if let Some(id) = held.team {
            team::get(q, id).map_err(|error| missing(error, "roles", "there is no such team"))?;
        }
        rights.grants.push(Grant { permissions: role.permissions, inbox: held.inbox, team: held.team });
    }
    require_cover(actor, &rights)
}

/// Puts an agent into these teams and no others.
pub(super) fn set_teams(tx: &mut Tx<'_>, agent: AgentId, teams: &BTreeSet<TeamId>) -> Result<()> {
    let before = team::of_agent(tx, agent)?;
    for id in teams.difference(&before) {
        team::lock(tx, *id).map_err(|error| missing(error, "teams", "there is no such team"))?;
        team::join(tx, *id, agent)?;
        team::touch(tx, *id)?;
    }
    for id in before.difference(teams) {
        team::leave(tx, *id, agent)?;
        team::touch(tx, *id)?;
    }
    Ok(())
}

fn missing(error: StoreError, field: &'static str, why: &str) -> Error {
    match error {
        StoreError::NotFound => Error::invalid(field, why),
        other => other.into(),
    }
}
