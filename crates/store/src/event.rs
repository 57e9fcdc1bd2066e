//! The streams: numbered events, kept as type and JSON of ids and numbers.

use crate::Error;
use crate::query::Query;
use crate::tx::Tx;
use crate::value::Row;
use candor_domain::actor::{ActorKind, ActorRef};
use candor_domain::event::{Event, Recorded};
use candor_domain::id::ConversationId;

/// The columns of an event, in the order [`read`] takes them. `e` is the event.
macro_rules! columns {
    () => {
        "e.seq, e.public_seq, e.at, e.actor_kind, e.actor_id, e.depth, e.body, e.cause, e.kind"
    };
}
pub(crate) use columns;

/// How many columns [`columns`] names.
pub(crate) const COLUMNS: usize = 9;

/// Reads an event from a row that begins with [`columns`].
pub(crate) fn read(row: &Row<'_>) -> Result<Recorded, Error> {
    let (kind, body) = (row.get::<String>(3)?, row.get::<String>(6)?);
    let kind = ActorKind::parse(&kind).ok_or_else(|| Error::Corrupt(format!("event.actor_kind holds {kind}")))?;
    let event: Event =
        serde_json::from_str(&whole(&row.get::<String>(8)?, body)).map_err(|error| Error::Corrupt(format!("event.body: {error}")))?;
    Ok(Recorded {
        seq: row.get(0)?,
        public_seq: row.get(1)?,
        at: row.get(2)?,
        actor: ActorRef { kind, id: row.get(4)? },
        depth: row.get(5)?,
        cause: row.get(7)?,
        event,
    })
}

/// An event as it lies in its row: the type stands in a column of its own, so the body is kept without it.
fn bare(name: &str, whole: String) -> String {
    match whole.strip_prefix(&format!(r#"{{"type":"{name}""#)) {
        Some("}") => "{}".to_owned(),
        Some(rest) if rest.starts_with(',') => format!("{{{}", &rest[1..]),
        _ => whole,
    }
}

/// The same with its type again; older rows have it in their body.
fn whole(name: &str, body: String) -> String {
    match body.strip_prefix('{') {
        Some("}") => format!(r#"{{"type":"{name}"}}"#),
        Some(rest) if !rest.starts_with(r#""type":"#) => format!(r#"{{"type":"{name}",{rest}"#),
        _ => body,
    }
}

const INSERT: &str = "INSERT INTO event (stream, seq, public_seq, at, actor_kind, actor_id, depth, kind, body, cause) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

pub fn insert(tx: &mut Tx<'_>, stream: ConversationId, new: &Recorded) -> Result<(), Error> {
    let body = serde_json::to_string(&new.event).map_err(|error| Error::Corrupt(format!("event: {error}")))?;
    let body = bare(new.event.name(), body);
    let (kind, by) = (new.actor.kind.as_str(), &new.actor.id);
    tx.put(INSERT, &[&stream.0, &new.seq, &new.public_seq, &new.at, &kind, by, &new.depth, &new.event.name(), &body, &new.cause])
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

const AFTER: &str = concat!("SELECT ", columns!(), " FROM event e WHERE e.stream = $1 AND seq > $2 ORDER BY seq LIMIT $3");
const BEFORE: &str = concat!("SELECT ", columns!(), " FROM event e WHERE e.stream = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3");
// Both numbers rise together and the public one is never the higher: the key alone finds the place, and what customers do not
// see is passed over on the way.
const PUBLIC_AFTER: &str =
    concat!("SELECT ", columns!(), " FROM event e WHERE e.stream = $1 AND seq > $2 AND public_seq > $2 ORDER BY seq LIMIT $3");
const PUBLIC_BEFORE: &str =
    concat!("SELECT ", columns!(), " FROM event e WHERE e.stream = $1 AND public_seq < $2 ORDER BY seq DESC LIMIT $3");

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

const MOVES: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM event e WHERE e.stream = $1 AND seq > $2 AND kind IN ('assigned', 'team_changed', 'inbox_changed', 'spam_changed') ORDER BY seq DESC"
);

/// What moved a conversation behind this number: to another owner, team or inbox, into spam or out of it. The latest first.
pub fn moves(q: &mut impl Query, stream: ConversationId, after: i64) -> Result<Vec<Recorded>, Error> {
    q.list(MOVES, &[&stream.0, &after], read)
}

/// The number at which a mail was last taken over from a conversation into another one.
pub fn last_join(q: &mut impl Query, stream: ConversationId) -> Result<Option<i64>, Error> {
    const LAST: &str = "SELECT seq FROM event e WHERE e.stream = $1 AND kind = 'mail_joined' ORDER BY seq DESC LIMIT 1";
    q.optional(LAST, &[&stream.0], |row| row.get(0))
}

const PUBLIC_AT: &str =
    "SELECT public_seq FROM event e WHERE e.stream = $1 AND seq <= $2 AND public_seq IS NOT NULL ORDER BY seq DESC LIMIT 1";

/// The newest public number at or before `seq`; 0 when there is none.
pub fn public_seq_at(q: &mut impl Query, stream: ConversationId, seq: i64) -> Result<i64, Error> {
    Ok(q.optional(PUBLIC_AT, &[&stream.0, &seq], |row| row.get(0))?.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_kept_without_its_type_and_read_with_it_whether_old_or_new() {
        for (name, text, kept) in [
            ("reopened", r#"{"type":"reopened"}"#, "{}"),
            ("tagged", r#"{"type":"tagged","tag":"1"}"#, r#"{"tag":"1"}"#),
            ("other", r#"{"type":"tagged","tag":"1"}"#, r#"{"type":"tagged","tag":"1"}"#),
        ] {
            assert_eq!(bare(name, text.to_owned()), kept);
            assert_eq!(whole(name, kept.to_owned()), text);
            assert_eq!(whole(name, text.to_owned()), text);
        }
    }
}
