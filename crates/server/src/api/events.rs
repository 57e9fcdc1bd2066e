//! The outside feed: what happens at the desk, for programs outside.

use super::types::conversation::data;
use super::types::event::EventData;
use super::types::words;
use crate::extract::page::limit as limit_of;
use crate::extract::{Params, SignedIn};
use crate::problem::{ApiError, ApiResult, Code};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use candor_app::feed::{self, LONGEST_WAIT};
use candor_domain::event::Event;
use candor_domain::id::InboxId;
use candor_domain::permission::Scope;
use candor_store::feed::Fed;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::time::Duration;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(events))
}

/// Where to go on, and how long to wait for something new.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FeedParams {
    /// `next` of the page before; `now` for what happens from now on; absent: from the oldest that is kept.
    pub after: Option<String>,
    /// How many, 1 to 100; 50 when absent.
    pub limit: Option<u32>,
    /// Seconds to wait while there is nothing new, 0 to 30; 0 when absent.
    pub wait: Option<u64>,
}

/// Something that happened, without words: ids, enums and numbers.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FeedEvent {
    pub conversation: Uuid,
    /// The number of the event in its conversation: 1, 2, 3 … without a hole.
    pub seq: i64,
    pub at: i64,
    #[serde(rename = "type")]
    #[schema(value_type = words::EventType)]
    pub kind: &'static str,
    /// Where the conversation is now.
    pub inbox: Uuid,
    pub actor: FeedActor,
    /// Of a message its id; its text is read from the conversation, by whoever may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<FeedMessage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<EventData>)]
    pub data: Option<Value>,
}

/// Who did it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FeedActor {
    #[schema(value_type = words::ActorKind)]
    pub kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
}

/// Which message.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FeedMessage {
    pub id: Uuid,
    #[schema(value_type = words::MessageKind)]
    pub kind: &'static str,
}

/// A part of the feed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FeedPage {
    /// In order inside a conversation; each at least once.
    pub items: Vec<FeedEvent>,
    /// Hand back as `after`, also when there were no items. Keep it once the items are dealt with.
    pub next: String,
}

/// Follow what happens.
///
/// `410 gone` when the cursor is older than what is kept, or than a restore of the desk: it carries two cursors, `oldest` and `newest`.
/// Read the conversations again that matter, then go on from one of them.
#[utoipa::path(get, path = "/events", tag = "events", params(FeedParams), responses((status = 200, body = FeedPage)))]
async fn events(State(state): State<AppState>, who: SignedIn, Params(asked): Params<FeedParams>) -> ApiResult<Json<FeedPage>> {
    let limit = limit_of(asked.limit)?;
    let wait = Duration::from_secs(asked.wait.unwrap_or(0));
    if wait > LONGEST_WAIT {
        return Err(ApiError::new(Code::ValidationFailed).field("wait", format!("0 to {} seconds", LONGEST_WAIT.as_secs())));
    }
    let page = tokio::select! {
        page = feed::read(&state.app, &who.actor, asked.after.as_deref(), limit, wait) => page?,
        // The server goes down: the reader comes back with the same cursor.
        () = state.draining.cancelled() => return Err(ApiError::new(Code::Busy).retry_after(Duration::from_secs(1))),
    };
    let items = page.events.into_iter().map(|one| FeedEvent::of(one, &page.scope)).collect();
    Ok(Json(FeedPage { items, next: page.next }))
}

impl FeedEvent {
    fn of(fed: Fed, scope: &Scope) -> Self {
        let recorded = fed.recorded;
        let message = match &recorded.event {
            Event::Message { message, kind, .. } => Some(FeedMessage { id: message.0, kind: kind.as_str() }),
            _ => None,
        };
        Self {
            conversation: fed.stream.0,
            seq: recorded.seq,
            at: recorded.at,
            kind: recorded.event.name(),
            inbox: fed.inbox.0,
            actor: FeedActor { kind: recorded.actor.kind.as_str(), id: recorded.actor.id },
            message,
            data: data(&recorded.event).map(|members| without_foreign_inboxes(members, &recorded.event, |id| scope.contains(id, fed.team))),
        }
    }
}

/// Where a conversation came from is nobody's business who may not look there.
fn without_foreign_inboxes(mut members: Value, event: &Event, seen: impl Fn(InboxId) -> bool) -> Value {
    let named = match event {
        Event::InboxChanged { from, to } => vec![("from", *from), ("to", *to)],
        Event::Started { inbox } => vec![("inbox", *inbox)],
        _ => vec![],
    };
    if let Value::Object(members) = &mut members {
        named.into_iter().filter(|(_, id)| !seen(*id)).for_each(|(name, _)| drop(members.remove(name)));
    }
    members
}
