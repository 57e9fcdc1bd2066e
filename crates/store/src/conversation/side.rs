//! Side threads: conversations with third parties about a case, its parent. What is said in one falls under the parent's key.

use crate::Error;
use crate::query::Query;
use crate::tx::Tx;
use candor_domain::id::{ContactId, ConversationId};

const OF_PARENT: &str = "SELECT id FROM conversation WHERE parent_id = $1 ORDER BY parent_id, created_at, id";
const SEALED_FOR: &str = "SELECT id FROM conversation WHERE contact_id = $1 AND parent_id IS NULL \
     UNION SELECT s.id FROM conversation s JOIN conversation p ON p.id = s.parent_id WHERE p.contact_id = $1 ORDER BY 1";
const ABOUT: &str = "SELECT id FROM conversation WHERE contact_id = $1 \
     UNION SELECT s.id FROM conversation s JOIN conversation p ON p.id = s.parent_id WHERE p.contact_id = $1 ORDER BY 1";

/// The side threads of a case, the oldest first.
pub fn sides(q: &mut impl Query, parent: ConversationId) -> Result<Vec<ConversationId>, Error> {
    q.list(OF_PARENT, &[&parent.0], |row| row.get(0).map(ConversationId))
}

/// The cases that lie under a contact's keys: their own, and the side threads about these.
pub fn sealed_for(q: &mut impl Query, contact: ContactId) -> Result<Vec<ConversationId>, Error> {
    q.list(SEALED_FOR, &[&contact.0], |row| row.get(0).map(ConversationId))
}

/// The cases that say something of a contact: their own, side threads in which they were asked, and those about their cases.
pub fn about(q: &mut impl Query, contact: ContactId) -> Result<Vec<ConversationId>, Error> {
    q.list(ABOUT, &[&contact.0], |row| row.get(0).map(ConversationId))
}

/// Up to where the parent was told what happened in a side thread.
pub fn told(q: &mut impl Query, side: ConversationId) -> Result<i64, Error> {
    q.one("SELECT told_seq FROM conversation WHERE id = $1", &[&side.0], |row| row.get(0))
}

/// The parent knows of everything up to `seq`.
pub fn tell(tx: &mut Tx<'_>, side: ConversationId, seq: i64) -> Result<(), Error> {
    tx.execute("UPDATE conversation SET told_seq = $2 WHERE id = $1 AND told_seq < $2", &[&side.0, &seq])?;
    Ok(())
}
