//! Events a follower failed on. Failures are counted; after the last one the event is parked, shown, and can be run again.

use crate::query::Query;
use crate::value::Row;
use crate::{Error, Tx};
use uuid::Uuid;

/// An event that one follower could not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parked {
    pub follower: String,
    pub stream: Uuid,
    pub seq: i64,
    pub tries: i64,
    pub problem: String,
    pub parked_at: Option<i64>,
}

const TRIES: i64 = 3;

const FAIL: &str = "INSERT INTO parked (follower, stream_id, seq, tries, problem, failed_at, parked_at)
    VALUES ($1, $2, $3, 1, $4, $5, NULL)
    ON CONFLICT (follower, stream_id, seq) DO UPDATE SET tries = parked.tries + 1, problem = excluded.problem,
    failed_at = excluded.failed_at RETURNING tries";
const PARK: &str = "UPDATE parked SET parked_at = $4 WHERE follower = $1 AND stream_id = $2 AND seq = $3";
const CLEAR: &str = "DELETE FROM parked WHERE follower = $1 AND stream_id = $2 AND seq = $3";
const OF_STREAM: &str = "SELECT follower, stream_id, seq, tries, problem, parked_at FROM parked
    WHERE stream_id = $1 ORDER BY follower, seq";
const SHOWN: &str = "SELECT follower, stream_id, seq, tries, problem, parked_at FROM parked
    WHERE parked_at IS NOT NULL ORDER BY parked_at DESC LIMIT $1";

/// Counts a failure, in a transaction of its own after the failed one. True: this was the last try and the event is parked.
pub fn fail(tx: &mut Tx<'_>, follower: &str, stream: Uuid, seq: i64, problem: &str) -> Result<bool, Error> {
    let now = tx.now();
    let tries: i64 = tx.one(FAIL, &[&follower, &stream, &seq, &problem, &now], |row| row.get(0))?;
    if tries < TRIES {
        return Ok(false);
    }
    tx.execute(PARK, &[&follower, &stream, &seq, &now])?;
    Ok(true)
}

/// The event was taken after all.
pub fn clear(tx: &mut Tx<'_>, follower: &str, stream: Uuid, seq: i64) -> Result<(), Error> {
    tx.execute(CLEAR, &[&follower, &stream, &seq])?;
    Ok(())
}

/// An event went well at last: what was counted against it no longer makes the reactor careful. What is parked stays.
pub fn overcome(tx: &mut Tx<'_>, stream: Uuid, seq: i64) -> Result<(), Error> {
    tx.execute("DELETE FROM parked WHERE stream_id = $1 AND seq = $2 AND parked_at IS NULL", &[&stream, &seq])?;
    Ok(())
}

/// Failures on a stream, counted and parked ones: what the reactor asks before it hands events to followers.
pub fn of_stream(q: &mut impl Query, stream: Uuid) -> Result<Vec<Parked>, Error> {
    q.list(OF_STREAM, &[&stream], read)
}

/// Parked events for people to see, newest first.
pub fn shown(q: &mut impl Query, limit: i64) -> Result<Vec<Parked>, Error> {
    q.list(SHOWN, &[&limit], read)
}

fn read(row: &Row<'_>) -> Result<Parked, Error> {
    Ok(Parked {
        follower: row.get(0)?,
        stream: row.get(1)?,
        seq: row.get(2)?,
        tries: row.get(3)?,
        problem: row.get(4)?,
        parked_at: row.get(5)?,
    })
}

const ANY: &str = "SELECT 1 FROM parked LIMIT 1";
const BEHIND: &str = "INSERT INTO parked (follower, stream_id, seq, tries, problem, failed_at, parked_at) \
     VALUES ($1, $2, $3, 0, $4, $5, $5) ON CONFLICT (follower, stream_id, seq) DO NOTHING";

/// Whether anything failed anywhere: asked once a turn, so that a desk in order pays nothing for each stream.
pub fn any(q: &mut impl Query) -> Result<bool, Error> {
    Ok(q.optional(ANY, &[], |_| Ok(()))?.is_some())
}

/// Parks an event untried, because an earlier one of its stream is parked for a follower that needs order.
pub fn behind(tx: &mut Tx<'_>, follower: &str, stream: Uuid, seq: i64) -> Result<(), Error> {
    let now = tx.now();
    tx.execute(BEHIND, &[&follower, &stream, &seq, &"waits behind an earlier event", &now])?;
    Ok(())
}
