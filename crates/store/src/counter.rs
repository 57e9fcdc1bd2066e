//! Numbers people say aloud: 1, 2, 3 … by name. Taken last among a command's locks.

use crate::Error;
use crate::query::Query;
use crate::tx::Tx;

const NEXT: &str =
    "INSERT INTO counter (name, value) VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value";

const LAST: &str = "SELECT value FROM counter WHERE name = $1";

/// The number taken last; 0 before the first.
pub fn last(q: &mut impl Query, name: &str) -> Result<i64, Error> {
    Ok(q.optional(LAST, &[&name], |row| row.get(0))?.unwrap_or(0))
}

pub fn next(tx: &mut Tx<'_>, name: &str) -> Result<i64, Error> {
    tx.one(NEXT, &[&name], |row| row.get(0))
}
