//! What customers said of a conversation: one rating each, kept once.

use crate::Error;
use crate::keys::Cell;
use crate::query::Query;
use crate::tx::Tx;
use candor_domain::id::{AgentId, ConversationId};

/// A rating; the comment is sealed.
#[derive(Clone, Debug)]
pub struct Rating {
    pub score: i64,
    pub solved: Option<bool>,
    pub comment: Option<Vec<u8>>,
    /// Who had the case when it was rated.
    pub agent: Option<AgentId>,
    pub at: i64,
}

const INSERT: &str = "INSERT INTO rating (conversation_id, score, solved, comment_sealed, agent_id, at) VALUES ($1, $2, $3, $4, $5, $6)";
const GET: &str = "SELECT score, solved, comment_sealed, agent_id, at FROM rating WHERE conversation_id = $1";

pub fn insert(tx: &mut Tx<'_>, conversation: ConversationId, rating: &Rating) -> Result<(), Error> {
    tx.execute(INSERT, &[&conversation.0, &rating.score, &rating.solved, &rating.comment, &rating.agent.map(|id| id.0), &rating.at])?;
    Ok(())
}

pub fn get(q: &mut impl Query, conversation: ConversationId) -> Result<Option<Rating>, Error> {
    q.optional(GET, &[&conversation.0], |row| {
        Ok(Rating {
            score: row.get(0)?,
            solved: row.get(1)?,
            comment: row.get(2)?,
            agent: row.get::<Option<uuid::Uuid>>(3)?.map(AgentId),
            at: row.get(4)?,
        })
    })
}

/// The cell that holds a rating's comment.
pub fn comment_cell(id: ConversationId) -> Cell<'static> {
    Cell { table: "rating", column: "comment", row: id.0 }
}
