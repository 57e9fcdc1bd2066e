//! Whether conversations use a status, a team, a tag or an inbox, so that it cannot be deleted.
//!
//! None of these columns has an index of its own (it would cost every message), so the whole table is read: by a slow
//! reader, before the command. The command itself looks only at what changed since.

use crate::Error;
use crate::query::Query;
use candor_domain::id::{InboxId, StatusId, TagId, TeamId};

/// What may be in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    Status(StatusId),
    Team(TeamId),
    Tag(TagId),
    Inbox(InboxId),
}

const STATUS: &str = "SELECT 1 FROM conversation WHERE updated_at >= $2 AND status_id = $1 LIMIT 1";
const TEAM: &str = "SELECT 1 FROM conversation WHERE updated_at >= $2 AND team_id = $1 LIMIT 1";
const TAG: &str = "SELECT 1 FROM conversation WHERE updated_at >= $2 AND tags LIKE $1 LIMIT 1";
const INBOX: &str = "SELECT 1 FROM conversation WHERE updated_at >= $2 AND inbox_id = $1 LIMIT 1";

/// Whether a conversation that changed at `since` or later uses it; 0 asks about all.
pub fn by_conversation(q: &mut impl Query, thing: Thing, since: i64) -> Result<bool, Error> {
    let found = match thing {
        Thing::Status(id) => q.optional(STATUS, &[&id.0, &since], |_| Ok(())),
        Thing::Team(id) => q.optional(TEAM, &[&id.0, &since], |_| Ok(())),
        // Ids stand in the column as text with a space between; nothing in an id means anything to LIKE.
        Thing::Tag(id) => q.optional(TAG, &[&format!("%{id}%"), &since], |_| Ok(())),
        Thing::Inbox(id) => q.optional(INBOX, &[&id.0, &since], |_| Ok(())),
    };
    Ok(found?.is_some())
}

const REPLIED: &str = "SELECT 1 FROM conversation WHERE first_reply_at IS NOT NULL LIMIT 1";

/// Whether any customer has ever been answered.
pub fn any_replied(q: &mut impl Query) -> Result<bool, Error> {
    Ok(q.optional(REPLIED, &[], |_| Ok(()))?.is_some())
}

/// A node that was seen within this time serves the database; in milliseconds.
const SEEN_WITHIN: i64 = 15_000;

/// Other processes that serve this database now.
pub fn other_nodes(q: &mut impl Query) -> Result<i64, Error> {
    const OTHERS: &str = "SELECT COUNT(*) FROM node WHERE seen_at > $1 AND id <> $2";
    let (since, own) = (q.now() - SEEN_WITHIN, q.seat_ref().shared.node);
    q.one(OTHERS, &[&since, &own], |row| row.get(0))
}

/// Keys of customers and of the desk.
pub fn keys(q: &mut impl Query) -> Result<i64, Error> {
    q.one("SELECT COUNT(*) FROM customer_key", &[], |row| row.get(0))
}

pub fn contacts(q: &mut impl Query) -> Result<i64, Error> {
    q.one("SELECT COUNT(*) FROM contact", &[], |row| row.get(0))
}
