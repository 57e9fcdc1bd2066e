//! The frames of the agents' line. The published contract holds them as `AgentFrame` (what the server says) and `AgentSaid`.

use crate::api::bulk::BulkJob;
use crate::api::types::conversation::{Row, TimelineItem};
use crate::api::types::desk::Directory;
use crate::api::types::filter;
use crate::api::types::held::HeldReply;
use crate::api::types::words;
use candor_app::live::{Doing, Viewer};
use candor_domain::filter::Filter;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// What an agent's client says on its line.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = AgentSaid)]
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
        #[schema(value_type = words::Doing)]
        doing: Doing,
        /// The draft as it stands, if its author lets colleagues see it: told on at most once a second, its end only.
        #[serde(default)]
        peek: Option<String>,
    },
    Ping {},
}

impl Said {
    /// What a frame says; `None` for what no client of ours sends.
    pub(super) fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

/// A list to follow.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub(super) struct ListAsk {
    pub id: String,
    pub view: String,
    #[serde(default)]
    #[schema(value_type = Option<filter::Filter>)]
    pub filter: Option<Filter>,
    /// What the client sorts by; frames carry rows, so the server does not need it.
    #[serde(default, rename = "sort")]
    #[schema(value_type = Option<words::Sort>)]
    pub _sort: Option<String>,
    #[serde(default, rename = "limit")]
    pub _limit: Option<u32>,
    /// The tag of a frame that stands alone in a streamed request.
    #[serde(default, rename = "type")]
    #[schema(ignore)]
    pub _type: Option<String>,
}

/// What the server says on an agent's line.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AgentFrame)]
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
        directory: Box<Directory>,
    },
    Me,
    /// A bulk job of this agent has come further.
    Bulk {
        job: &'a BulkJob,
    },
    Reload {
        #[serde(skip_serializing_if = "Option::is_none")]
        conversation: Option<Uuid>,
        /// Only these lists are to be read again: too much moved in them to tell each row.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        lists: Option<Vec<&'a str>>,
    },
    Pong,
}

/// How a row stands to a list now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RowOp)]
pub(super) enum Op {
    Enter,
    Change,
    Leave,
}

/// What an agent is told of although another screen is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
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
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Viewer)]
pub(super) struct ViewerFrame {
    agent: Uuid,
    #[schema(value_type = words::Doing)]
    doing: Doing,
    /// The end of their draft, if they let colleagues see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    peek: Option<String>,
}

impl From<Viewer> for ViewerFrame {
    fn from(viewer: Viewer) -> Self {
        Self { agent: viewer.agent.0, doing: viewer.doing, peek: viewer.peek.map(|words| words.to_string()) }
    }
}
