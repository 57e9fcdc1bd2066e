//! SQLite: the text index is merged until no segment is older than the deletion, the small table of keys is written anew,
//! and the log is folded back and cut off. `secure_delete` has overwritten freed pages by then.

use super::Cleared;
use crate::conn::Conn;
use crate::query::Query;
use crate::text::Sql;
use crate::{Backend, Error, Tx};
use std::ops::ControlFlow;
use std::time::Duration;

/// Pages of the index one command writes; 16 take about a millisecond.
const PAGES: i64 = 16;

const MERGE: &str = "INSERT INTO search_doc (search_doc, rank) VALUES ('merge', $1)";
const MERGE_FROM: &str = "INSERT INTO search_doc (search_doc, rank) VALUES ('usermerge', 2)";
const CHANGES: &str = "SELECT total_changes()";
const STRUCTURE: &str = "SELECT block FROM search_doc_data WHERE id = 10";

/// Merges a piece of the text index; `first` takes all segments there are into one merge. False: nothing is left to merge.
/// PostgreSQL has nothing to merge.
pub fn merge_index(tx: &mut Tx<'_>, first: bool) -> Result<bool, Error> {
    if tx.backend() == Backend::Postgres {
        return Ok(false);
    }
    let before: i64 = tx.one(CHANGES, &[], |row| row.get(0))?;
    if first {
        tx.seat().execute(MERGE_FROM, &[])?;
    }
    tx.seat().execute(MERGE, &[&if first { -PAGES } else { PAGES }])?;
    let after: i64 = tx.one(CHANGES, &[], |row| row.get(0))?;
    // The documented sign of an idle merge: the statement itself counts once.
    Ok(after - before >= 2)
}

/// Segments of the text index, as its structure record counts them; 0 on PostgreSQL.
pub fn segments(q: &mut impl Query) -> Result<i64, Error> {
    if q.backend() == Backend::Postgres {
        return Ok(0);
    }
    let block: Option<Vec<u8>> = q.optional(STRUCTURE, &[], |row| row.get(0))?;
    let unknown = || Error::Corrupt("the structure of the text index cannot be read".to_owned());
    let Some(block) = block else { return Ok(0) };
    // A cookie of four bytes, the mark of the newer form, then counts: levels, segments.
    let rest = block.get(4..).ok_or_else(unknown)?;
    let rest = rest.strip_prefix(&[0xff, 0, 0, 1]).unwrap_or(rest);
    let (_levels, rest) = varint(rest).ok_or_else(unknown)?;
    varint(rest).map(|(segments, _)| segments).ok_or_else(unknown)
}

/// SQLite's variable-length integer, of the sizes a count has.
fn varint(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let mut value = 0;
    for (at, byte) in bytes.iter().enumerate().take(8) {
        value = value << 7 | i64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((value, &bytes[at + 1..]));
        }
    }
    None
}

/// Rows move between pages as a table grows and shrinks, and the place they left keeps their bytes until it is used again. The
/// wrapped keys are what must not stay so: the table is emptied, which overwrites its pages, and filled again.
const REWRITE: [&str; 6] = [
    "CREATE TEMP TABLE kept_key AS SELECT id, contact_id, purpose, wrapped, created_at FROM customer_key",
    "DELETE FROM customer_key",
    "INSERT INTO customer_key (id, contact_id, purpose, wrapped, created_at) \
     SELECT id, contact_id, purpose, wrapped, created_at FROM kept_key ORDER BY id",
    "DROP TABLE temp.kept_key",
    "REINDEX contact_identity",
    "REINDEX inbound",
];

/// Writes the table of keys and the indexes of identities anew, in one command; the caller asks [`super::due_at`] when. False:
/// there are too many rows for that. PostgreSQL does it without a command.
pub fn rewrite_keys(tx: &mut Tx<'_>) -> Result<bool, Error> {
    if tx.backend() == Backend::Postgres {
        return Ok(true);
    }
    if super::rows(tx)? > super::MOST {
        return Ok(false);
    }
    for sql in REWRITE {
        tx.seat().execute(sql, &[])?;
    }
    Ok(true)
}

/// Each try holds up commands this long at most; a query may read for half a minute.
const HOLD_UP: &str = "PRAGMA busy_timeout = 200";
const TRIES: u32 = 120;
const BETWEEN: Duration = Duration::from_millis(300);

/// Folds the log back into the database and cuts it off.
pub(super) fn truncate_log(conn: &mut Conn) -> Result<Cleared, Error> {
    conn.batch(HOLD_UP)?;
    for _ in 0..TRIES {
        if fold_log(conn)? {
            return Ok(Cleared::All);
        }
        std::thread::sleep(BETWEEN);
    }
    Ok(Cleared::Busy)
}

/// Tries once; false while somebody reads what only the log holds.
pub(crate) fn fold_log(conn: &mut Conn) -> Result<bool, Error> {
    let mut busy = 1i64;
    conn.each(Sql::Fixed("PRAGMA wal_checkpoint(TRUNCATE)"), &[], &mut |row| {
        busy = row.get(0)?;
        Ok(ControlFlow::Break(()))
    })?;
    Ok(busy == 0)
}
