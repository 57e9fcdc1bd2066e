//! Who was let into a customer's record without being the assignee: added by a colleague, or by a written break-glass.

use crate::Error;
use crate::query::Query;
use crate::tx::Tx;
use candor_domain::id::{AgentId, ConversationId};
use uuid::Uuid;

/// One agent's way into a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    pub agent: AgentId,
    /// `shared` or `break_glass`.
    pub kind: String,
    pub by: Option<Uuid>,
    pub at: i64,
    pub until: Option<i64>,
}

const GRANT: &str = "INSERT INTO case_access (conversation_id, agent_id, kind, by_id, at, until) VALUES ($1, $2, $3, $4, $5, $6) \
     ON CONFLICT (conversation_id, agent_id) DO UPDATE SET kind = $3, by_id = $4, at = $5, until = $6";
const REVOKE: &str = "DELETE FROM case_access WHERE conversation_id = $1 AND agent_id = $2";
const LIST: &str =
    "SELECT agent_id, kind, by_id, at, until FROM case_access WHERE conversation_id = $1 AND (until IS NULL OR until > $2) ORDER BY at";

pub fn grant(tx: &mut Tx<'_>, conversation: ConversationId, access: &Access) -> Result<(), Error> {
    tx.execute(GRANT, &[&conversation.0, &access.agent.0, &access.kind, &access.by, &access.at, &access.until])?;
    Ok(())
}

/// Takes a way in back; false when there was none.
pub fn revoke(tx: &mut Tx<'_>, conversation: ConversationId, agent: AgentId) -> Result<bool, Error> {
    Ok(tx.execute(REVOKE, &[&conversation.0, &agent.0])? > 0)
}

/// The ways in that have not run out at `now`.
pub fn list(q: &mut impl Query, conversation: ConversationId, now: i64) -> Result<Vec<Access>, Error> {
    q.list(LIST, &[&conversation.0, &now], |row| {
        Ok(Access { agent: AgentId(row.get(0)?), kind: row.get(1)?, by: row.get(2)?, at: row.get(3)?, until: row.get(4)? })
    })
}
