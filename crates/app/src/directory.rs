//! The names every signed-in agent may know: colleagues, teams, inboxes, statuses, tags. Ids elsewhere are looked up here.

use crate::{App, Result};
use candor_domain::actor::Actor;
use candor_domain::id::InboxId;
use candor_domain::inbox::Channel;
use candor_domain::permission::Permission;
use candor_store::agent::Colleague;
use candor_store::role::Role;
use candor_store::status::Status;
use candor_store::tag::Tag;
use candor_store::team::Team;
use candor_store::{Pool, Query, agent, inbox, role, status, tag, team};

/// An inbox by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxName {
    pub id: InboxId,
    pub name: String,
    pub channel: Channel,
    pub enabled: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    pub agents: Vec<Colleague>,
    pub teams: Vec<Team>,
    pub inboxes: Vec<InboxName>,
    pub statuses: Vec<Status>,
    pub tags: Vec<Tag>,
    /// For those who give roles.
    pub roles: Option<Vec<Role>>,
}

pub async fn get(app: &App, actor: &Actor) -> Result<Directory> {
    let gives_roles = gives_roles(actor);
    app.db.read(Pool::Quick, move |rx| read(rx, gives_roles)).await
}

pub(crate) fn gives_roles(actor: &Actor) -> bool {
    [Permission::AgentManage, Permission::RoleManage]
        .into_iter()
        .any(|permission| crate::rights::require_somewhere(actor, permission).is_ok())
}

pub(crate) fn read(q: &mut impl Query, with_roles: bool) -> Result<Directory> {
    let inboxes = inbox::list(q)?.into_iter();
    Ok(Directory {
        agents: agent::colleagues(q)?,
        teams: team::list(q)?,
        inboxes: inboxes
            .map(|inbox| InboxName { id: inbox.id, name: inbox.name, channel: inbox.channel, enabled: inbox.enabled })
            .collect(),
        statuses: status::list(q)?,
        tags: tag::list(q)?,
        roles: with_roles.then(|| role::list(q)).transpose()?,
    })
}
