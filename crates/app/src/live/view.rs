//! The lists agents work from: which conversations stand in them, and in which order.

use super::entry::Entry;
use candor_domain::id::{AgentId, InboxId, TeamId};

/// A list of the inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum View {
    Mine,
    Unassigned,
    All,
    Mentions,
    Snoozed,
    /// Finished work: asked for, not live.
    Resolved,
    /// What somebody said is spam: asked for, not live, and in no other list.
    Spam,
    Team(TeamId),
    Inbox(InboxId),
}

impl View {
    /// The word of the API: `mine`, `team:ID`.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "mine" => Self::Mine,
            "unassigned" => Self::Unassigned,
            "all" => Self::All,
            "mentions" => Self::Mentions,
            "snoozed" => Self::Snoozed,
            "resolved" => Self::Resolved,
            "spam" => Self::Spam,
            other => match other.split_once(':')? {
                ("team", id) => Self::Team(id.parse().ok()?),
                ("inbox", id) => Self::Inbox(id.parse().ok()?),
                _ => return None,
            },
        })
    }

    pub fn name(self) -> String {
        match self {
            Self::Mine => "mine".into(),
            Self::Unassigned => "unassigned".into(),
            Self::All => "all".into(),
            Self::Mentions => "mentions".into(),
            Self::Snoozed => "snoozed".into(),
            Self::Resolved => "resolved".into(),
            Self::Spam => "spam".into(),
            Self::Team(id) => format!("team:{id}"),
            Self::Inbox(id) => format!("inbox:{id}"),
        }
    }

    /// Whether its rows come from the database, newest first, instead of the open set.
    pub fn is_asked_for(self) -> bool {
        matches!(self, Self::Resolved | Self::Spam)
    }

    /// Whether an open conversation stands in this list of `agent`. A sleeping one stands among the sleeping only, and
    /// where somebody is mentioned.
    pub fn holds(self, entry: &Entry, agent: AgentId) -> bool {
        let case = &entry.case;
        match self {
            Self::Mentions => entry.mentioned_seq(agent) > 0,
            Self::Snoozed => case.snoozed,
            Self::Resolved | Self::Spam => false,
            _ if case.snoozed => false,
            Self::Mine => case.assignee == Some(agent),
            Self::Unassigned => case.assignee.is_none(),
            Self::All => true,
            Self::Team(id) => case.team == Some(id),
            Self::Inbox(id) => case.inbox == id,
        }
    }
}

/// The order of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sort {
    /// Who has waited longest for us first; what waits for others after that, the latest first.
    #[default]
    Waiting,
    Newest,
    Oldest,
    Priority,
}

impl Sort {
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "waiting" => Self::Waiting,
            "newest" => Self::Newest,
            "oldest" => Self::Oldest,
            "priority" => Self::Priority,
            _ => return None,
        })
    }

    /// A number that ascends in the order of the list; ties are broken by id.
    pub fn key(self, entry: &Entry) -> i64 {
        /// Above every time, so that those who wait for nobody come after those who wait for us.
        const LATER: i64 = 1 << 60;
        /// More than any wait in milliseconds that matters between two priorities.
        const STEP: i64 = 1 << 50;
        let case = &entry.case;
        let waiting = case.waiting_since.unwrap_or(LATER - case.last_message_at);
        match self {
            Self::Waiting => waiting,
            Self::Newest => -case.last_message_at,
            Self::Oldest => case.last_message_at,
            Self::Priority => (4 - case.priority.level()) * STEP + waiting.min(STEP - 1),
        }
    }
}
