//! What a filter looks at: the plain columns of a conversation's row, as one agent sees them.

use super::Field;
use crate::conversation::{Category, Priority, Turn};
use crate::id::{AgentId, ContactId, InboxId, StatusId, TagId, TeamId};
use crate::inbox::Channel;
use uuid::Uuid;

/// Borrowed from whoever holds the row: the open set evaluates thousands of these.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// Who looks: `me`, `unread` and `mentioned` depend on it.
    pub viewer: AgentId,
    pub contact: ContactId,
    pub inbox: InboxId,
    pub team: Option<TeamId>,
    pub assignee: Option<AgentId>,
    pub status: StatusId,
    pub category: Category,
    pub turn: Turn,
    pub priority: Priority,
    pub channel: Channel,
    pub language: Option<&'a str>,
    pub tags: &'a [TagId],
    /// There is something the viewer has not read.
    pub unread: bool,
    /// The viewer is mentioned in a note.
    pub mentioned: bool,
    pub snoozed: bool,
    pub rating: Option<i64>,
    pub created_at: i64,
    pub updated_at: i64,
    pub last_message_at: i64,
    pub waiting_since: Option<i64>,
    pub first_reply_at: Option<i64>,
    pub resolved_at: Option<i64>,
    pub snoozed_until: Option<i64>,
}

/// One column of one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell<'a> {
    Empty,
    Id(Uuid),
    Number(i64),
    Word(&'a str),
    Flag(bool),
    Tags(&'a [TagId]),
}

impl<'a> Facts<'a> {
    pub fn cell(&self, field: Field) -> Cell<'a> {
        let id = |id: Option<Uuid>| id.map_or(Cell::Empty, Cell::Id);
        let number = |number: Option<i64>| number.map_or(Cell::Empty, Cell::Number);
        match field {
            Field::Contact => Cell::Id(self.contact.0),
            Field::Inbox => Cell::Id(self.inbox.0),
            Field::Team => id(self.team.map(|team| team.0)),
            Field::Assignee => id(self.assignee.map(|agent| agent.0)),
            Field::Status => Cell::Id(self.status.0),
            Field::Category => Cell::Number(self.category.level()),
            Field::Turn => Cell::Number(self.turn.level()),
            Field::Priority => Cell::Number(self.priority.level()),
            Field::Channel => Cell::Word(self.channel.as_str()),
            Field::Language => self.language.map_or(Cell::Empty, Cell::Word),
            Field::Tags => Cell::Tags(self.tags),
            Field::Unread => Cell::Flag(self.unread),
            Field::Mentioned => Cell::Flag(self.mentioned),
            Field::Snoozed => Cell::Flag(self.snoozed),
            Field::Rating => number(self.rating),
            Field::CreatedAt => Cell::Number(self.created_at),
            Field::UpdatedAt => Cell::Number(self.updated_at),
            Field::LastMessageAt => Cell::Number(self.last_message_at),
            Field::WaitingSince => number(self.waiting_since),
            Field::FirstReplyAt => number(self.first_reply_at),
            Field::ResolvedAt => number(self.resolved_at),
            Field::SnoozedUntil => number(self.snoozed_until),
        }
    }
}
