//! Roles: what their holders may do. Edits act at once; nobody puts more into a role than they hold themselves.

use crate::rights::{covers, require_everywhere, require_somewhere};
use crate::{App, Error, Result, audit, workspace};
use candor_domain::actor::Actor;
use candor_domain::id::RoleId;
use candor_domain::permission::{Grant, Permission};
use candor_domain::staff::display_name;
use candor_store::role::{self, Role};
use candor_store::{Note, Pool, Queue, Tx, agent_role};
use serde_json::json;
use std::collections::BTreeSet;

const MAX_NAME: usize = 60;

/// What is changed; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct Patch {
    pub name: Option<String>,
    pub permissions: Option<BTreeSet<Permission>>,
}

pub async fn list(app: &App, actor: &Actor) -> Result<Vec<Role>> {
    if !crate::directory::gives_roles(actor) {
        return Err(Error::Forbidden(Permission::RoleManage.as_str()));
    }
    app.db.read(Pool::Quick, |rx| Ok(role::list(rx)?)).await
}

pub async fn get(app: &App, actor: &Actor, id: RoleId) -> Result<Role> {
    require_somewhere(actor, Permission::RoleManage)?;
    app.db.read(Pool::Quick, move |rx| Ok(role::get(rx, id)?)).await
}

pub async fn create(app: &App, actor: &Actor, name: &str, permissions: BTreeSet<Permission>) -> Result<Role> {
    require_everywhere(actor, Permission::RoleManage)?;
    require_held(actor, &permissions)?;
    let (actor, role) = (actor.clone(), Role { id: app.ids.make(), name: named(name)?, builtin: false, permissions, version: 1 });
    app.db
        .write(Queue::People, move |tx| {
            role::insert(tx, &role).map_err(taken)?;
            audit::record(tx, &actor, "role.created", ("role", role.id.0), json!({ "permissions": role.permissions }))?;
            tx.note(Note::Settings);
            Ok(role.clone())
        })
        .await
}

pub async fn update(app: &App, actor: &Actor, id: RoleId, patch: Patch, expected: Option<i64>) -> Result<Role> {
    require_everywhere(actor, Permission::RoleManage)?;
    let name = patch.name.as_deref().map(named).transpose()?;
    let actor = actor.clone();
    let done = app.db.write(Queue::People, move |tx| {
        let mut role = role::lock(tx, id)?;
        if expected.is_some_and(|expected| expected != role.version) {
            return Err(Error::Stale);
        }
        let (admin, _) = workspace::get(tx)?;
        if role.id == admin.admin_role {
            return Err(Error::Conflict("the administrators' role stays as it is"));
        }
        let before = std::mem::take(&mut role.permissions);
        role.permissions = patch.permissions.clone().unwrap_or_else(|| before.clone());
        role.name = name.clone().unwrap_or(role.name);
        // What is added must be one's own; and a role that is wider than oneself is not touched at all.
        require_held(&actor, &before)?;
        require_held(&actor, &role.permissions)?;
        workspace::keeping_an_admin(tx, |tx| role::update(tx, &role).map_err(taken))?;
        let added: Vec<_> = role.permissions.difference(&before).collect();
        let removed: Vec<_> = before.difference(&role.permissions).collect();
        audit::record(tx, &actor, "role.changed", ("role", id.0), json!({ "added": added, "removed": removed }))?;
        tell_holders(tx, id)?;
        Ok(role::get(tx, id)?)
    });
    let done = done.await;
    app.rights.forget();
    done
}

pub async fn delete(app: &App, actor: &Actor, id: RoleId) -> Result<()> {
    require_everywhere(actor, Permission::RoleManage)?;
    let actor = actor.clone();
    app.db
        .write(Queue::People, move |tx| {
            let role = role::lock(tx, id)?;
            if role.builtin {
                return Err(Error::Conflict("a role that came with the desk stays"));
            }
            if !agent_role::holders(tx, id)?.is_empty() {
                return Err(Error::Conflict("agents have this role"));
            }
            require_held(&actor, &role.permissions)?;
            role::delete(tx, id)?;
            audit::record(tx, &actor, "role.deleted", ("role", id.0), json!({}))?;
            tx.note(Note::Settings);
            Ok(())
        })
        .await
}

/// Tells open sockets of everybody who has the role to look at their rights again.
fn tell_holders(tx: &mut Tx<'_>, id: RoleId) -> Result<()> {
    for agent in agent_role::holders(tx, id)? {
        tx.note(Note::Revoked { agent: agent.0 });
    }
    tx.note(Note::Settings);
    Ok(())
}

/// A role can be given everywhere, so its permissions must be held everywhere.
fn require_held(actor: &Actor, permissions: &BTreeSet<Permission>) -> Result<()> {
    let wanted = Grant { permissions: permissions.clone(), inbox: None, team: None };
    if covers(actor, &wanted) { Ok(()) } else { Err(Error::Forbidden("wider than your own rights")) }
}

fn named(name: &str) -> Result<String> {
    display_name(name, MAX_NAME).ok_or_else(|| Error::invalid("name", "1 to 60 characters"))
}

fn taken(error: candor_store::Error) -> Error {
    Error::or_duplicate(error, "role", "name", "name")
}
