//! Who was mentioned where, for the list of mentions.

use crate::Error;
use crate::query::Query;
use crate::tx::Tx;
use candor_domain::id::{AgentId, ConversationId};

const INSERT: &str = "INSERT INTO mention (agent_id, conversation_id, seq, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
const OF_CASE: &str = "SELECT agent_id, MAX(seq) FROM mention WHERE conversation_id = $1 GROUP BY agent_id";

pub fn insert(tx: &mut Tx<'_>, agent: AgentId, conversation: ConversationId, seq: i64, at: i64) -> Result<(), Error> {
    tx.execute(INSERT, &[&agent.0, &conversation.0, &seq, &at])?;
    Ok(())
}

/// The agents mentioned in a conversation and the newest number each was mentioned at.
pub fn of_case(q: &mut impl Query, conversation: ConversationId) -> Result<Vec<(AgentId, i64)>, Error> {
    q.list(OF_CASE, &[&conversation.0], |row| Ok((AgentId(row.get(0)?), row.get(1)?)))
}
