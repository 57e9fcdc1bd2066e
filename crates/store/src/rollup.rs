//! Sums for boards and reports: per quarter of an hour and per day, inbox, team and agent. Never read from messages.

use crate::Error;
use crate::query::Query;
use crate::tx::Tx;
use crate::value::Row;
use uuid::Uuid;

/// Which sum. Nobody and no team stand as the nil id, so that the key has no holes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Start of the span, milliseconds UTC.
    pub bucket: i64,
    /// Its length in milliseconds.
    pub span: i64,
    pub inbox: Uuid,
    pub team: Uuid,
    pub agent: Uuid,
}

/// What is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    pub started: i64,
    pub received: i64,
    pub replied: i64,
    pub first_replies: i64,
    /// Sum of the waits for the first reply, in milliseconds.
    pub first_reply_ms: i64,
    pub resolved: i64,
    pub reopened: i64,
    pub ratings: i64,
    pub rating_sum: i64,
}

impl std::ops::AddAssign for Sums {
    fn add_assign(&mut self, more: Self) {
        self.started += more.started;
        self.received += more.received;
        self.replied += more.replied;
        self.first_replies += more.first_replies;
        self.first_reply_ms += more.first_reply_ms;
        self.resolved += more.resolved;
        self.reopened += more.reopened;
        self.ratings += more.ratings;
        self.rating_sum += more.rating_sum;
    }
}

impl std::ops::Neg for Sums {
    type Output = Self;

    /// What takes these sums back.
    fn neg(self) -> Self {
        Self {
            started: -self.started,
            received: -self.received,
            replied: -self.replied,
            first_replies: -self.first_replies,
            first_reply_ms: -self.first_reply_ms,
            resolved: -self.resolved,
            reopened: -self.reopened,
            ratings: -self.ratings,
            rating_sum: -self.rating_sum,
        }
    }
}

const ADD: &str = "INSERT INTO rollup (bucket, span, inbox_id, team_id, agent_id, lane, started, received, replied, first_replies, first_reply_ms, \
     resolved, reopened, ratings, rating_sum) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) \
     ON CONFLICT (bucket, span, inbox_id, team_id, agent_id, lane) DO UPDATE SET started = rollup.started + $7, received = rollup.received + $8, \
     replied = rollup.replied + $9, first_replies = rollup.first_replies + $10, first_reply_ms = rollup.first_reply_ms + $11, \
     resolved = rollup.resolved + $12, reopened = rollup.reopened + $13, ratings = rollup.ratings + $14, rating_sum = rollup.rating_sum + $15";

/// Adds to a sum in this writer's own lane, so that reactors do not wait for each other's rows.
pub fn add(tx: &mut Tx<'_>, lane: i64, key: Key, sums: Sums) -> Result<(), Error> {
    tx.execute(
        ADD,
        &[
            &key.bucket,
            &key.span,
            &key.inbox,
            &key.team,
            &key.agent,
            &lane,
            &sums.started,
            &sums.received,
            &sums.replied,
            &sums.first_replies,
            &sums.first_reply_ms,
            &sums.resolved,
            &sums.reopened,
            &sums.ratings,
            &sums.rating_sum,
        ],
    )?;
    Ok(())
}

const BETWEEN: &str = "SELECT bucket, span, inbox_id, team_id, agent_id, started, received, replied, first_replies, first_reply_ms, resolved, \
     reopened, ratings, rating_sum FROM rollup WHERE span = $1 AND bucket >= $2 AND bucket < $3 ORDER BY bucket";

/// Every lane's sums of one span length with `from <= bucket < to`.
pub fn between(q: &mut impl Query, span: i64, from: i64, to: i64) -> Result<Vec<(Key, Sums)>, Error> {
    q.list(BETWEEN, &[&span, &from, &to], read)
}

fn read(row: &Row<'_>) -> Result<(Key, Sums), Error> {
    let key = Key { bucket: row.get(0)?, span: row.get(1)?, inbox: row.get(2)?, team: row.get(3)?, agent: row.get(4)? };
    let sums = Sums {
        started: row.get(5)?,
        received: row.get(6)?,
        replied: row.get(7)?,
        first_replies: row.get(8)?,
        first_reply_ms: row.get(9)?,
        resolved: row.get(10)?,
        reopened: row.get(11)?,
        ratings: row.get(12)?,
        rating_sum: row.get(13)?,
    };
    Ok((key, sums))
}

const SAMPLE: &str =
    "INSERT INTO first_reply_sample (conversation_id, inbox_id, at, waited_ms) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
const SAMPLES: &str = "SELECT waited_ms FROM first_reply_sample WHERE inbox_id = $1 ORDER BY at DESC LIMIT $2";

/// Keeps how long a conversation waited for its first reply.
pub fn sample(tx: &mut Tx<'_>, conversation: Uuid, inbox: Uuid, at: i64, waited_ms: i64) -> Result<(), Error> {
    tx.execute(SAMPLE, &[&conversation, &inbox, &at, &waited_ms])?;
    Ok(())
}

/// The wait does not count after all.
pub fn drop_sample(tx: &mut Tx<'_>, conversation: Uuid) -> Result<(), Error> {
    tx.execute("DELETE FROM first_reply_sample WHERE conversation_id = $1", &[&conversation])?;
    Ok(())
}

/// The newest waits of an inbox.
pub fn samples(q: &mut impl Query, inbox: Uuid, limit: i64) -> Result<Vec<i64>, Error> {
    q.list(SAMPLES, &[&inbox, &limit], |row| row.get(0))
}
