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
