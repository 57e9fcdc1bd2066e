//! Streams with events nobody has reacted to yet.
//! A command marks its stream after it has locked the stream's own row; the reactor locks in the same order.

use crate::health::REACTOR_LATE_MS;
use crate::query::Query;
use crate::seat::Seat;
use crate::text::Sql;
use crate::{Error, Rx, Tx};
use std::ops::ControlFlow;
use std::sync::atomic::Ordering;
use std::time::Duration;
use uuid::Uuid;

/// A stream that waits for the reactor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dirty {
    pub stream: Uuid,
    /// What the stream is: "conversation", "contact", ...
    pub kind: String,
    /// Since when it waits.
    pub since: i64,
}

const MARK: &str = "INSERT INTO dirty (stream_id, kind, since, mark) VALUES ($1, $2, $3, 1)
    ON CONFLICT (stream_id) DO UPDATE SET mark = dirty.mark + 1";
const CANDIDATES: &str = "SELECT stream_id, kind, since FROM dirty ORDER BY since LIMIT $1";
const CLEAN: &str = "DELETE FROM dirty WHERE stream_id = $1";
const PUT_OFF: &str = "UPDATE dirty SET since = $2 WHERE stream_id = $1";
const OLDEST: &str = "SELECT MIN(since) FROM dirty";

/// Marks a stream. It always writes, so that it meets a reactor that is about to take the mark away.
pub fn mark(tx: &mut Tx<'_>, stream: Uuid, kind: &'static str) -> Result<(), Error> {
    let now = tx.now();
    tx.put(MARK, &[&stream, &kind, &now])
}

/// The streams that wait longest. Read without a lock: whoever takes one locks the stream's row and looks again.
pub fn candidates(rx: &mut Rx<'_>, limit: i64) -> Result<Vec<Dirty>, Error> {
    rx.list(CANDIDATES, &[&limit], |row| Ok(Dirty { stream: row.get(0)?, kind: row.get(1)?, since: row.get(2)? }))
}

/// Takes the mark away, in the transaction that moved the stream's cursor to its end.
pub fn clean(tx: &mut Tx<'_>, stream: Uuid) -> Result<(), Error> {
    tx.put(CLEAN, &[&stream])
}

/// Puts a stream that cannot be reacted to behind all others.
pub fn put_off(tx: &mut Tx<'_>, stream: Uuid) -> Result<(), Error> {
    let now = tx.now();
    tx.execute(PUT_OFF, &[&stream, &now])?;
    Ok(())
}

/// Looks how far the reactor is behind, for the queues' shares and for health.
pub(crate) fn look(seat: &mut Seat) -> Result<(), Error> {
    let mut oldest: Option<i64> = None;
    seat.conn.each(Sql::Fixed(OLDEST), &[], &mut |row| {
        oldest = row.get(0)?;
        Ok(ControlFlow::Break(()))
    })?;
    seat.shared.oldest_dirty.store(oldest.unwrap_or(0), Ordering::Relaxed);
    let lag = oldest.map_or(0, |since| (seat.shared.clock.now_ms() - since).max(0));
    if lag > REACTOR_LATE_MS {
        seat.shared.late_looks.fetch_add(1, Ordering::Relaxed);
    } else {
        seat.shared.late_looks.store(0, Ordering::Relaxed);
    }
    seat.shared.queues.reactor_is_behind(Duration::from_millis(lag.unsigned_abs()));
    Ok(())
}
