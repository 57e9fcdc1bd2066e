//! The conversations of a contact, newest first.

use crate::Error;
use crate::query::Query;
use candor_domain::id::{ContactId, ConversationId};
use uuid::Uuid;

/// Where a page of a history begins: after the conversation made at this time with this id.
pub type Before = (i64, Uuid);

const BEFORE: &str = "SELECT id, created_at FROM conversation WHERE contact_id = $1 AND (created_at, id) < ($2, $3) \
     ORDER BY created_at DESC, id DESC LIMIT $4";

/// A page of a contact's conversations with the time each was made, newest first.
pub fn history(q: &mut impl Query, contact: ContactId, before: Option<Before>, limit: i64) -> Result<Vec<(ConversationId, i64)>, Error> {
    let (at, id) = before.unwrap_or((i64::MAX, Uuid::max()));
    q.list(BEFORE, &[&contact.0, &at, &id, &limit], |row| Ok((ConversationId(row.get(0)?), row.get(1)?)))
}

/// The first contacts with an id above `after`, in the order of ids: for jobs that go over all.
pub fn ids_after(q: &mut impl Query, after: ContactId, limit: i64) -> Result<Vec<ContactId>, Error> {
    q.list("SELECT id FROM contact WHERE id > $1 ORDER BY id LIMIT $2", &[&after.0, &limit], |row| row.get(0).map(ContactId))
}
