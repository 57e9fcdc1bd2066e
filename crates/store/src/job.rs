//! Work to be done after a commit: by whoever holds the lease, once in effect.
//! A claim is short and writes a lease number; a result counts only with that number. Nothing is dropped: after its last try a job
//! is parked and shown. Bodies hold ids and numbers, never a customer's words.

use crate::flaw::{Flaw, planted};
use crate::notes::Note;
use crate::query::Query;
use crate::value::Row;
use crate::{Error, Rx, Tx};
use uuid::Uuid;

pub struct NewJob<'a> {
    /// Made before the command; the stable id for effects outside.
    pub id: Uuid,
    /// Who works on it: "quick", "slow", "send", ...
    pub queue: &'a str,
    pub kind: &'a str,
    /// A second job with the same key is not added.
    pub unique_key: Option<&'a str>,
    pub stream: Option<Uuid>,
    pub body: &'a str,
    pub due_at: i64,
    pub max_tries: i64,
}

/// A claimed job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    pub id: Uuid,
    pub queue: String,
    pub kind: String,
    pub stream: Option<Uuid>,
    pub body: String,
    pub lease: i64,
    /// This try's number, from 1.
    pub tries: i64,
    pub max_tries: i64,
    pub created_at: i64,
}

/// A job that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parked {
    pub job: Job,
    pub problem: String,
    pub parked_at: i64,
}

/// What became of a job whose try failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failed {
    Again,
    Parked,
}

const INSERT: &str = "INSERT INTO job (id, queue, kind, unique_key, stream_id, body, due_at, max_tries, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
const CLAIM: &str = "WITH due AS MATERIALIZED (SELECT id FROM job WHERE queue = $1 AND due_at <= $2 AND parked_at IS NULL
    ORDER BY due_at LIMIT $4 /*lock skip*/)
    UPDATE job SET lease = lease + 1, tries = tries + 1, due_at = $3 WHERE id IN (SELECT id FROM due)
    RETURNING id, queue, kind, stream_id, body, lease, tries, max_tries, created_at";
/// A worker that dies in the last try leaves the job with its tries used up.
const GIVE_UP: &str = "UPDATE job SET parked_at = $2, problem = 'the worker stopped during the last try'
    WHERE queue = $1 AND due_at <= $2 AND parked_at IS NULL AND tries >= max_tries";
const FINISH: &str = "DELETE FROM job WHERE id = $1 AND lease = $2 AND parked_at IS NULL";
const EXTEND: &str = "UPDATE job SET due_at = $3 WHERE id = $1 AND lease = $2 AND parked_at IS NULL";
const GO_ON: &str = "UPDATE job SET due_at = $3, body = $4 WHERE id = $1 AND lease = $2 AND parked_at IS NULL";
const BY_KIND: &str = "SELECT id, queue, kind, stream_id, body, lease, tries, max_tries, created_at FROM job WHERE queue = $1 AND kind = $2
    ORDER BY created_at";
const FAIL: &str = "UPDATE job SET due_at = $3, problem = $4 WHERE id = $1 AND lease = $2 AND parked_at IS NULL";
const PARK: &str = "UPDATE job SET parked_at = $3, problem = $4 WHERE id = $1 AND lease = $2 AND parked_at IS NULL";
const RUN_AGAIN: &str = "UPDATE job SET parked_at = NULL, tries = 0, due_at = $2 WHERE id = $1 AND parked_at IS NOT NULL";
const CANCEL: &str = "DELETE FROM job WHERE id = $1 AND lease = 0 AND parked_at IS NULL";
const PARKED: &str = "SELECT id, queue, kind, stream_id, body, lease, tries, max_tries, created_at, problem, parked_at
    FROM job WHERE parked_at IS NOT NULL ORDER BY parked_at DESC LIMIT $1";
const NEXT_DUE: &str = "SELECT MIN(due_at) FROM job WHERE queue = $1 AND parked_at IS NULL";
const OPEN: &str = "SELECT COUNT(*) FROM job WHERE parked_at IS NULL";

/// Adds a job with the command that caused it. False: one with the same key (or id) is there.
pub fn insert(tx: &mut Tx<'_>, job: &NewJob<'_>) -> Result<bool, Error> {
    let now = tx.now();
    let added =
        tx.execute(INSERT, &[&job.id, &job.queue, &job.kind, &job.unique_key, &job.stream, &job.body, &job.due_at, &job.max_tries, &now])?;
    if added > 0 {
        tx.note(Note::Job);
    }
    Ok(added > 0)
}

/// Takes up to `limit` due jobs of a queue for `lease_ms`.
pub fn claim(tx: &mut Tx<'_>, queue: &str, lease_ms: i64, limit: i64) -> Result<Vec<Job>, Error> {
    let now = tx.now();
    tx.execute(GIVE_UP, &[&queue, &now])?;
    tx.list(CLAIM, &[&queue, &now, &(now + lease_ms), &limit], read)
}

/// The job is done; in the transaction of its result.
pub fn finish(tx: &mut Tx<'_>, job: &Job) -> Result<(), Error> {
    if planted(Flaw::FinishesWithoutLease) {
        tx.execute("DELETE FROM job WHERE id = $1", &[&job.id])?;
        return Ok(());
    }
    held(tx.execute(FINISH, &[&job.id, &job.lease])?)
}

/// Keeps the lease of long work until then.
pub fn extend(tx: &mut Tx<'_>, job: &Job, until: i64) -> Result<(), Error> {
    held(tx.execute(EXTEND, &[&job.id, &job.lease, &until])?)
}

/// Notes how far long work is, and keeps its lease until then, or puts it off until then.
pub fn go_on(tx: &mut Tx<'_>, job: &Job, until: i64, body: &str) -> Result<(), Error> {
    held(tx.execute(GO_ON, &[&job.id, &job.lease, &until, &body])?)
}

/// The jobs of a kind, oldest first: how far they are stands in their bodies.
pub fn of_kind(q: &mut impl Query, queue: &str, kind: &str) -> Result<Vec<Job>, Error> {
    q.list(BY_KIND, &[&queue, &kind], read)
}

/// The try failed: it runs again at `retry_at`, or is parked after its last try.
pub fn fail(tx: &mut Tx<'_>, job: &Job, problem: &str, retry_at: i64) -> Result<Failed, Error> {
    if job.tries >= job.max_tries {
        park(tx, job, problem)?;
        return Ok(Failed::Parked);
    }
    held(tx.execute(FAIL, &[&job.id, &job.lease, &retry_at, &problem])?)?;
    Ok(Failed::Again)
}

/// No try can help: the job waits for a person.
pub fn park(tx: &mut Tx<'_>, job: &Job, problem: &str) -> Result<(), Error> {
    let now = tx.now();
    held(tx.execute(PARK, &[&job.id, &job.lease, &now, &problem])?)
}

/// Lets a parked job run again from its first try. False: it is not parked.
pub fn run_again(tx: &mut Tx<'_>, id: Uuid) -> Result<bool, Error> {
    let now = tx.now();
    let found = tx.execute(RUN_AGAIN, &[&id, &now])? > 0;
    if found {
        tx.note(Note::Job);
    }
    Ok(found)
}

/// Takes a job away that nobody has ever claimed. False: too late, or not there.
pub fn cancel(tx: &mut Tx<'_>, id: Uuid) -> Result<bool, Error> {
    Ok(tx.execute(CANCEL, &[&id])? > 0)
}

/// Parked jobs, newest first.
pub fn parked(q: &mut impl Query, limit: i64) -> Result<Vec<Parked>, Error> {
    q.list(PARKED, &[&limit], |row| {
        let problem: Option<String> = row.get(9)?;
        Ok(Parked { job: read(row)?, problem: problem.unwrap_or_default(), parked_at: row.get(10)? })
    })
}

/// When a worker of this queue should look next.
pub fn next_due(rx: &mut Rx<'_>, queue: &str) -> Result<Option<i64>, Error> {
    rx.one(NEXT_DUE, &[&queue], |row| row.get(0))
}

/// Jobs that are waiting or running.
pub fn open(q: &mut impl Query) -> Result<i64, Error> {
    q.one(OPEN, &[], |row| row.get(0))
}

fn held(rows: u64) -> Result<(), Error> {
    if rows == 1 { Ok(()) } else { Err(Error::LeaseLost) }
}

fn read(row: &Row<'_>) -> Result<Job, Error> {
    Ok(Job {
        id: row.get(0)?,
        queue: row.get(1)?,
        kind: row.get(2)?,
        stream: row.get(3)?,
        body: row.get(4)?,
        lease: row.get(5)?,
        tries: row.get(6)?,
        max_tries: row.get(7)?,
        created_at: row.get(8)?,
    })
}
