//! The outside feed: what happened in all streams, for programs outside, numbered after the fact.
//!
//! The reactor puts pieces of streams into `outbox`; whoever holds the lease gives them gap-free numbers. A number says nothing about
//! order between streams; inside a stream numbers rise with `seq`. It holds ids and numbers, never a customer's words.

use crate::event::{self, columns};
use crate::notes::Note;
use crate::query::Query;
use crate::{Error, Tx};
use candor_domain::event::Recorded;
use candor_domain::id::{ConversationId, InboxId, TeamId};
use uuid::Uuid;

/// The most events one piece has: as many as the reactor reads of a stream at once.
pub const PIECE: i64 = 100;
/// Pieces and events that one command numbers: rows a command may touch, and what the feed promises.
const PIECES_AT_ONCE: i64 = 150;
const EVENTS_AT_ONCE: i64 = 500;

/// How far the feed is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feed {
    /// Raised by a restore: numbers of an older epoch mean something else.
    pub epoch: i64,
    /// The newest number.
    pub number: i64,
}

/// The right to number, until it ends or somebody else has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease(i64);

/// One event of the feed, with where its conversation is now.
#[derive(Clone, Debug)]
pub struct Fed {
    pub number: i64,
    pub stream: ConversationId,
    pub inbox: InboxId,
    pub team: Option<TeamId>,
    pub recorded: Recorded,
}

/// What numbering did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbered {
    pub events: i64,
    /// Where the next look begins, so that no stream waits for ever behind busy ones.
    pub after: Uuid,
    /// Nothing was left after `after`.
    pub end: bool,
}

const PUT: &str = "INSERT INTO outbox (stream_id, seq, upto, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
const GET: &str = "SELECT epoch, number FROM feed WHERE id = 1";
const OLDEST: &str = "SELECT MIN(number) FROM outbox WHERE number IS NOT NULL";
const WAITS: &str = "SELECT 1 FROM outbox WHERE number IS NULL LIMIT 1";
const LEASE: &str = "UPDATE feed SET lease = lease + 1, lease_until = $2 WHERE id = 1 AND lease_until <= $1 RETURNING lease";
const HOLD: &str = "UPDATE feed SET lease_until = $2 WHERE id = 1 AND lease = $1 RETURNING number";
const LET_GO: &str = "UPDATE feed SET lease_until = 0 WHERE id = 1 AND lease = $1";
const COME_TO: &str = "UPDATE feed SET number = $2 WHERE id = 1 AND lease = $1";
const NEXT: &str = "SELECT stream_id, seq, upto FROM outbox WHERE number IS NULL AND stream_id > $1 ORDER BY stream_id, seq LIMIT $2";
const NUMBER: &str = "UPDATE outbox SET number = $3 WHERE stream_id = $1 AND seq = $2";
const NEW_EPOCH: &str = "UPDATE feed SET epoch = CASE WHEN epoch < $1 THEN $1 ELSE epoch + 1 END, lease = lease + 1, lease_until = 0
    WHERE id = 1 RETURNING epoch";
/// The lower bound finds a piece that `after` stands in the middle of; the upper one keeps the join small.
const AFTER: &str = concat!(
    "SELECT ",
    columns!(),
    ", o.number + e.seq - o.seq, e.stream, c.inbox_id, c.team_id FROM outbox o
    JOIN event e ON e.stream = o.stream_id AND e.seq >= o.seq AND e.seq <= o.upto JOIN conversation c ON c.id = o.stream_id
    WHERE o.number > CAST($1 AS BIGINT) - 100 AND o.number <= CAST($1 AS BIGINT) + CAST($2 AS BIGINT)
    AND o.number + e.seq - o.seq > $1 ORDER BY o.number, e.seq LIMIT $2"
);
const FORGET: &str = "DELETE FROM outbox WHERE number IN (SELECT number FROM (SELECT number, at FROM outbox WHERE number IS NOT NULL
    ORDER BY number LIMIT $2) AS oldest WHERE at < $1)";

/// Puts a piece of a stream into the outbox; the stream's row is locked.
pub fn put(tx: &mut Tx<'_>, stream: Uuid, seq: i64, upto: i64) -> Result<(), Error> {
    let now = tx.now();
    tx.put(PUT, &[&stream, &seq, &upto, &now])
}

pub fn get(q: &mut impl Query) -> Result<Feed, Error> {
    q.one(GET, &[], |row| Ok(Feed { epoch: row.get(0)?, number: row.get(1)? }))
}

/// The oldest number that is still kept; `None` while there is none.
pub fn oldest(q: &mut impl Query) -> Result<Option<i64>, Error> {
    q.one(OLDEST, &[], |row| row.get(0))
}

/// Whether something waits for its number.
pub fn waits(q: &mut impl Query) -> Result<bool, Error> {
    Ok(q.optional(WAITS, &[], |_| Ok(()))?.is_some())
}

/// Takes the right to number for so long; `None` while somebody else has it.
pub fn lease(tx: &mut Tx<'_>, for_ms: i64) -> Result<Option<Lease>, Error> {
    let now = tx.now();
    tx.optional(LEASE, &[&now, &(now + for_ms)], |row| Ok(Lease(row.get(0)?)))
}

/// Gives the right back before its time.
pub fn let_go(tx: &mut Tx<'_>, lease: Lease) -> Result<(), Error> {
    tx.execute(LET_GO, &[&lease.0])?;
    Ok(())
}

/// Numbers what waits in streams after `after`, within this command's bounds, and keeps the lease for `for_ms` more.
/// `Error::LeaseLost`: somebody else numbers by now, and nothing was changed.
pub fn number(tx: &mut Tx<'_>, lease: Lease, after: Uuid, for_ms: i64) -> Result<Numbered, Error> {
    let until = tx.now() + for_ms;
    // The feed's row first: it is the lock that keeps numbers gap-free.
    let mut number: i64 = tx.optional(HOLD, &[&lease.0, &until], |row| row.get(0))?.ok_or(Error::LeaseLost)?;
    let read = |row: &crate::value::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let pieces: Vec<(Uuid, i64, i64)> = tx.list(NEXT, &[&after, &PIECES_AT_ONCE], read)?;
    let full = pieces.len() == usize::try_from(PIECES_AT_ONCE).unwrap_or(usize::MAX);
    let mut done = Numbered { events: 0, after, end: !full };
    for (stream, seq, upto) in pieces {
        let events = upto - seq + 1;
        if done.events + events > EVENTS_AT_ONCE {
            done.end = false;
            break;
        }
        tx.execute(NUMBER, &[&stream, &seq, &(number + 1)])?;
        number += events;
        done.events += events;
        // The rest of this stream comes in the next round; its lower numbers are given by then.
        done.after = stream;
    }
    if done.events > 0 {
        tx.execute(COME_TO, &[&lease.0, &number])?;
        tx.note(Note::Feed);
    }
    Ok(done)
}

/// Up to `limit` events after a number, in order.
pub fn after(q: &mut impl Query, number: i64, limit: i64) -> Result<Vec<Fed>, Error> {
    q.list(AFTER, &[&number, &limit], |row| {
        Ok(Fed {
            recorded: event::read(row)?,
            number: row.get(event::COLUMNS)?,
            stream: ConversationId(row.get(event::COLUMNS + 1)?),
            inbox: InboxId(row.get(event::COLUMNS + 2)?),
            team: row.get::<Option<Uuid>>(event::COLUMNS + 3)?.map(TeamId),
        })
    })
}

/// Drops the oldest numbered pieces put in before `before`; returns how many, 0 when none is left.
pub fn forget(tx: &mut Tx<'_>, before: i64) -> Result<u64, Error> {
    tx.execute(FORGET, &[&before, &PIECES_AT_ONCE])
}

/// After a restore: the numbers that follow are others than those that were given out before. Never the same epoch twice, also when
/// the same copy is restored twice, so it follows the clock.
pub fn begin_epoch(tx: &mut Tx<'_>) -> Result<i64, Error> {
    let now = tx.now();
    tx.one(NEW_EPOCH, &[&now], |row| row.get(0))
}
