//! Open work, for the set that every node keeps in memory: states, read marks and mentions, read in pieces along the index
//! of open work, so that a long history costs a start nothing.

use super::{Stored, read, state_columns};
use crate::Error;
use crate::query::Query;
use candor_domain::id::{AgentId, ConversationId};

const STATES: &str = concat!(
    "SELECT ",
    state_columns!(),
    " FROM conversation c WHERE c.category < 2 AND NOT c.spam AND (c.last_message_at, c.id) > ($1, $2) ORDER BY c.last_message_at, c.id LIMIT $3"
);
const MARKS: &str = "SELECT r.conversation_id, r.agent_id, r.seq FROM read_mark r JOIN conversation c ON c.id = r.conversation_id WHERE c.category < 2 AND NOT c.spam";
const MENTIONS: &str = "SELECT m.conversation_id, m.agent_id, MAX(m.seq) FROM mention m JOIN conversation c ON c.id = m.conversation_id \
     WHERE c.category < 2 AND NOT c.spam GROUP BY m.conversation_id, m.agent_id";
const MARKS_OF: &str = "SELECT agent_id, seq FROM read_mark WHERE conversation_id = $1";
const CHANGED: &str = "SELECT id, seq FROM conversation WHERE updated_at >= $1";

/// Open conversations whose last message came after this time (at it, with an id above this one), at most `limit`. One that is
/// written to while the pieces are read moves to the end and may come twice.
pub fn open_states(q: &mut impl Query, after: (i64, ConversationId), limit: i64) -> Result<Vec<Stored>, Error> {
    q.list(STATES, &[&after.0, &after.1.0, &limit], read)
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
