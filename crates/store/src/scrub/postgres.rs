//! PostgreSQL: dead rows are vacuumed away, and what must not be found is rewritten, because freed space is not overwritten.
//!
//! Keys and identities are rewritten whole each time. The large tables are too while they are small; beyond that
//! they are vacuumed, and freed space keeps HMACs and cells of destroyed keys until new rows take it. The server's own log
//! Statistics name frequent words of the index, so they are taken anew and their catalogue is rewritten. The server's own log
//! (pg_wal, archives, replicas) keeps what it holds until it is recycled; that is not ours to cut.

use super::Cleared;
use crate::Error;
use crate::conn::Conn;
use crate::text::Sql;
use std::ops::ControlFlow;

/// Rewritten whole whatever their size; the caller asks [`super::due_at`] when. The last is the server's own; whoever owns the
/// database may rewrite it, for others the server passes it over.
const WHOLE: [&str; 3] = ["customer_key", "contact_identity", "pg_catalog.pg_statistic"];
const LARGE: [&str; 11] =
    ["search_doc", "message", "conversation", "contact", "file", "draft", "held_reply", "rating", "visitor_session", "inbound", "mail"];
/// Up to this size a rewrite takes a second or two, in which commands wait for it.
const AT_ONCE: i64 = 64 << 20;
const SIZE: &str = "SELECT CAST(pg_total_relation_size(CAST(CAST($1 AS TEXT) AS regclass)) AS BIGINT)";
/// A rewrite that waits longer for its lock would hold up everybody behind it.
const PATIENCE: &str = "SET lock_timeout = 1000";
const LOCKED: &str = "55P03";

pub(super) fn vacuum(conn: &mut Conn) -> Result<Cleared, Error> {
    conn.batch(PATIENCE)?;
    for table in LARGE {
        let mut size = i64::MAX;
        conn.each(Sql::Fixed(SIZE), &[&table], &mut |row| {
            size = row.get(0)?;
            Ok(ControlFlow::Break(()))
        })?;
        let full = if size <= AT_ONCE { "FULL" } else { "" };
        if run(conn, &format!("VACUUM {full} {table}"))? == Cleared::Busy {
            return Ok(Cleared::Busy);
        }
        if table == "search_doc" && size > AT_ONCE {
            // Words stay in the index after their documents went; only a new index lacks them.
            conn.batch("REINDEX INDEX CONCURRENTLY search_doc_words")?;
        }
    }
    conn.batch("ANALYZE search_doc")?;
    for table in WHOLE {
        if run(conn, &format!("VACUUM FULL {table}"))? == Cleared::Busy {
            return Ok(Cleared::Busy);
        }
    }
    Ok(Cleared::All)
}

fn run(conn: &mut Conn, sql: &str) -> Result<Cleared, Error> {
    match conn.batch(sql) {
        Err(Error::Postgres { code, .. }) if code == LOCKED => Ok(Cleared::Busy),
        done => done.map(|()| Cleared::All),
    }
}
