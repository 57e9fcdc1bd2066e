//! Statuses: the desk's names for the states of a conversation, each in a fixed category.

use crate::Error;
use crate::query::Query;
use crate::tx::Tx;
use crate::value::Row;
use candor_domain::conversation::Category;
use candor_domain::id::StatusId;
use candor_domain::locale::ByLocale;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    pub id: StatusId,
    pub names: ByLocale,
    pub category: Category,
    /// Its place in lists; the first of a category is what the desk itself uses (a new case, a case reopened).
    pub position: i64,
    /// Came with the desk: keeps its category and cannot be deleted.
    pub builtin: bool,
    pub version: i64,
}

const GET: &str = "SELECT id, names, category, position, builtin, version FROM status WHERE id = $1";
const LOCK: &str = "SELECT id, names, category, position, builtin, version FROM status WHERE id = $1 /*lock*/";
const LIST: &str = "SELECT id, names, category, position, builtin, version FROM status ORDER BY category, position, id";
const FIRST: &str = "SELECT id, names, category, position, builtin, version FROM status WHERE category = $1 ORDER BY position, id LIMIT 1";
const INSERT: &str = "INSERT INTO status (id, names, category, position, builtin, version) VALUES ($1, $2, $3, $4, $5, 1)";
const UPDATE: &str = "UPDATE status SET names = $2, category = $3, position = $4, version = version + 1 WHERE id = $1";
const DELETE: &str = "DELETE FROM status WHERE id = $1";

fn read(row: &Row<'_>) -> Result<Status, Error> {
    let (names, category) = (row.get::<String>(1)?, row.get::<i64>(2)?);
    Ok(Status {
        id: StatusId(row.get(0)?),
        names: serde_json::from_str(&names).map_err(|error| Error::Corrupt(format!("status.names: {error}")))?,
        category: Category::from_level(category).ok_or_else(|| Error::Corrupt(format!("status.category holds {category}")))?,
        position: row.get(3)?,
        builtin: row.get(4)?,
        version: row.get(5)?,
    })
}

fn names(status: &Status) -> String {
    serde_json::to_string(&status.names).expect("a map of words is always JSON")
}

pub fn get(q: &mut impl Query, id: StatusId) -> Result<Status, Error> {
    q.one(GET, &[&id.0], read)
}

const CATEGORY: &str = "SELECT category FROM status WHERE id = $1";

/// What a status means, if there is one with this id.
pub fn category(q: &mut impl Query, id: StatusId) -> Result<Option<Category>, Error> {
    let level = q.optional(CATEGORY, &[&id.0], |row| row.get::<i64>(0))?;
    Ok(level.and_then(Category::from_level))
}

/// Reads it and holds it until the command ends.
pub fn lock(tx: &mut Tx<'_>, id: StatusId) -> Result<Status, Error> {
    tx.one(LOCK, &[&id.0], read)
}

/// In the order of lists: by category, then by position.
pub fn list(q: &mut impl Query) -> Result<Vec<Status>, Error> {
    q.list(LIST, &[], read)
}

/// The first status of a category: a new case has the first open one.
pub fn first(q: &mut impl Query, category: Category) -> Result<Status, Error> {
    q.one(FIRST, &[&category.level()], read)
}

pub fn insert(tx: &mut Tx<'_>, status: &Status) -> Result<(), Error> {
    tx.execute(INSERT, &[&status.id.0, &names(status), &status.category.level(), &status.position, &status.builtin])?;
    Ok(())
}

/// Writes names, category and position, and raises the version.
pub fn update(tx: &mut Tx<'_>, status: &Status) -> Result<(), Error> {
    tx.execute(UPDATE, &[&status.id.0, &names(status), &status.category.level(), &status.position])?;
    Ok(())
}

pub fn delete(tx: &mut Tx<'_>, id: StatusId) -> Result<(), Error> {
    tx.execute(DELETE, &[&id.0])?;
    Ok(())
}
