//! One open conversation as the open set keeps it: plain columns, read marks and mentions, no text.

use candor_domain::conversation::{Conversation, Turn};
use candor_domain::filter::Facts;
use candor_domain::id::{AgentId, ConversationId, TagId};
use candor_domain::inbox::Channel;
use candor_domain::permission::Scope;
use candor_store::conversation::Stored;

/// An open conversation.
#[derive(Clone, Debug)]
pub struct Entry {
    pub case: Conversation,
    pub channel: Channel,
    pub language: Option<String>,
    pub tags: Vec<TagId>,
    /// How far each agent has read; few per case, so a list beats a map.
    pub marks: Vec<(AgentId, i64)>,
    /// The newest mention of each agent.
    pub mentions: Vec<(AgentId, i64)>,
}

impl Entry {
    pub fn new(stored: Stored, marks: Vec<(AgentId, i64)>, mentions: Vec<(AgentId, i64)>) -> Self {
        let channel = Channel::parse(&stored.channel).unwrap_or(Channel::Web);
        Self { case: stored.case, channel, language: stored.language, tags: stored.tags, marks, mentions }
    }

    pub fn id(&self) -> ConversationId {
        self.case.id
    }

    pub fn read_seq(&self, agent: AgentId) -> i64 {
        find(&self.marks, agent)
    }

    pub fn mentioned_seq(&self, agent: AgentId) -> i64 {
        find(&self.mentions, agent)
    }

    /// Whether the customer wrote something this agent has not read.
    pub fn unread(&self, agent: AgentId) -> bool {
        self.case.last_customer_seq > self.read_seq(agent)
    }

    pub fn ours(&self) -> bool {
        self.case.turn == Turn::Us
    }

    pub fn within(&self, scope: &Scope) -> bool {
        scope.contains(self.case.inbox, self.case.team)
    }

    /// What a filter looks at, through this agent's eyes.
    pub fn facts(&self, viewer: AgentId) -> Facts<'_> {
        let case = &self.case;
        Facts {
            viewer,
            contact: case.contact,
            inbox: case.inbox,
            team: case.team,
            assignee: case.assignee,
            status: case.status,
            category: case.category,
            turn: case.turn,
            priority: case.priority,
            channel: self.channel,
            language: self.language.as_deref(),
            tags: &self.tags,
            unread: self.unread(viewer),
            mentioned: self.mentioned_seq(viewer) > self.read_seq(viewer),
            snoozed: case.snoozed,
            rating: case.rating,
            created_at: case.created_at,
            updated_at: case.updated_at,
            last_message_at: case.last_message_at,
            waiting_since: case.waiting_since,
            first_reply_at: case.first_reply_at,
            resolved_at: case.resolved_at,
            snoozed_until: case.snoozed_until,
        }
    }
}

fn find(list: &[(AgentId, i64)], agent: AgentId) -> i64 {
    list.iter().find(|(id, _)| *id == agent).map_or(0, |(_, seq)| *seq)
}
