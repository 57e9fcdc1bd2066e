//! The visitors' API types, made from what use cases return: public numbers, public names, nothing of notes.

use crate::api::types::file::FileInfo;
use crate::api::types::words;
use candor_app::conversation::view::{Item, Names, Opened, Timeline};
use candor_app::visitor::{Case, Notice, Visitor};
use candor_domain::actor::ActorKind;
use candor_domain::event::Event;
use candor_domain::id::AgentId;
use candor_domain::mask::{PersonalKind, mask};
use candor_domain::staff::agent_number;
use candor_store::agent::Name;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// What a widget asks with for its settings.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ConfigParams {
    /// The only language whose greeting is wanted; all when absent.
    pub locale: Option<String>,
}

/// The visitor, to themselves.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct VisitorContact {
    pub id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[schema(value_type = words::Proof)]
    pub proof: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
}

impl From<&candor_store::contact::Contact> for VisitorContact {
    fn from(contact: &candor_store::contact::Contact) -> Self {
        Self { id: contact.id.0, name: contact.name.clone(), proof: contact.proof.as_str(), locale: contact.locale.clone() }
    }
}

/// A session that has just begun or goes on.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct VisitorSession {
    /// Sent as `Authorization: Bearer` from now on; told here only.
    pub token: String,
    pub expires_at: i64,
    pub contact: VisitorContact,
}

/// The session behind a token.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct VisitorSessionInfo {
    pub expires_at: i64,
    pub contact: VisitorContact,
}

impl From<&Visitor> for VisitorSessionInfo {
    fn from(visitor: &Visitor) -> Self {
        Self { expires_at: visitor.session.expires_at, contact: (&visitor.contact).into() }
    }
}

/// Where a visitor's answers go by mail, to themselves.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct VisitorEmail {
    /// Whether this desk sends mail.
    pub available: bool,
    /// Masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub address: Option<String>,
    /// How sure it is that it is theirs: confirmed or signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Proof>, nullable = false)]
    pub proof: Option<&'static str>,
    /// Waits for its link to be followed; masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub pending: Option<String>,
}

impl From<Notice> for VisitorEmail {
    fn from(notice: Notice) -> Self {
        let masked = |address: &String| mask(PersonalKind::Mail, address);
        Self {
            available: notice.available,
            proof: notice.address.as_ref().map(|(_, proof)| proof.as_str()),
            address: notice.address.as_ref().map(|(address, _)| masked(address)),
            pending: notice.pending.as_ref().map(masked),
        }
    }
}

/// One of us, as customers know them.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PublicAgent {
    pub name: String,
    pub agent_number: String,
}

impl From<&Name> for PublicAgent {
    fn from(name: &Name) -> Self {
        Self { name: name.public_name.clone(), agent_number: agent_number(name.number) }
    }
}

/// Integrations are the desk itself to customers.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VisitorAuthorKind {
    Contact,
    Agent,
    Bot,
    System,
}

/// Who wrote a message, as the customer knows them.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct VisitorAuthor {
    pub kind: VisitorAuthorKind,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_number: Option<String>,
}

/// Whose message it is, to the customer.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    Me,
    Them,
}

/// A message the customer may see.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct VisitorMessage {
    pub id: Uuid,
    pub seq: i64,
    pub from: Side,
    pub author: VisitorAuthor,
    /// Empty after a redaction.
    pub text: String,
    pub at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<Uuid>,
    pub files: Vec<FileInfo>,
    pub redacted: bool,
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VisitorEventType {
    Message,
    Joined,
    Status,
    Redacted,
    RatingAsked,
    Rated,
}

/// The members of an event: each type has only its own.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what VisitorEvent::of makes")]
pub struct VisitorEventData {
    #[schema(nullable = false)]
    name: Option<String>,
    #[schema(nullable = false)]
    agent_number: Option<String>,
    #[schema(nullable = false)]
    category: Option<words::Category>,
    #[schema(nullable = false)]
    message: Option<Uuid>,
    #[schema(nullable = false)]
    score: Option<i64>,
    solved: Option<bool>,
}

/// Something that happened and that the customer may see. Numbers have no holes.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct VisitorEvent {
    pub seq: i64,
    pub at: i64,
    pub r#type: VisitorEventType,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<VisitorMessage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<VisitorEventData>)]
    pub data: Option<Value>,
}

/// A part of a conversation, ascending.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct VisitorEvents {
    pub items: Vec<VisitorEvent>,
    /// Whether there is more in the direction that was asked for.
    pub more: bool,
}

impl From<Timeline> for VisitorEvents {
    fn from(timeline: Timeline) -> Self {
        let names = timeline.names;
        Self { items: timeline.items.into_iter().filter_map(|item| VisitorEvent::of(item, &names)).collect(), more: timeline.more }
    }
}

impl VisitorEvent {
    /// `None` for what the customer may not see; the store reads none of that here.
    pub fn of(item: Item, names: &Names) -> Option<Self> {
        let seq = item.recorded.public_seq?;
        let (r#type, data) = match &item.recorded.event {
            Event::Message { .. } => (VisitorEventType::Message, None),
            Event::Assigned { to: Some(agent), .. } => {
                (VisitorEventType::Joined, names.agents.get(agent).map(|name| json!(PublicAgent::from(name))))
            }
            Event::StatusChanged { category, .. } => (VisitorEventType::Status, Some(json!({ "category": category.as_str() }))),
            Event::Redacted { message } => (VisitorEventType::Redacted, Some(json!({ "message": message }))),
            Event::RatingAsked => (VisitorEventType::RatingAsked, Some(json!({}))),
            Event::Rated { score, solved } => (VisitorEventType::Rated, Some(json!({ "score": score, "solved": solved }))),
            _ => return None,
        };
        let message = item.message.map(|opened| VisitorMessage::of(opened, seq, names));
        Some(Self { seq, at: item.recorded.at, r#type, message, data })
    }
}

impl VisitorMessage {
    fn of(opened: Opened, seq: i64, names: &Names) -> Self {
        let kept = opened.stored;
        let mine = kept.author.kind == ActorKind::Contact;
        let agent = kept.author.id.filter(|_| kept.author.kind == ActorKind::Agent).and_then(|id| names.agents.get(&AgentId(id)));
        let author = match (kept.author.kind, agent) {
            (ActorKind::Contact, _) => {
                VisitorAuthor { kind: VisitorAuthorKind::Contact, name: names.contact.clone().unwrap_or_default(), agent_number: None }
            }
            (ActorKind::Agent, Some(name)) => VisitorAuthor {
                kind: VisitorAuthorKind::Agent,
                name: name.public_name.clone(),
                agent_number: Some(agent_number(name.number)),
            },
            (ActorKind::Agent, None) => VisitorAuthor { kind: VisitorAuthorKind::Agent, name: String::new(), agent_number: None },
            (ActorKind::Bot, _) => VisitorAuthor { kind: VisitorAuthorKind::Bot, name: String::new(), agent_number: None },
            (ActorKind::System | ActorKind::Token, _) => {
                VisitorAuthor { kind: VisitorAuthorKind::System, name: String::new(), agent_number: None }
            }
        };
        Self {
            id: kept.id.0,
            seq,
            from: if mine { Side::Me } else { Side::Them },
            author,
            text: opened.text,
            at: kept.at,
            client_id: kept.client_id.filter(|_| mine),
            files: opened.files.into_iter().map(FileInfo::for_visitors).collect(),
            redacted: kept.redacted_at.is_some(),
        }
    }
}

/// What the customer thought of a conversation.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct VisitorRating {
    pub score: i64,
    #[schema(required)]
    pub solved: Option<bool>,
    #[schema(required)]
    pub comment: Option<String>,
}

/// One conversation of the visitor.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct VisitorConversation {
    pub id: Uuid,
    pub number: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    #[schema(value_type = words::Category)]
    pub category: &'static str,
    pub public_seq: i64,
    pub read_seq: i64,
    pub their_read_seq: i64,
    pub unread: i64,
    /// The newest message in one line.
    pub last: String,
    pub last_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<PublicAgent>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rating: Option<VisitorRating>,
    pub can_rate: bool,
}

impl From<Case> for VisitorConversation {
    fn from(case: Case) -> Self {
        Self {
            id: case.id.0,
            number: case.number,
            subject: case.subject,
            category: case.category.as_str(),
            public_seq: case.public_seq,
            read_seq: case.read_seq,
            their_read_seq: case.their_read_seq,
            unread: case.unread,
            last: case.last,
            last_at: case.last_at,
            agent: case.agent.as_ref().map(Into::into),
            rating: case.rating.map(|one| VisitorRating { score: one.score, solved: one.solved, comment: one.comment }),
            can_rate: case.can_rate,
        }
    }
}
