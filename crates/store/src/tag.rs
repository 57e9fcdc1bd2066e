//! Tags: labels on conversations.

use crate::Error;
use crate::query::Query;
use crate::tx::Tx;
use crate::value::Row;
use candor_domain::id::TagId;
use candor_domain::staff::Colour;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    pub id: TagId,
    pub name: String,
    pub colour: Colour,
    pub version: i64,
}

const GET: &str = "SELECT id, name, colour, version FROM tag WHERE id = $1";
const LOCK: &str = "SELECT id, name, colour, version FROM tag WHERE id = $1 /*lock*/";
const LIST: &str = "SELECT id, name, colour, version FROM tag ORDER BY name";
const INSERT: &str = "INSERT INTO tag (id, name, colour, version) VALUES ($1, $2, $3, 1)";
const UPDATE: &str = "UPDATE tag SET name = $2, colour = $3, version = version + 1 WHERE id = $1";
const DELETE: &str = "DELETE FROM tag WHERE id = $1";

fn read(row: &Row<'_>) -> Result<Tag, Error> {
    let colour = row.get::<String>(2)?;
    let colour = Colour::parse(&colour).ok_or_else(|| Error::Corrupt(format!("tag.colour holds {colour}")))?;
    Ok(Tag { id: TagId(row.get(0)?), name: row.get(1)?, colour, version: row.get(3)? })
}

pub fn get(q: &mut impl Query, id: TagId) -> Result<Tag, Error> {
    q.one(GET, &[&id.0], read)
}

/// Reads it and holds it until the command ends.
pub fn lock(tx: &mut Tx<'_>, id: TagId) -> Result<Tag, Error> {
    tx.one(LOCK, &[&id.0], read)
}

pub fn list(q: &mut impl Query) -> Result<Vec<Tag>, Error> {
    q.list(LIST, &[], read)
}

/// `Error::Unique` on `tag (name)`.
pub fn insert(tx: &mut Tx<'_>, tag: &Tag) -> Result<(), Error> {
    tx.execute(INSERT, &[&tag.id.0, &tag.name, &tag.colour.as_str()])?;
    Ok(())
}

/// Writes name and colour, and raises the version.
pub fn update(tx: &mut Tx<'_>, tag: &Tag) -> Result<(), Error> {
    tx.execute(UPDATE, &[&tag.id.0, &tag.name, &tag.colour.as_str()])?;
    Ok(())
}

pub fn delete(tx: &mut Tx<'_>, id: TagId) -> Result<(), Error> {
    tx.execute(DELETE, &[&id.0])?;
    Ok(())
}
