//! Members of staff: invited, changed, disabled, enabled. They are never deleted: what they did stays under their name.

mod change;
mod create;
mod roles;

pub use change::{Patch, disable, enable, reset, update};
pub(crate) use create::{Drafted, MAX_NAME};
pub use create::{New, create, invite};

use crate::rights::require_everywhere;
use crate::{App, Result};
use candor_domain::actor::Actor;
use candor_domain::id::{AgentId, TeamId};
use candor_domain::permission::Permission;
use candor_store::agent::{self, Agent};
pub use candor_store::agent_role::Held;
use candor_store::{Pool, Query, agent_role, team};
use std::collections::BTreeSet;

/// An agent with their roles and teams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    pub agent: Agent,
    pub roles: Vec<Held>,
    pub teams: BTreeSet<TeamId>,
}

pub(crate) fn profile(q: &mut impl Query, id: AgentId) -> Result<Profile> {
    Ok(Profile { agent: agent::get(q, id)?, roles: agent_role::list(q, id)?, teams: team::of_agent(q, id)? })
}

pub async fn list(app: &App, actor: &Actor) -> Result<Vec<Profile>> {
    require_everywhere(actor, Permission::AgentManage)?;
    app.db
        .read(Pool::Quick, |rx| {
            let (mut roles, teams) = (agent_role::all(rx)?, team::list(rx)?);
            let profile = |agent: Agent| {
                let of = teams.iter().filter(|team| team.members.contains(&agent.id)).map(|team| team.id).collect();
                Profile { roles: roles.remove(&agent.id).unwrap_or_default(), teams: of, agent }
            };
            Ok(agent::list(rx)?.into_iter().map(profile).collect())
        })
        .await
}

pub async fn get(app: &App, actor: &Actor, id: AgentId) -> Result<Profile> {
    require_everywhere(actor, Permission::AgentManage)?;
    app.db.read(Pool::Quick, move |rx| profile(rx, id)).await
}
