//! Conversations as agents' clients see them.

use super::event::EventData;
use super::file::FileInfo;
use super::mail::MailHead;
use super::words;
use candor_app::conversation::view::{Item, Names, Opened, Timeline};
use candor_domain::actor::{ActorKind, ActorRef};
use candor_domain::event::Event;
use candor_domain::id::AgentId;
use candor_store::conversation as kept;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// Who did something, with the name to show.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Author {
    #[schema(value_type = words::ActorKind)]
    pub kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// Empty where there is none to show: an unnamed visitor, the desk itself.
    pub name: String,
}

impl Author {
    pub fn of(actor: ActorRef, names: &Names) -> Self {
        let name = match (actor.kind, actor.id) {
            (ActorKind::Agent, Some(id)) => names.agents.get(&AgentId(id)).map(|agent| agent.name.clone()),
            (ActorKind::Contact, _) => names.contact.clone(),
            _ => None,
        };
        Self { kind: actor.kind.as_str(), id: actor.id, name: name.unwrap_or_default() }
    }
}

/// A message or note.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Message {
    pub id: Uuid,
    pub seq: i64,
    #[schema(value_type = words::MessageKind)]
    pub kind: &'static str,
    pub author: Author,
    /// Empty after a redaction.
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    pub at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<Uuid>,
    pub files: Vec<FileInfo>,
    pub mentions: Vec<Uuid>,
    pub redacted: bool,
    /// It went out before its author had seen the customer's last message.
    pub answered_before_last: bool,
    /// Where it was a mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail: Option<MailHead>,
}

impl Message {
    fn of(opened: Opened, names: &Names) -> Self {
        let kept = opened.stored;
        let mail = opened.mail.map(|letter| MailHead::of(letter, &opened.text));
        Self {
            id: kept.id.0,
            seq: kept.seq,
            kind: kept.kind.as_str(),
            author: Author::of(kept.author, names),
            text: opened.text,
            language: kept.language,
            at: kept.at,
            client_id: kept.client_id,
            files: opened.files.into_iter().map(FileInfo::for_agents).collect(),
            mentions: kept.mentions.into_iter().map(|id| id.0).collect(),
            redacted: kept.redacted_at.is_some(),
            answered_before_last: kept.late,
            mail,
        }
    }
}

/// One line of a timeline: a message, or something that happened.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TimelineItem {
    pub seq: i64,
    /// The number that the customer knows it by; absent where they do not see it. They have read it once
    /// `visitor_read_seq` is as high.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_seq: Option<i64>,
    pub at: i64,
    pub actor: Author,
    /// The event's type; its other members stand in `data`.
    #[serde(rename = "type")]
    #[schema(value_type = words::EventType)]
    pub kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Message>,
    /// Ids, enums and numbers of the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<EventData>)]
    pub data: Option<Value>,
}

impl TimelineItem {
    pub fn of(item: Item, names: &Names) -> Self {
        let recorded = item.recorded;
        Self {
            seq: recorded.seq,
            public_seq: recorded.public_seq,
            at: recorded.at,
            actor: Author::of(recorded.actor, names),
            kind: recorded.event.name(),
            data: data(&recorded.event),
            message: item.message.map(|message| Message::of(message, names)),
        }
    }

    pub fn all(timeline: Timeline) -> Vec<Self> {
        let Timeline { items, names, .. } = timeline;
        items.into_iter().map(|item| Self::of(item, &names)).collect()
    }
}

/// The members of an event without its tag; `None` where there are none or a message says it all.
pub(crate) fn data(event: &Event) -> Option<Value> {
    if let Event::Message { joined_from, .. } = event {
        return joined_from.map(|number| json!({ "joined_from": number }));
    }
    let Ok(Value::Object(mut members)) = serde_json::to_value(event) else { return None };
    members.remove("type");
    (!members.is_empty()).then_some(Value::Object(members))
}

/// A part of a timeline.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TimelinePage {
    /// Ascending.
    pub items: Vec<TimelineItem>,
    /// Whether there is more in the direction asked for.
    pub more: bool,
}

/// The customer as a list shows them.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RowContact {
    pub id: Uuid,
    pub name: String,
    #[schema(value_type = words::Proof)]
    pub proof: &'static str,
}

/// A line of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Row {
    pub id: Uuid,
    pub number: i64,
    pub contact: RowContact,
    pub inbox: Uuid,
    #[schema(required)]
    pub team: Option<Uuid>,
    #[schema(required)]
    pub assignee: Option<Uuid>,
    pub status: Uuid,
    #[schema(value_type = words::Category)]
    pub category: &'static str,
    #[schema(value_type = words::Turn)]
    pub turn: &'static str,
    #[schema(value_type = words::Priority)]
    pub priority: &'static str,
    pub tags: Vec<Uuid>,
    #[schema(value_type = words::Channel)]
    pub channel: String,
    #[schema(required)]
    pub language: Option<String>,
    #[schema(required)]
    pub subject: Option<String>,
    pub preview: String,
    #[schema(value_type = words::PreviewFrom)]
    pub preview_from: String,
    pub seq: i64,
    pub read_seq: i64,
    /// The last public number the customer has read.
    pub visitor_read_seq: i64,
    /// 1 when the customer wrote something this agent has not read.
    pub unread: i64,
    /// Whether this agent was mentioned and has not read it.
    pub mentioned: bool,
    pub created_at: i64,
    pub updated_at: i64,
    pub last_message_at: i64,
    #[schema(required)]
    pub waiting_since: Option<i64>,
    pub snoozed: bool,
    /// Without one it sleeps until the customer writes.
    #[schema(required)]
    pub snoozed_until: Option<i64>,
    /// Said to be spam: stands in no list but `spam`.
    pub spam: bool,
    /// A side thread: its contact is a third party who is asked about another case.
    pub side: bool,
    /// Rises with every change: the ETag.
    pub version: i64,
}

impl Row {
    /// The same row through the eyes of another agent: read marks and mentions are each one's own.
    pub fn seen_by(mut self, read_seq: i64, mentioned_seq: i64, last_customer_seq: i64) -> Self {
        self.read_seq = read_seq;
        self.unread = i64::from(last_customer_seq > read_seq);
        self.mentioned = mentioned_seq > read_seq;
        self
    }
}

impl From<kept::Row> for Row {
    fn from(row: kept::Row) -> Self {
        let (stored, case) = (row.stored.clone(), row.stored.case);
        Self {
            id: case.id.0,
            number: case.number,
            contact: RowContact { id: case.contact.0, name: row.contact_name.unwrap_or_default(), proof: row.proof.as_str() },
            inbox: case.inbox.0,
            team: case.team.map(|id| id.0),
            assignee: case.assignee.map(|id| id.0),
            status: case.status.0,
            category: case.category.as_str(),
            turn: case.turn.as_str(),
            priority: case.priority.as_str(),
            tags: stored.tags.into_iter().map(|id| id.0).collect(),
            channel: stored.channel,
            language: stored.language,
            subject: row.subject,
            preview: row.preview,
            preview_from: stored.preview_from,
            seq: case.seq,
            read_seq: row.read_seq,
            visitor_read_seq: case.visitor_read_seq,
            unread: i64::from(case.last_customer_seq > row.read_seq),
            mentioned: row.mentioned_seq > row.read_seq,
            created_at: case.created_at,
            updated_at: case.updated_at,
            last_message_at: case.last_message_at,
            waiting_since: case.waiting_since,
            snoozed: case.snoozed,
            snoozed_until: case.snoozed_until,
            spam: case.spam,
            side: case.is_side(),
            version: case.seq,
        }
    }
}
