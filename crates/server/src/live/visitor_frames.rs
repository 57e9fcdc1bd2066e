//! The frames of the visitors' line: public numbers and public names alone.

use crate::visitor::types::{VisitorContact, VisitorConversation, VisitorEvent};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a client says.
#[derive(Debug, Deserialize)]
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

/// A conversation to follow, from where the client is.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct WatchAsk {
    pub conversation: Uuid,
    #[serde(default)]
    pub after: i64,
}

/// What the server says.
#[derive(Debug, Serialize)]
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
