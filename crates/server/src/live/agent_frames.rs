//! The frames of the agents' line.

use crate::api::types::case::HeldReply;
use crate::api::types::conversation::{Row, TimelineItem};
use candor_app::live::{Doing, Viewer};
use candor_domain::filter::Filter;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What a client says.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Said {
    List(ListAsk),
    Unlist {
        id: String,
    },
    Watch {
        conversation: Uuid,
        #[serde(default)]
        after: i64,
    },
    Unwatch {
        conversation: Uuid,
    },
    Presence {
        #[serde(default)]
        conversation: Option<Uuid>,
        doing: Doing,
    },
    Ping {},
}

/// A list to follow.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct ListAsk {
    pub id: String,
    pub view: String,
    #[serde(default)]
    pub filter: Option<Filter>,
    /// What the client sorts by; frames carry rows, so the server does not need it.
    #[serde(default, rename = "sort")]
    pub _sort: Option<String>,
    #[serde(default, rename = "limit")]
    pub _limit: Option<u32>,
    /// The tag of a frame that stands alone in a streamed request.
    #[serde(default, rename = "type")]
    pub _type: Option<String>,
}

/// What the server says.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Says<'a> {
    Ready {
        agent: Uuid,
    },
    Row {
        lists: Vec<&'a str>,
        op: Op,
        id: Uuid,
        #[serde(skip_serializing_if = "Option::is_none")]
        row: Option<&'a Row>,
    },
    Counts {
        views: &'a BTreeMap<String, ViewCount>,
    },
    Events {
        conversation: Uuid,
        events: Vec<TimelineItem>,
        row: &'a Row,
    },
    Held {
        conversation: Uuid,
        held: &'a [HeldReply],
    },
    Viewers {
        conversation: Uuid,
        viewers: Vec<ViewerFrame>,
    },
    VisitorTyping {
        conversation: Uuid,
    },
    Notify {
        kind: NotifyKind,
        conversation: Uuid,
        title: &'a str,
        text: &'a str,
    },
    Directory {
        directory: Value,
    },
    Me,
    Reload {
        #[serde(skip_serializing_if = "Option::is_none")]
        conversation: Option<Uuid>,
    },
    Pong,
}

/// How a row stands to a list now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Op {
    Enter,
    Change,
    Leave,
}

/// What an agent is told of although another screen is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum NotifyKind {
    Message,
    Assigned,
    Mention,
}

/// The size of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ViewCount {
    pub total: usize,
    /// Of them, how many wait for us.
    pub us: usize,
    /// Of them, how many the caller has not read; counted for `mine` and `mentions`.
    pub unread: usize,
}

/// A colleague with a case.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct ViewerFrame {
    agent: Uuid,
    doing: Doing,
}

impl From<Viewer> for ViewerFrame {
    fn from(viewer: Viewer) -> Self {
        Self { agent: viewer.agent.0, doing: viewer.doing }
    }
}
