//! PostgreSQL: dead rows are vacuumed away, and what must not be found is rewritten, because freed space is not overwritten.
//!
//! Keys and identities are rewritten whole each time. The large tables are too while they are small; beyond that
//! they are vacuumed, and freed space keeps HMACs and cells of destroyed keys until new rows take it.
//! Statistics name frequent words of the index, so they are taken anew and their catalogue is rewritten. The server's own log
//! (pg_wal, archives, replicas) keeps what it holds until it is recycled; that is not ours to cut.

use super::Cleared;
use crate::Error;
use crate::conn::Conn;
use crate::text::Sql;
use crate::value::{Column, Value};
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

/// Whether some transaction may still see what was wiped: a vacuum, and a rewrite too, keeps for it what it may see, and nobody would
/// come by again. An erasure's row was last written when everything of it was gone, so its `xmin` is the youngest that must be seen
/// by nobody. Of other databases only writers count, whose age the snapshots of this one take over; standbys that give feedback
/// and the autovacuum's ANALYZE have a snapshot like everybody else.
const SEEN: &str = "SELECT EXISTS (SELECT 1 FROM erasure AS e, ( \
         SELECT backend_xid AS xid FROM pg_stat_activity \
         UNION ALL SELECT backend_xmin FROM pg_stat_activity \
             WHERE (datid IS NULL OR datname = current_database()) AND pid <> pg_backend_pid() \
         UNION ALL SELECT transaction FROM pg_prepared_xacts \
         UNION ALL SELECT xmin FROM pg_replication_slots UNION ALL SELECT catalog_xmin FROM pg_replication_slots \
     ) AS held WHERE e.state = 'wiped' AND age(held.xid) >= age(e.xmin))";

pub(super) fn vacuum(conn: &mut Conn) -> Result<Cleared, Error> {
    if one::<bool>(conn, SEEN, &[])? {
        return Ok(Cleared::Busy);
    }
    conn.batch(PATIENCE)?;
    for table in LARGE {
        let size: i64 = one(conn, SIZE, &[&table])?;
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

/// The first column of the first row.
fn one<T: Column>(conn: &mut Conn, sql: &'static str, values: &[&dyn Value]) -> Result<T, Error> {
    let mut found = Err(Error::NotFound);
    conn.each(Sql::Fixed(sql), values, &mut |row| {
        found = row.get(0);
        Ok(ControlFlow::Break(()))
    })?;
    found
}

fn run(conn: &mut Conn, sql: &str) -> Result<Cleared, Error> {
    match conn.batch(sql) {
        Err(Error::Postgres { code, .. }) if code == LOCKED => Ok(Cleared::Busy),
        done => done.map(|()| Cleared::All),
    }
}
