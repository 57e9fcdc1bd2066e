//! The conversations of a contact, newest first.

use crate::Error;
use crate::query::Query;
use candor_domain::id::{ContactId, ConversationId};
use uuid::Uuid;

/// Where a page of a history begins: after the conversation made at this time with this id.
pub type Before = (i64, Uuid);

const BEFORE: &str = "SELECT id, created_at FROM conversation WHERE contact_id = $1 AND (created_at, id) < ($2, $3) \
     AND parent_id IS NULL ORDER BY created_at DESC, id DESC LIMIT $4";
const SHOWN_BEFORE: &str = "SELECT id, created_at FROM conversation WHERE contact_id = $1 AND (created_at, id) < ($2, $3) \
     AND parent_id IS NULL AND (NOT outbound OR preview_sealed IS NOT NULL) ORDER BY created_at DESC, id DESC LIMIT $4";

/// A page of a contact's conversations with the time each was made, newest first; side threads are about others.
pub fn history(q: &mut impl Query, contact: ContactId, before: Option<Before>, limit: i64) -> Result<Vec<(ConversationId, i64)>, Error> {
    page(q, BEFORE, contact, before, limit)
}

/// The same as the customer may know them: one that we begin is there with its first message.
pub fn shown_history(
    q: &mut impl Query,
    contact: ContactId,
    before: Option<Before>,
    limit: i64,
) -> Result<Vec<(ConversationId, i64)>, Error> {
    page(q, SHOWN_BEFORE, contact, before, limit)
}

type Page = Vec<(ConversationId, i64)>;

fn page(q: &mut impl Query, sql: &'static str, contact: ContactId, before: Option<Before>, limit: i64) -> Result<Page, Error> {
    let (at, id) = before.unwrap_or((i64::MAX, Uuid::max()));
    q.list(sql, &[&contact.0, &at, &id, &limit], |row| Ok((ConversationId(row.get(0)?), row.get(1)?)))
}

/// The first contacts with an id above `after`, in the order of ids: for jobs that go over all.
pub fn ids_after(q: &mut impl Query, after: ContactId, limit: i64) -> Result<Vec<ContactId>, Error> {
    q.list("SELECT id FROM contact WHERE id > $1 ORDER BY id LIMIT $2", &[&after.0, &limit], |row| row.get(0).map(ContactId))
}
