//! Roles: named sets of permissions. Which agent has which stands in `agent_role`.

use crate::Error;
use crate::query::Query;
use crate::tx::Tx;
use crate::value::Row;
use candor_domain::id::RoleId;
use candor_domain::permission::Permission;
use std::collections::BTreeSet;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    pub id: RoleId,
    pub name: String,
    /// Came with the desk: cannot be deleted.
    pub builtin: bool,
    pub permissions: BTreeSet<Permission>,
    pub version: i64,
}

const GET: &str = "SELECT id, name, builtin, permissions, version FROM role WHERE id = $1";
const LOCK: &str = "SELECT id, name, builtin, permissions, version FROM role WHERE id = $1 /*lock*/";
const LIST: &str = "SELECT id, name, builtin, permissions, version FROM role ORDER BY id";
const INSERT: &str = "INSERT INTO role (id, name, builtin, permissions, version) VALUES ($1, $2, $3, $4, 1)";
const UPDATE: &str = "UPDATE role SET name = $2, permissions = $3, version = version + 1 WHERE id = $1";
const DELETE: &str = "DELETE FROM role WHERE id = $1";

fn read(row: &Row<'_>) -> Result<Role, Error> {
    Ok(Role {
        id: RoleId(row.get(0)?),
        name: row.get(1)?,
        builtin: row.get(2)?,
        permissions: split_permissions(&row.get::<String>(3)?),
        version: row.get(4)?,
    })
}

pub fn get(q: &mut impl Query, id: RoleId) -> Result<Role, Error> {
    q.one(GET, &[&id.0], read)
}

/// Reads it and holds it until the command ends.
pub fn lock(tx: &mut Tx<'_>, id: RoleId) -> Result<Role, Error> {
    tx.one(LOCK, &[&id.0], read)
}

pub fn list(q: &mut impl Query) -> Result<Vec<Role>, Error> {
    q.list(LIST, &[], read)
}

/// `Error::Unique` on `role (name)`.
pub fn insert(tx: &mut Tx<'_>, role: &Role) -> Result<(), Error> {
    tx.execute(INSERT, &[&role.id.0, &role.name, &role.builtin, &join_permissions(&role.permissions)])?;
    Ok(())
}

/// Writes name and permissions, and raises the version.
pub fn update(tx: &mut Tx<'_>, role: &Role) -> Result<(), Error> {
    tx.execute(UPDATE, &[&role.id.0, &role.name, &join_permissions(&role.permissions)])?;
    Ok(())
}

pub fn delete(tx: &mut Tx<'_>, id: RoleId) -> Result<(), Error> {
    tx.execute(DELETE, &[&id.0])?;
    Ok(())
}

/// Words with one space between. A word that this program does not know gives no right.
pub(crate) fn split_permissions(text: &str) -> BTreeSet<Permission> {
    text.split(' ').filter_map(Permission::parse).collect()
}

pub(crate) fn join_permissions(permissions: &BTreeSet<Permission>) -> String {
    permissions.iter().map(|permission| permission.as_str()).collect::<Vec<_>>().join(" ")
}
