//! What happens at a time unless it is disarmed. The row is the truth; any list of times in memory is a hint.
//! Firing claims the row in the transaction that acts, so a timer acts once.

use crate::flaw::{Flaw, planted};
use crate::notes::Note;
use crate::query::Query;
use crate::value::Row;
use crate::{Error, Tx};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timer {
    pub id: Uuid,
    pub stream: Uuid,
    pub kind: String,
    /// Tells timers of one kind on one stream apart; often empty.
    pub name: String,
    pub due_at: i64,
    /// Ids and numbers, never a customer's words.
    pub body: String,
}

const ARM: &str = "INSERT INTO timer (id, stream_id, kind, name, due_at, body, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (stream_id, kind, name) DO UPDATE SET id = excluded.id, due_at = excluded.due_at, body = excluded.body";
const ARM_SOONER: &str = "INSERT INTO timer (id, stream_id, kind, name, due_at, body, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (stream_id, kind, name) DO UPDATE SET due_at = excluded.due_at WHERE excluded.due_at < timer.due_at";
const DISARM: &str = "DELETE FROM timer WHERE stream_id = $1 AND kind = $2 AND name = $3";
const DUE: &str = "SELECT id, stream_id, kind, name, due_at, body FROM timer WHERE due_at <= $1 ORDER BY due_at LIMIT $2";
const NEXT: &str = "SELECT MIN(due_at) FROM timer";
const CLAIM: &str = "DELETE FROM timer WHERE id = $1 AND due_at <= $2 RETURNING id, stream_id, kind, name, due_at, body";
const OF_STREAM: &str = "SELECT id, stream_id, kind, name, due_at, body FROM timer WHERE stream_id = $1 ORDER BY due_at";

/// Arms a timer; one of the same kind and name on the stream is replaced.
pub fn arm(tx: &mut Tx<'_>, timer: &Timer) -> Result<(), Error> {
    set(tx, ARM, timer)
}

/// Arms a timer that serves several waits: one of the same kind and name that is due earlier stays.
pub fn arm_sooner(tx: &mut Tx<'_>, timer: &Timer) -> Result<(), Error> {
    set(tx, ARM_SOONER, timer)
}

fn set(tx: &mut Tx<'_>, sql: &'static str, timer: &Timer) -> Result<(), Error> {
    let now = tx.now();
    let Timer { id, stream, kind, name, due_at, body } = timer;
    tx.execute(sql, &[id, stream, kind, name, due_at, body, &now])?;
    tx.note(Note::Timer { due_at: *due_at });
    Ok(())
}

/// False: it was not armed, or has fired.
pub fn disarm(tx: &mut Tx<'_>, stream: Uuid, kind: &str, name: &str) -> Result<bool, Error> {
    Ok(tx.execute(DISARM, &[&stream, &kind, &name])? > 0)
}

/// Timers that are due now, oldest first. Each is then claimed in the command that acts.
pub fn due(q: &mut impl Query, limit: i64) -> Result<Vec<Timer>, Error> {
    let now = q.now();
    q.list(DUE, &[&now, &limit], read)
}

/// When the next timer is due.
pub fn next(q: &mut impl Query) -> Result<Option<i64>, Error> {
    q.one(NEXT, &[], |row| row.get(0))
}

pub fn of_stream(q: &mut impl Query, stream: Uuid) -> Result<Vec<Timer>, Error> {
    q.list(OF_STREAM, &[&stream], read)
}

/// Takes a due timer in the transaction that acts on it. `None`: disarmed, moved, or fired elsewhere.
pub fn claim(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<Timer>, Error> {
    let now = tx.now();
    let claimed = tx.optional(CLAIM, &[&id, &now], read)?;
    Ok(claimed.filter(|_| !planted(Flaw::DropsTimer)))
}

fn read(row: &Row<'_>) -> Result<Timer, Error> {
    Ok(Timer { id: row.get(0)?, stream: row.get(1)?, kind: row.get(2)?, name: row.get(3)?, due_at: row.get(4)?, body: row.get(5)? })
}
