//! The frames of the visitors' line: public numbers and public names alone. The published contract holds them as
//! `VisitorFrame` (what the server says) and
//! `VisitorSaidFrame`.

use crate::visitor::types::{VisitorContact, VisitorConversation, VisitorEvent};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What a visitor's client says on its line.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = VisitorSaidFrame)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Said {
    Auth {
        token: String,
        #[serde(default)]
        watch: Vec<WatchAsk>,
    },
    Watch(WatchAsk),
    Unwatch {
        conversation: Uuid,
    },
    Typing {
        conversation: Uuid,
    },
    Ping {},
}

impl Said {
    /// What a frame says; `None` for what no client of ours sends.
    pub(super) fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

/// A conversation to follow, from where the client is.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
pub(super) struct WatchAsk {
    pub conversation: Uuid,
    #[serde(default)]
    pub after: i64,
}

/// What the server says on a visitor's line.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VisitorFrame)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Says<'a> {
    Ready {
        contact: VisitorContact,
    },
    Events {
        conversation: Uuid,
        events: Vec<VisitorEvent>,
    },
    Conversation {
        conversation: &'a VisitorConversation,
    },
    Typing {
        conversation: Uuid,
        name: &'a str,
    },
    Reload {
        #[serde(skip_serializing_if = "Option::is_none")]
        conversation: Option<Uuid>,
    },
    Pong,
}
