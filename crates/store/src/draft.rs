//! What an agent has typed and not sent, kept per conversation, agent and mode.

use crate::Error;
use crate::keys::Cell;
use crate::message::{join, split};
use crate::query::Query;
use crate::tx::Tx;
use candor_domain::id::{AgentId, ConversationId, FileId};
use uuid::Uuid;

/// A draft; the text is sealed.
#[derive(Clone, Debug)]
pub struct Draft {
    pub id: Uuid,
    /// `reply` or `note`.
    pub mode: String,
    pub text: Vec<u8>,
    /// Whom it is also for by mail, sealed.
    pub mail: Option<Vec<u8>>,
    pub files: Vec<FileId>,
    pub updated_at: i64,
}

const PUT: &str = "INSERT INTO draft (id, conversation_id, agent_id, mode, text_sealed, files, updated_at, mail_sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
     ON CONFLICT (conversation_id, agent_id, mode) DO UPDATE SET id = $1, text_sealed = $5, files = $6, updated_at = $7, mail_sealed = $8";
const DELETE: &str = "DELETE FROM draft WHERE conversation_id = $1 AND agent_id = $2 AND mode = $3";
const LIST: &str =
    "SELECT id, mode, text_sealed, files, updated_at, mail_sealed FROM draft WHERE conversation_id = $1 AND agent_id = $2 ORDER BY mode";

pub fn put(tx: &mut Tx<'_>, conversation: ConversationId, agent: AgentId, draft: &Draft) -> Result<(), Error> {
    let files = join(&draft.files);
    let values: [&dyn crate::Value; 8] =
        [&draft.id, &conversation.0, &agent.0, &draft.mode, &draft.text, &files, &draft.updated_at, &draft.mail];
    tx.execute(PUT, &values)?;
    Ok(())
}

pub fn delete(tx: &mut Tx<'_>, conversation: ConversationId, agent: AgentId, mode: &str) -> Result<(), Error> {
    tx.execute(DELETE, &[&conversation.0, &agent.0, &mode])?;
    Ok(())
}

pub fn list(q: &mut impl Query, conversation: ConversationId, agent: AgentId) -> Result<Vec<Draft>, Error> {
    q.list(LIST, &[&conversation.0, &agent.0], |row| {
        let files = split(&row.get::<String>(3)?);
        Ok(Draft { id: row.get(0)?, mode: row.get(1)?, text: row.get(2)?, mail: row.get(5)?, files, updated_at: row.get(4)? })
    })
}

/// The cell that holds a draft's text.
pub fn text_cell(id: Uuid) -> Cell<'static> {
    Cell { table: "draft", column: "text", row: id }
}

/// The cell that says whom a draft is also for.
pub fn mail_cell(id: Uuid) -> Cell<'static> {
    Cell { table: "draft", column: "mail", row: id }
}
