//! How far each agent has read a conversation.

use crate::Error;
use crate::query::Query;
use crate::tx::Tx;
use candor_domain::id::{AgentId, ConversationId};

const SET: &str = "INSERT INTO read_mark (conversation_id, agent_id, seq) VALUES ($1, $2, $3) \
     ON CONFLICT (conversation_id, agent_id) DO UPDATE SET seq = $3 WHERE read_mark.seq < $3";
const PUT_BACK: &str = "UPDATE read_mark SET seq = $3 WHERE conversation_id = $1 AND agent_id = $2";
const GET: &str = "SELECT seq FROM read_mark WHERE conversation_id = $1 AND agent_id = $2";

/// Moves the mark forward; false when it stood there already.
pub fn advance(tx: &mut Tx<'_>, conversation: ConversationId, agent: AgentId, seq: i64) -> Result<bool, Error> {
    Ok(tx.execute(SET, &[&conversation.0, &agent.0, &seq])? > 0)
}

/// Moves the mark back: "mark as unread".
pub fn put_back(tx: &mut Tx<'_>, conversation: ConversationId, agent: AgentId, seq: i64) -> Result<(), Error> {
    tx.execute(PUT_BACK, &[&conversation.0, &agent.0, &seq])?;
    Ok(())
}

pub fn get(q: &mut impl Query, conversation: ConversationId, agent: AgentId) -> Result<i64, Error> {
    Ok(q.optional(GET, &[&conversation.0, &agent.0], |row| row.get(0))?.unwrap_or(0))
}
