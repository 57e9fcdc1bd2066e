//! Conversations whose index rows still name an old inbox or team; search reads them too until a job has rewritten them.

use crate::Error;
use crate::query::Query;
use crate::tx::Tx;
use candor_domain::id::ConversationId;

const MARK: &str = "INSERT INTO scope_moved (conversation_id, at) VALUES ($1, $2) ON CONFLICT (conversation_id) DO UPDATE SET at = $2";
const LIST: &str = "SELECT conversation_id FROM scope_moved ORDER BY at LIMIT $1";
const DONE: &str = "DELETE FROM scope_moved WHERE conversation_id = $1 AND at = $2";
const AT: &str = "SELECT at FROM scope_moved WHERE conversation_id = $1";

pub fn mark(tx: &mut Tx<'_>, id: ConversationId) -> Result<(), Error> {
    let now = tx.now();
    tx.execute(MARK, &[&id.0, &now])?;
    Ok(())
}

/// The oldest `limit`.
pub fn list(q: &mut impl Query, limit: i64) -> Result<Vec<ConversationId>, Error> {
    q.list(LIST, &[&limit], |row| Ok(ConversationId(row.get(0)?)))
}

/// When it was marked, if it is.
pub fn marked_at(q: &mut impl Query, id: ConversationId) -> Result<Option<i64>, Error> {
    q.optional(AT, &[&id.0], |row| row.get(0))
}

/// Takes the mark away, unless the conversation moved again since `at`.
pub fn done(tx: &mut Tx<'_>, id: ConversationId, at: i64) -> Result<(), Error> {
    tx.execute(DONE, &[&id.0, &at])?;
    Ok(())
}
