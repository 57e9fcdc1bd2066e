//! What can happen in a conversation: the typed events of its stream.
//!
//! Events hold ids, enums and numbers, never text: text lives in the message they name, sealed.

use crate::actor::ActorRef;
use crate::block::BlockKind;
use crate::channel::MailState;
use crate::conversation::{Category, Priority};
use crate::id::{AgentId, BlockId, ConversationId, InboxId, MessageId, StatusId, TagId, TeamId};
use crate::locale::Locale;
use crate::word::words;
use serde::{Deserialize, Serialize};

words! {
    /// What a case is told of a side thread.
    SideStep {
        /// A third party is asked.
        Opened = "opened",
        Answered = "answered",
        /// Our mail to it came back, or nobody took it.
        Undelivered = "undelivered",
    }
}

/// How sure we are who a contact is; rises, never falls by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// Nobody we know.
    Anonymous,
    /// Typed by the visitor, unproven.
    Typed,
    /// Confirmed by a link we sent.
    Confirmed,
    /// Signed by the exchange.
    Signed,
}

impl Proof {
    pub const ALL: [Self; 4] = [Self::Anonymous, Self::Typed, Self::Confirmed, Self::Signed];

    pub fn level(self) -> i64 {
        self as i64
    }

    pub fn from_level(level: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|proof| proof.level() == level)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Typed => "typed",
            Self::Confirmed => "confirmed",
            Self::Signed => "signed",
        }
    }
}

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    Customer,
    Reply,
    /// Seen by staff only; never gets a public number.
    Note,
}

impl MessageKind {
    pub const ALL: [Self; 3] = [Self::Customer, Self::Reply, Self::Note];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Reply => "reply",
            Self::Note => "note",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Something that happened. The tag is the event's type in the API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    Started {
        inbox: InboxId,
    },
    Message {
        message: MessageId,
        kind: MessageKind,
        /// A machine answered for the customer, as a note of absence does: nobody waits for an answer to it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        automatic: bool,
        /// A mail that an agent, who is this event's actor, took over from the case of this number: nobody has proven that the customer
        /// wrote it, so the customer is not shown it as theirs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        joined_from: Option<i64>,
    },
    Assigned {
        from: Option<AgentId>,
        to: Option<AgentId>,
    },
    TeamChanged {
        from: Option<TeamId>,
        to: Option<TeamId>,
    },
    InboxChanged {
        from: InboxId,
        to: InboxId,
    },
    StatusChanged {
        from: StatusId,
        to: StatusId,
        category: Category,
        /// A case that is opened again with a question nobody has answered: since when the customer has waited.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        waiting_since: Option<i64>,
    },
    PriorityChanged {
        from: Priority,
        to: Priority,
    },
    Tagged {
        tag: TagId,
    },
    Untagged {
        tag: TagId,
    },
    Snoozed {
        until: Option<i64>,
    },
    Woken,
    /// Somebody says that this is spam, or that it is none after all. The customer is not told.
    SpamChanged {
        spam: bool,
    },
    /// The customer, their network or one of their addresses is not heard any more, said in this case.
    Blocked {
        block: BlockId,
        what: BlockKind,
        until: Option<i64>,
    },
    Unblocked {
        block: BlockId,
        what: BlockKind,
    },
    SubjectChanged,
    Redacted {
        message: MessageId,
    },
    /// The customer was erased: what was said here is gone, what happened stays.
    Erased,
    Identified {
        proof: Proof,
    },
    AccessGranted {
        agent: AgentId,
    },
    AccessRevoked {
        agent: AgentId,
    },
    BrokeGlass {
        agent: AgentId,
        until: i64,
    },
    /// The customer is asked how it was; public.
    RatingAsked,
    Rated {
        score: i64,
        solved: Option<bool>,
    },
    /// A mail of ours has come further, or came back.
    MailMoved {
        message: MessageId,
        state: MailState,
    },
    /// An agent took a mail from here over into the case of this number.
    MailJoined {
        message: MessageId,
        into: i64,
        /// Nothing of the customer's is left here: the case ends with it and counts as none.
        emptied: bool,
    },
    /// The customer was told by mail that their message has arrived.
    Acknowledged {
        locale: Locale,
    },
    /// A third party is asked about this case in a conversation of its own, or there is news in that. Never the customer's to see.
    SideThread {
        side: ConversationId,
        step: SideStep,
    },
    /// A transcript that somebody wanted goes by mail to the customer, or has come as far as this.
    TranscriptMailed {
        state: MailState,
    },
    /// Reactions kept causing each other and were stopped: nothing automatic follows from this event.
    ReactionsStopped {
        seq: i64,
    },
}

impl Event {
    /// Whether the customer may see it, so that it gets a public number. A note leaves no trace.
    ///
    /// `Assigned` is public when somebody takes the case: the customer sees who joined.
    pub fn is_public(&self) -> bool {
        match self {
            Self::Message { kind, joined_from, .. } => *kind != MessageKind::Note && joined_from.is_none(),
            Self::Assigned { to, .. } => to.is_some(),
            Self::StatusChanged { .. } | Self::RatingAsked | Self::Rated { .. } => true,
            // A redaction is public where the customer saw the message; only the writer knows that.
            _ => false,
        }
    }

    /// The event's type as stored and shown.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Started { .. } => "started",
            Self::Message { .. } => "message",
            Self::Assigned { .. } => "assigned",
            Self::TeamChanged { .. } => "team_changed",
            Self::InboxChanged { .. } => "inbox_changed",
            Self::StatusChanged { .. } => "status_changed",
            Self::PriorityChanged { .. } => "priority_changed",
            Self::Tagged { .. } => "tagged",
            Self::Untagged { .. } => "untagged",
            Self::Snoozed { .. } => "snoozed",
            Self::Woken => "woken",
            Self::SpamChanged { .. } => "spam_changed",
            Self::Blocked { .. } => "blocked",
            Self::Unblocked { .. } => "unblocked",
            Self::SubjectChanged => "subject_changed",
            Self::Redacted { .. } => "redacted",
            Self::Erased => "erased",
            Self::Identified { .. } => "identified",
            Self::AccessGranted { .. } => "access_granted",
            Self::AccessRevoked { .. } => "access_revoked",
            Self::BrokeGlass { .. } => "broke_glass",
            Self::RatingAsked => "rating_asked",
            Self::Rated { .. } => "rated",
            Self::MailMoved { .. } => "mail_moved",
            Self::MailJoined { .. } => "mail_joined",
            Self::Acknowledged { .. } => "acknowledged",
            Self::SideThread { .. } => "side_thread",
            Self::TranscriptMailed { .. } => "transcript_mailed",
            Self::ReactionsStopped { .. } => "reactions_stopped",
        }
    }
}

/// Why an event is recorded: somebody acts, or a part of the desk reacts to an earlier event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cause {
    /// What reacts; `None` for an act of a person or an integration.
    pub by: Option<String>,
    pub depth: i64,
}

impl Cause {
    /// Somebody acts.
    pub const ACT: Self = Self { by: None, depth: 0 };
    /// Reactions of reactions go this far and no further.
    pub const DEEPEST: i64 = 8;

    /// `by` reacts to this event.
    pub fn reaction(by: impl Into<String>, to: &Recorded) -> Self {
        Self { by: Some(by.into()), depth: to.depth + 1 }
    }
}

/// An event with its place in the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// 1, 2, 3 … without a hole: everything that happens.
    pub seq: i64,
    /// 1, 2, 3 … without a hole: what the customer may see. `None` for the rest.
    pub public_seq: Option<i64>,
    pub at: i64,
    pub actor: ActorRef,
    /// How many reactions lie between this event and a person's act; 0 for the act itself.
    pub depth: i64,
    /// What reacted, where no person acted: it is never shown what it caused itself.
    pub cause: Option<String>,
    pub event: Event,
}
