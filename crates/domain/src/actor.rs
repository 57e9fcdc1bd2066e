//! Who acts. Every change names its actor, machines included; permissions are asked of it.

use crate::id::{AgentId, ContactId, TokenId};
use crate::permission::Rights;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Who does something, with what they may do.
#[derive(Clone, Debug)]
pub enum Actor {
    /// A member of staff, signed in.
    Agent { id: AgentId, rights: Rights },
    /// A customer in the chat.
    Visitor { contact: ContactId },
    /// The desk itself, by the name of the part that acts ("timer", "reactor", "cli").
    Machine { name: &'static str },
    /// An integration.
    Token { id: TokenId, rights: Rights },
}

/// What kind of actor, as stored and shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    Agent,
    Contact,
    System,
    Token,
    Bot,
}

impl ActorKind {
    pub const ALL: [Self; 5] = [Self::Agent, Self::Contact, Self::System, Self::Token, Self::Bot];

    /// The word kept in the database and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Contact => "contact",
            Self::System => "system",
            Self::Token => "token",
            Self::Bot => "bot",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// An actor as an event remembers it: kind and id, nothing that could change or leak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ActorRef {
    pub kind: ActorKind,
    pub id: Option<Uuid>,
}

impl ActorRef {
    pub const SYSTEM: Self = Self { kind: ActorKind::System, id: None };
}

impl Actor {
    /// The desk itself.
    pub const fn machine(name: &'static str) -> Self {
        Self::Machine { name }
    }

    pub fn as_ref(&self) -> ActorRef {
        match self {
            Self::Agent { id, .. } => ActorRef { kind: ActorKind::Agent, id: Some(id.0) },
            Self::Visitor { contact } => ActorRef { kind: ActorKind::Contact, id: Some(contact.0) },
            Self::Machine { .. } => ActorRef::SYSTEM,
            Self::Token { id, .. } => ActorRef { kind: ActorKind::Token, id: Some(id.0) },
        }
    }

    /// The agent behind the actor, if it is one.
    pub fn agent(&self) -> Option<AgentId> {
        match self {
            Self::Agent { id, .. } => Some(*id),
            _ => None,
        }
    }
}
