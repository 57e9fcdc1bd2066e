//! Who may do what, now: rights read from roles, kept for a moment, and the checks that use cases begin with.
//!
//! A withdrawn right acts within seconds on every node: notes of changes empty what is kept here, and what is kept
//! grows old by itself in case a note was lost.

use crate::lately::Lately;
use crate::{App, Error, Result};
use candor_domain::actor::Actor;
use candor_domain::id::AgentId;
use candor_domain::permission::{Grant, Permission, Rights, Subject, can};
use candor_domain::staff::AgentState;
use candor_store::{Note, Query, agent, agent_role};
use tokio::sync::broadcast::Receiver;

/// The rights of agents that asked lately; changed roles and sessions that ended empty it.
pub type Cache = Lately<AgentId, Rights>;

pub fn cache(notes: Receiver<Note>) -> Cache {
    Lately::new(notes, |note| matches!(note, Note::Settings | Note::Revoked { .. }))
}

/// An agent with what they may do, through what is kept in memory. The agent must be known to be active.
pub(crate) fn known(app: &App, q: &mut impl Query, agent: AgentId) -> Result<Rights> {
    let (found, emptied) = app.rights.get(&agent);
    if let Some(rights) = found {
        return Ok(rights);
    }
    let rights = agent_role::rights(q, agent)?;
    app.rights.put(agent, rights.clone(), emptied);
    Ok(rights)
}

/// An agent with what they may do, read in this transaction; nobody when they are not active.
pub fn actor_of(q: &mut impl Query, id: AgentId) -> Result<Option<Actor>> {
    let found = match agent::credentials_of(q, id) {
        Err(candor_store::Error::NotFound) => return Ok(None),
        found => found?,
    };
    if found.state != AgentState::Active {
        return Ok(None);
    }
    Ok(Some(Actor::Agent { id, rights: agent_role::rights(q, id)? }))
}

/// The check at the door of a use case.
pub(crate) fn require(actor: &Actor, permission: Permission, subject: Subject<'_>) -> Result<()> {
    if can(actor, permission, subject) { Ok(()) } else { Err(Error::Forbidden(permission.as_str())) }
}

/// For something of the whole workspace.
pub(crate) fn require_everywhere(actor: &Actor, permission: Permission) -> Result<()> {
    require(actor, permission, Subject::Workspace)
}

/// For lists that show what is in reach: somewhere is enough.
pub(crate) fn require_somewhere(actor: &Actor, permission: Permission) -> Result<()> {
    match actor {
        Actor::Machine { .. } => Ok(()),
        Actor::Agent { rights, .. } | Actor::Token { rights, .. } if rights.anywhere(permission) => Ok(()),
        _ => Err(Error::Forbidden(permission.as_str())),
    }
}

/// Whether the actor holds all of this at least as widely. The operator's own commands may give anything.
pub(crate) fn covers(actor: &Actor, grant: &Grant) -> bool {
    match actor {
        Actor::Machine { .. } => true,
        Actor::Agent { rights, .. } | Actor::Token { rights, .. } => rights.covers(grant),
        Actor::Visitor { .. } => false,
    }
}

/// Nobody gives, takes or touches rights that are wider than their own.
pub(crate) fn require_cover(actor: &Actor, rights: &Rights) -> Result<()> {
    if rights.grants.iter().all(|grant| covers(actor, grant)) { Ok(()) } else { Err(Error::Forbidden("wider than your own rights")) }
}

/// Whether this set makes an administrator: somebody who can give every right to others.
pub(crate) fn administers(permissions: &std::collections::BTreeSet<Permission>) -> bool {
    permissions.contains(&Permission::AgentManage) && permissions.contains(&Permission::RoleManage)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::broadcast;
    use uuid::Uuid;

    #[test]
    fn a_visitor_who_leaves_empties_nothing_and_an_agent_whose_rights_end_everything() {
        let (tell, notes) = broadcast::channel(16);
        let (cache, agent) = (cache(notes), AgentId(Uuid::from_u128(1)));
        cache.put(agent, Rights::default(), cache.get(&agent).1);
        tell.send(Note::VisitorLeft { session: Uuid::from_u128(2) }).expect("somebody listens");
        assert!(cache.get(&agent).0.is_some(), "customers log out all day");
        tell.send(Note::Revoked { agent: agent.0 }).expect("somebody listens");
        assert!(cache.get(&agent).0.is_none());
    }
}
