//! An opened case, and what is sent to it.

use super::conversation::Row;
use super::held::HeldReply;
use super::words;
use candor_app::conversation::detail::Detail;
use candor_app::conversation::{Action as Act, FollowUp};
use candor_domain::block::BlockKind;
use candor_domain::conversation::Priority;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// An opened case: its row and what only the screen of the case shows.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Conversation {
    #[serde(flatten)]
    pub row: Row,
    /// `full` when the customer's record is open to this agent, else `text`.
    pub access: RecordAccess,
    /// The page the chat was started on.
    #[schema(required)]
    pub page: Option<StartPage>,
    #[schema(required)]
    pub csat: Option<Csat>,
    #[schema(required)]
    pub first_reply_at: Option<i64>,
    #[schema(required)]
    pub resolved_at: Option<i64>,
    pub shared_with: Vec<SharedWith>,
    pub held: Vec<HeldReply>,
    /// What stops the customer from writing now.
    #[schema(required)]
    pub block: Option<CaseBlock>,
    /// Of a side thread the case it is about; absent for who may not read that.
    #[schema(required)]
    pub parent: Option<ParentCase>,
}

/// The case a side thread is about.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct ParentCase {
    pub id: Uuid,
    pub number: i64,
}

/// What stops the customer of a case: a block of theirs, or of an address they have.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CaseBlock {
    pub id: Uuid,
    #[schema(value_type = words::BlockKind)]
    pub kind: BlockKind,
    #[schema(required)]
    pub until: Option<i64>,
    pub reason: String,
}

/// Whether the customer's record is open to the agent, or only what was written.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordAccess {
    Full,
    Text,
}

/// A page of the exchange, without its query.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct StartPage {
    pub url: String,
    #[serde(default)]
    #[schema(required)]
    pub title: String,
}

/// What the customer thought of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Csat {
    pub score: i64,
    #[schema(required)]
    pub solved: Option<bool>,
    #[schema(required)]
    pub comment: Option<String>,
    pub at: i64,
}

/// Somebody who was let into the customer's record.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SharedWith {
    pub agent: Uuid,
    /// Absent where the desk itself did.
    #[schema(required)]
    pub by: Option<Uuid>,
    pub at: i64,
    #[schema(value_type = words::AccessKind)]
    pub kind: String,
    #[schema(required)]
    pub until: Option<i64>,
}

/// What is done together with a reply, when it goes out.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Then {
    #[serde(default)]
    pub status: Option<Uuid>,
    #[serde(default)]
    pub tags: Vec<Uuid>,
}

impl From<Then> for FollowUp {
    fn from(then: Then) -> Self {
        Self { status: then.status.map(Into::into), tags: then.tags.into_iter().map(Into::into).collect() }
    }
}

impl From<Detail> for Conversation {
    fn from(detail: Detail) -> Self {
        let case = detail.row.stored.case.clone();
        Self {
            row: Row::from(detail.row),
            access: if detail.record_open { RecordAccess::Full } else { RecordAccess::Text },
            page: detail.origin.and_then(|origin| serde_json::from_str(&origin).ok()),
            csat: detail.rating.map(|one| Csat { score: one.score, solved: one.solved, comment: one.comment, at: one.at }),
            first_reply_at: case.first_reply_at,
            resolved_at: case.resolved_at,
            shared_with: detail
                .shared_with
                .into_iter()
                .map(|one| SharedWith { agent: one.agent.0, by: one.by, at: one.at, kind: one.kind, until: one.until })
                .collect(),
            held: detail.held.into_iter().map(|one| HeldReply::seen_by(one, detail.reader)).collect(),
            block: detail.block.map(|one| CaseBlock { id: one.id.0, kind: one.kind, until: one.until, reason: one.reason }),
            parent: detail.parent.map(|one| ParentCase { id: one.id.0, number: one.number }),
        }
    }
}

/// Something done to a case besides writing.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// To an agent, or to nobody.
    Assign {
        agent: Option<Uuid>,
    },
    Team {
        team: Option<Uuid>,
    },
    Status {
        status: Uuid,
    },
    Priority {
        #[schema(value_type = words::Priority)]
        priority: Priority,
    },
    Tag {
        tag: Uuid,
    },
    Untag {
        tag: Uuid,
    },
    /// Until a time; without one until the customer writes.
    Snooze {
        until: Option<i64>,
    },
    Wake {},
    /// Says that a conversation is spam, or that it is none after all.
    Spam {
        spam: bool,
    },
    Subject {
        text: String,
    },
    Move {
        inbox: Uuid,
    },
    /// Puts the caller's own read mark back.
    Unread {},
}

impl Action {
    /// The use case's action; `None` for the read mark, which is nobody else's business.
    pub fn to_act(&self) -> Option<Act> {
        Some(match self {
            Self::Assign { agent } => Act::Assign(agent.map(Into::into)),
            Self::Team { team } => Act::Team(team.map(Into::into)),
            Self::Status { status } => Act::Status((*status).into()),
            Self::Priority { priority } => Act::Priority(*priority),
            Self::Tag { tag } => Act::Tag((*tag).into()),
            Self::Untag { tag } => Act::Untag((*tag).into()),
            Self::Snooze { until } => Act::Snooze(*until),
            Self::Wake {} => Act::Wake,
            Self::Spam { spam } => Act::Spam(*spam),
            Self::Subject { text } => Act::Subject(text.clone()),
            Self::Move { inbox } => Act::Move((*inbox).into()),
            Self::Unread {} => return None,
        })
    }
}
