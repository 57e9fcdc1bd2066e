//! What a conversation is between two events.

use crate::actor::ActorRef;
use crate::event::{Cause, Event, MessageKind, Recorded};
use crate::id::{AgentId, ContactId, ConversationId, InboxId, StatusId, TeamId};
use serde::{Deserialize, Serialize};

macro_rules! levels {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant),* }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The number kept in the database.
            pub fn level(self) -> i64 {
                self as i64
            }

            pub fn from_level(level: i64) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.level() == level)
            }

            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == text)
            }
        }
    )*};
}

levels! {
    /// What a status means to clocks and lists. A desk names its statuses; the categories are fixed.
    Category {
        /// Somebody of ours has to act.
        Open = "open",
        /// Waiting for the customer or a third party.
        Waiting = "waiting",
        /// Done; a new message opens it again.
        Resolved = "resolved",
        /// Done for good; a new message starts a new conversation.
        Closed = "closed",
    }
    /// Whose move it is, derived from messages, never from the status.
    Turn {
        Us = "us",
        Customer = "customer",
        ThirdParty = "third_party",
        Nobody = "nobody",
    }
    Priority {
        None = "none",
        Low = "low",
        Normal = "normal",
        High = "high",
        Urgent = "urgent",
    }
}

impl Category {
    /// Whether work is left: the row stands in the open set and in the partial indexes.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::Waiting)
    }
}

/// The plain state of a conversation. Text (subject, preview, messages) is sealed and lives beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    pub id: ConversationId,
    /// The number people say aloud: #20817.
    pub number: i64,
    pub contact: ContactId,
    pub inbox: InboxId,
    pub team: Option<TeamId>,
    pub assignee: Option<AgentId>,
    pub status: StatusId,
    pub category: Category,
    pub turn: Turn,
    pub priority: Priority,
    pub seq: i64,
    pub public_seq: i64,
    pub created_at: i64,
    pub updated_at: i64,
    pub last_message_at: i64,
    /// `seq` of the customer's newest message: a reply must have seen it.
    pub last_customer_seq: i64,
    /// Since when the customer has waited for us; `None` while it is not our turn.
    pub waiting_since: Option<i64>,
    pub first_reply_at: Option<i64>,
    pub resolved_at: Option<i64>,
    /// Whether it sleeps, and until when; a sleep without an end lasts until the customer writes.
    pub snoozed: bool,
    pub snoozed_until: Option<i64>,
    /// The last public number the customer has read.
    pub visitor_read_seq: i64,
    /// The last public number one of us has read: the second tick on the customer's screen.
    pub agent_read_seq: i64,
    pub rating: Option<i64>,
    /// Whether the customer has been asked for a rating and has not given one.
    pub rating_asked: bool,
    /// Said to be spam: stands in no list but its own, and feeds no clock and no figure. Status and owner stay as they are,
    /// so that taking the mark away brings the case back as it was.
    pub spam: bool,
    /// Our words came first, so nobody waited for a first answer.
    pub outbound: bool,
    /// The case about which a third party is asked here. Who has one is a side thread: its contact is no customer, and no clock of
    /// customers runs in it.
    pub parent: Option<ConversationId>,
}

impl Conversation {
    /// Whether it is work for somebody: what lists, counts and notices are made of.
    pub fn is_work(&self) -> bool {
        self.category.is_open() && !self.spam
    }

    /// Whether a third party is asked here about another case.
    pub fn is_side(&self) -> bool {
        self.parent.is_some()
    }

    /// Whose turn it is when it is not ours.
    fn theirs(&self) -> Turn {
        if self.is_side() { Turn::ThirdParty } else { Turn::Customer }
    }

    /// Numbers `event` and changes the state by it.
    pub fn record(&mut self, event: Event, public: bool, at: i64, actor: ActorRef, cause: &Cause) -> Recorded {
        self.seq += 1;
        let public_seq = public.then(|| {
            self.public_seq += 1;
            self.public_seq
        });
        let recorded = Recorded { seq: self.seq, public_seq, at, actor, depth: cause.depth, cause: cause.by.clone(), event };
        self.apply(&recorded);
        recorded
    }

    /// Changes the state by an event that has its number. A total function: an event that says nothing new changes nothing.
    pub fn apply(&mut self, recorded: &Recorded) {
        let at = recorded.at;
        self.updated_at = self.updated_at.max(at);
        match &recorded.event {
            Event::Message { kind: MessageKind::Customer, automatic: true, .. } => self.last_message_at = at,
            Event::Message { kind: MessageKind::Customer, .. } => {
                self.last_message_at = at;
                self.last_customer_seq = recorded.seq;
                self.turn = Turn::Us;
                if !self.is_side() {
                    self.waiting_since.get_or_insert(at);
                }
            }
            Event::Message { kind: MessageKind::Reply, .. } => {
                self.last_message_at = at;
                self.turn = self.theirs();
                self.waiting_since = None;
                if !self.outbound {
                    self.first_reply_at.get_or_insert(at);
                }
            }
            Event::Assigned { to, .. } => self.assignee = *to,
            Event::TeamChanged { to, .. } => self.team = *to,
            Event::InboxChanged { to, .. } => self.inbox = *to,
            Event::StatusChanged { to, category, waiting_since, .. } => self.change_status(*to, *category, *waiting_since, at),
            Event::PriorityChanged { to, .. } => self.priority = *to,
            Event::Snoozed { until } => {
                self.snoozed = true;
                self.snoozed_until = *until;
            }
            Event::Woken => {
                self.snoozed = false;
                self.snoozed_until = None;
            }
            Event::SpamChanged { spam } => self.spam = *spam,
            Event::RatingAsked => self.rating_asked = true,
            Event::Rated { score, .. } => {
                self.rating = Some(*score);
                self.rating_asked = false;
            }
            Event::Started { .. }
            | Event::Message { kind: MessageKind::Note, .. }
            | Event::Tagged { .. }
            | Event::Untagged { .. }
            | Event::Blocked { .. }
            | Event::Unblocked { .. }
            | Event::SubjectChanged => {}
            Event::Redacted { .. }
            | Event::Erased
            | Event::Identified { .. }
            | Event::AccessGranted { .. }
            | Event::AccessRevoked { .. }
            | Event::BrokeGlass { .. }
            | Event::MailMoved { .. }
            | Event::SideThread { .. }
            | Event::MailJoined { .. }
            | Event::Acknowledged { .. }
            | Event::TranscriptMailed { .. }
            | Event::ReactionsStopped { .. } => {}
        }
    }

    /// A finished case that is opened again is as it was before: who spoke last waits, and as long as their question is old.
    fn change_status(&mut self, to: StatusId, category: Category, waiting_since: Option<i64>, at: i64) {
        self.status = to;
        self.category = category;
        if category.is_open() {
            self.resolved_at = None;
            self.waiting_since = waiting_since.or(self.waiting_since).filter(|_| !self.is_side());
            self.turn = match (category, self.turn) {
                (Category::Waiting, _) => self.theirs(),
                _ if waiting_since.is_some() => Turn::Us,
                (_, Turn::Nobody) if self.first_reply_at.is_some() || self.outbound => self.theirs(),
                (_, Turn::Nobody) => Turn::Us,
                (_, turn) => turn,
            };
        } else {
            self.resolved_at.get_or_insert(at);
            self.turn = Turn::Nobody;
            self.waiting_since = None;
            self.snoozed = false;
            self.snoozed_until = None;
        }
    }
}
