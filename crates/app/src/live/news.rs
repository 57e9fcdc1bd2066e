//! What sockets hear of the hub.

use super::entry::Entry;
use super::frames::Frames;
use super::look::Sequel;
use candor_domain::id::{AgentId, ContactId, ConversationId};
use candor_store::conversation::Row;
use std::sync::Arc;
use uuid::Uuid;

/// A conversation that moved.
#[derive(Debug)]
pub struct Change {
    pub id: ConversationId,
    pub contact: Option<ContactId>,
    pub seq: i64,
    /// What the open set held before and holds now.
    pub before: Option<Arc<Entry>>,
    pub after: Option<Arc<Entry>>,
    /// The opened row, read once for all; read marks are each agent's own. Only read while an agent listens.
    pub row: Option<Arc<Row>>,
    /// What those who follow the case are shown; where it is missing they read on by themselves.
    pub sequel: Option<Sequel>,
    /// What lines have made of it.
    pub frames: Frames,
}

/// What an agent's socket hears.
#[derive(Clone, Debug)]
pub enum News {
    Change(Arc<Change>),
    /// Who looks at a case has changed.
    Viewers(ConversationId),
    VisitorTyping(ConversationId),
    Settings,
    Revoked(Uuid),
    /// A bulk action of this agent has come further.
    Bulk {
        agent: AgentId,
        bulk: Uuid,
    },
    /// Something may have been missed: read again.
    Gap,
}

/// What a visitor's socket hears.
#[derive(Clone, Debug)]
pub enum VisitorNews {
    Change { id: ConversationId, seq: i64 },
    AgentTyping { id: ConversationId, agent: AgentId },
    Revoked,
    Gap,
}
