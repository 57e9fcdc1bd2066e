//! Settings of the whole workspace, one JSON document a key. What they mean is the app's business.

use crate::Error;
use crate::query::Query;
use crate::tx::Tx;

/// A document and how often it was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    pub value: String,
    pub version: i64,
}

const GET: &str = "SELECT value, version FROM setting WHERE key = $1";
const LOCK: &str = "SELECT value, version FROM setting WHERE key = $1 /*lock*/";
const INSERT: &str = "INSERT INTO setting (key, value, version) VALUES ($1, $2, 1)";
const PUT: &str = "INSERT INTO setting (key, value, version) VALUES ($1, $2, 1) \
     ON CONFLICT (key) DO UPDATE SET value = $2, version = setting.version + 1";

pub fn get(q: &mut impl Query, key: &str) -> Result<Option<Setting>, Error> {
    q.optional(GET, &[&key], |row| Ok(Setting { value: row.get(0)?, version: row.get(1)? }))
}

/// Reads it and holds it until the command ends: rules over several rows are checked by one command at a time.
pub fn lock(tx: &mut Tx<'_>, key: &str) -> Result<Option<Setting>, Error> {
    tx.optional(LOCK, &[&key], |row| Ok(Setting { value: row.get(0)?, version: row.get(1)? }))
}

/// A new one; `Error::Unique` when it is there.
pub fn insert(tx: &mut Tx<'_>, key: &str, value: &str) -> Result<(), Error> {
    tx.execute(INSERT, &[&key, &value])?;
    Ok(())
}

pub fn put(tx: &mut Tx<'_>, key: &str, value: &str) -> Result<(), Error> {
    tx.execute(PUT, &[&key, &value])?;
    Ok(())
}
