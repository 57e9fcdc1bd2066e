//! Open work, for the set that every node keeps in memory: states, read marks and mentions, read in pieces along the index
//! of open work, so that a long history costs a start nothing. The joins begin with open work too (`CROSS JOIN` tells SQLite so):
//! there are as many read marks as cases that anybody ever opened.

use super::{Stored, read, state_columns};
use crate::Error;
use crate::query::Query;
use candor_domain::id::{AgentId, ConversationId};
use uuid::Uuid;

/// A place in the order of open work: when the last message came, and the id.
pub type OpenPlace = (i64, ConversationId);

/// Before all open work, and behind all of it.
pub const OPEN_ENDS: (OpenPlace, OpenPlace) = ((i64::MIN, ConversationId(Uuid::nil())), (i64::MAX, ConversationId(Uuid::max())));

/// Open work between two places, oldest first or newest first.
macro_rules! states {
    ($order:literal) => {
        concat!(
            "SELECT ",
            state_columns!(),
            " FROM conversation c WHERE c.category < 2 AND NOT c.spam AND (c.last_message_at, c.id) > ($1, $2) \
             AND (c.last_message_at, c.id) < ($3, $4) ORDER BY c.last_message_at ",
            $order,
            ", c.id ",
            $order,
            " LIMIT $5"
        )
    };
}
const OLDEST: &str = states!("ASC");
const NEWEST: &str = states!("DESC");
const MARKS: &str = "SELECT r.conversation_id, r.agent_id, r.seq FROM conversation c CROSS JOIN read_mark r \
     WHERE r.conversation_id = c.id AND c.category < 2 AND NOT c.spam";
const MENTIONS: &str = "SELECT m.conversation_id, m.agent_id, MAX(m.seq) FROM conversation c CROSS JOIN mention m \
     WHERE m.conversation_id = c.id AND c.category < 2 AND NOT c.spam GROUP BY m.conversation_id, m.agent_id";
const MARKS_OF: &str = "SELECT agent_id, seq FROM read_mark WHERE conversation_id = $1";
const CHANGED: &str = "SELECT id, seq FROM conversation WHERE updated_at >= $1";

/// At which end of it open work is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Oldest,
    Newest,
}

/// Open conversations between two places, at most `limit`, from one end on. One that is written to meanwhile moves behind all
/// others: whoever looks there last misses none, and may meet one twice.
pub fn open_states(q: &mut impl Query, between: (OpenPlace, OpenPlace), end: End, limit: i64) -> Result<Vec<Stored>, Error> {
    let (after, before) = between;
    let sql = if end == End::Oldest { OLDEST } else { NEWEST };
    q.list(sql, &[&after.0, &after.1.0, &before.0, &before.1.0, &limit], read)
}

/// Who has read open conversations how far.
pub fn open_marks(q: &mut impl Query) -> Result<Vec<(ConversationId, AgentId, i64)>, Error> {
    q.list(MARKS, &[], |row| Ok((ConversationId(row.get(0)?), AgentId(row.get(1)?), row.get(2)?)))
}

/// Who is mentioned in open conversations, and where last.
pub fn open_mentions(q: &mut impl Query) -> Result<Vec<(ConversationId, AgentId, i64)>, Error> {
    q.list(MENTIONS, &[], |row| Ok((ConversationId(row.get(0)?), AgentId(row.get(1)?), row.get(2)?)))
}

/// Who has read one conversation how far.
pub fn marks_of(q: &mut impl Query, id: ConversationId) -> Result<Vec<(AgentId, i64)>, Error> {
    q.list(MARKS_OF, &[&id.0], |row| Ok((AgentId(row.get(0)?), row.get(1)?)))
}

/// What changed since a time, with the number it has come to: the sweep compares it with what was told.
pub fn changed_since(q: &mut impl Query, since: i64) -> Result<Vec<(ConversationId, i64)>, Error> {
    q.list(CHANGED, &[&since], |row| Ok((ConversationId(row.get(0)?), row.get(1)?)))
}
