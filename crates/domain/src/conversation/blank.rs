//! A conversation before its first event.

use super::{Category, Conversation, Priority, Turn, status};
use crate::id::{ContactId, ConversationId, InboxId, TeamId};

impl Conversation {
    /// One without a number, in which nothing has happened yet.
    pub fn blank(id: ConversationId, contact: ContactId, inbox: InboxId, team: Option<TeamId>, now: i64) -> Self {
        Self {
            id,
            number: 0,
            contact,
            inbox,
            team,
            assignee: None,
            status: status::OPEN,
            category: Category::Open,
            turn: Turn::Us,
            priority: Priority::None,
            seq: 0,
            public_seq: 0,
            created_at: now,
            updated_at: now,
            last_message_at: now,
            last_customer_seq: 0,
            waiting_since: None,
            first_reply_at: None,
            resolved_at: None,
            snoozed: false,
            snoozed_until: None,
            visitor_read_seq: 0,
            agent_read_seq: 0,
            rating: None,
            rating_asked: false,
            spam: false,
            outbound: false,
            parent: None,
        }
    }
}
