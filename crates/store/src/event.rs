//! The streams: numbered events, kept as type and JSON of ids and numbers.

use crate::Error;
use crate::query::Query;
use crate::tx::Tx;
use crate::value::Row;
use candor_domain::actor::{ActorKind, ActorRef};
use candor_domain::event::{Event, Recorded};
use candor_domain::id::ConversationId;

macro_rules! columns {
    () => {
        "seq, public_seq, at, actor_kind, actor_id, depth, body"
    };
}

fn read(row: &Row<'_>) -> Result<Recorded, Error> {
    let (kind, body) = (row.get::<String>(3)?, row.get::<String>(6)?);
    let kind = ActorKind::parse(&kind).ok_or_else(|| Error::Corrupt(format!("event.actor_kind holds {kind}")))?;
    let event: Event = serde_json::from_str(&body).map_err(|error| Error::Corrupt(format!("event.body: {error}")))?;
    Ok(Recorded {
        seq: row.get(0)?,
        public_seq: row.get(1)?,
        at: row.get(2)?,
        actor: ActorRef { kind, id: row.get(4)? },
        depth: row.get(5)?,
        event,
    })
}

const INSERT: &str = "INSERT INTO event (stream, seq, public_seq, at, actor_kind, actor_id, depth, kind, body) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

pub fn insert(tx: &mut Tx<'_>, stream: ConversationId, new: &Recorded) -> Result<(), Error> {
    let body = serde_json::to_string(&new.event).map_err(|error| Error::Corrupt(format!("event: {error}")))?;
    tx.execute(
        INSERT,
        &[&stream.0, &new.seq, &new.public_seq, &new.at, &new.actor.kind.as_str(), &new.actor.id, &new.depth, &new.event.name(), &body],
    )?;
    Ok(())
}

/// Which part of a stream to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The first `limit` after this number, ascending.
    After(i64),
    /// The last `limit` before this number, ascending.
    Before(i64),
    /// The last `limit`, ascending.
    Newest,
}

const AFTER: &str = concat!("SELECT ", columns!(), " FROM event WHERE stream = $1 AND seq > $2 ORDER BY seq LIMIT $3");
const BEFORE: &str = concat!("SELECT ", columns!(), " FROM event WHERE stream = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3");
const PUBLIC_AFTER: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM event WHERE stream = $1 AND public_seq > $2 AND public_seq IS NOT NULL ORDER BY public_seq LIMIT $3"
);
const PUBLIC_BEFORE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM event WHERE stream = $1 AND public_seq < $2 AND public_seq IS NOT NULL ORDER BY public_seq DESC LIMIT $3"
);

/// A page of everything that happened, numbered by `seq`.
pub fn page(q: &mut impl Query, stream: ConversationId, part: Part, limit: i64) -> Result<Vec<Recorded>, Error> {
    read_page(q, AFTER, BEFORE, stream, part, limit)
}

/// A page of what the customer may see, numbered by `public_seq`.
pub fn public_page(q: &mut impl Query, stream: ConversationId, part: Part, limit: i64) -> Result<Vec<Recorded>, Error> {
    read_page(q, PUBLIC_AFTER, PUBLIC_BEFORE, stream, part, limit)
}

fn read_page(
    q: &mut impl Query,
    after: &'static str,
    before: &'static str,
    stream: ConversationId,
    part: Part,
    limit: i64,
) -> Result<Vec<Recorded>, Error> {
    let newest_first = |q: &mut _, end: i64| {
        let mut events = Query::list(q, before, &[&stream.0, &end, &limit], read)?;
        events.reverse();
        Ok(events)
    };
    match part {
        Part::After(seq) => q.list(after, &[&stream.0, &seq, &limit], read),
        Part::Before(seq) => newest_first(q, seq),
        Part::Newest => newest_first(q, i64::MAX),
    }
}

const PUBLIC_AT: &str = "SELECT MAX(public_seq) FROM event WHERE stream = $1 AND seq <= $2";

/// The newest public number at or before `seq`; 0 when there is none.
pub fn public_seq_at(q: &mut impl Query, stream: ConversationId, seq: i64) -> Result<i64, Error> {
    Ok(q.one(PUBLIC_AT, &[&stream.0, &seq], |row| row.get::<Option<i64>>(0))?.unwrap_or(0))
}
