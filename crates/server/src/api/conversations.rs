//! Reading cases: one case, its timeline, and what is done to it besides writing.

use super::types::case::{Action, Conversation};
use super::types::conversation::{TimelineItem, TimelinePage};
use crate::extract::{Body, Params, Path, SignedIn, Tagged};
use crate::problem::{ApiError, ApiResult, Code};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use candor_app::conversation::{self, detail, view};
use candor_app::mail;
use candor_domain::id::{AgentId, ConversationId, MessageId};
use candor_store::event::Part;
use http::StatusCode;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(get_one))
        .routes(routes!(timeline))
        .routes(routes!(act))
        .routes(routes!(read))
        .routes(routes!(redact))
        .routes(routes!(send_again))
        .routes(routes!(share))
        .routes(routes!(unshare))
        .routes(routes!(break_glass))
}

/// Open a case.
#[utoipa::path(get, path = "/conversations/{id}", tag = "conversations", params(("id" = Uuid, Path)), responses((status = 200, body = Conversation)))]
async fn get_one(State(state): State<AppState>, who: SignedIn, Path(id): Path<Uuid>) -> ApiResult<Tagged<Conversation>> {
    let opened = detail::detail(&state.app, &who.actor, ConversationId(id)).await?;
    Ok(Tagged::ok(opened.row.stored.case.seq, opened.into()))
}

/// Which part of a timeline: at most one of `after` and `before`; without either the newest.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PartParams {
    pub after: Option<i64>,
    pub before: Option<i64>,
    /// How many, 1 to 100; 50 when absent.
    pub limit: Option<u32>,
}

impl PartParams {
    pub fn part(self) -> ApiResult<(Part, usize)> {
        let part = match (self.after, self.before) {
            (Some(_), Some(_)) => return Err(ApiError::new(Code::ValidationFailed).field("before", "not together with after")),
            (Some(after), None) => Part::After(after),
            (None, Some(before)) => Part::Before(before),
            (None, None) => Part::Newest,
        };
        Ok((part, crate::extract::page::limit(self.limit)?))
    }
}

/// Read a part of a case's timeline.
#[utoipa::path(get, path = "/conversations/{id}/timeline", tag = "conversations", params(("id" = Uuid, Path), PartParams), responses((status = 200, body = TimelinePage)))]
async fn timeline(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<Uuid>,
    Params(asked): Params<PartParams>,
) -> ApiResult<Json<TimelinePage>> {
    let (part, limit) = asked.part()?;
    let found = view::timeline(&state.app, &who.actor, ConversationId(id), part, limit, view::Eyes::Staff).await?;
    Ok(Json(TimelinePage { more: found.more, items: TimelineItem::all(found) }))
}

/// What is done.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionInput {
    pub action: Action,
}

/// Do something to a case: assign, status, tags, sleep.
#[utoipa::path(post, path = "/conversations/{id}/actions", tag = "conversations", params(("id" = Uuid, Path)), request_body = ActionInput, responses((status = 200, body = Conversation)))]
async fn act(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<Uuid>,
    Body(input): Body<ActionInput>,
) -> ApiResult<Tagged<Conversation>> {
    let id = ConversationId(id);
    match input.action.to_act() {
        Some(action) => conversation::act(&state.app, &who.actor, id, action).await?,
        None => conversation::mark_unread(&state.app, &who.actor, id).await?,
    }
    let opened = detail::detail(&state.app, &who.actor, id).await?;
    Ok(Tagged::ok(opened.row.stored.case.seq, opened.into()))
}

/// How far somebody has read.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadInput {
    pub seq: i64,
}

/// Move the caller's read mark forward.
#[utoipa::path(post, path = "/conversations/{id}/read", tag = "conversations", params(("id" = Uuid, Path)), request_body = ReadInput, responses((status = 204)))]
async fn read(State(state): State<AppState>, who: SignedIn, Path(id): Path<Uuid>, Body(input): Body<ReadInput>) -> ApiResult<StatusCode> {
    conversation::agent_read(&state.app, &who.actor, ConversationId(id), input.seq).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Why something unusual is done.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonInput {
    pub reason: String,
}

/// Send a mail of ours once more that was not taken or came back.
#[utoipa::path(post, path = "/conversations/{id}/messages/{message}/send-again", tag = "conversations", params(("id" = Uuid, Path), ("message" = Uuid, Path)), responses((status = 204), (status = 409, description = "`conflict`")))]
async fn send_again(State(state): State<AppState>, who: SignedIn, Path((id, message)): Path<(Uuid, Uuid)>) -> ApiResult<StatusCode> {
    mail::out::send_again(&state.app, &who.actor, ConversationId(id), MessageId(message)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Remove the text of a message for good.
#[utoipa::path(post, path = "/conversations/{id}/messages/{message}/redact", tag = "conversations", params(("id" = Uuid, Path), ("message" = Uuid, Path)), request_body = ReasonInput, responses((status = 204)))]
async fn redact(
    State(state): State<AppState>,
    who: SignedIn,
    Path((id, message)): Path<(Uuid, Uuid)>,
    Body(input): Body<ReasonInput>,
) -> ApiResult<StatusCode> {
    conversation::redact(&state.app, &who.actor, ConversationId(id), MessageId(message), input.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whom to let in.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShareInput {
    pub agent: Uuid,
}

/// Let a colleague into the customer's record.
#[utoipa::path(post, path = "/conversations/{id}/access", tag = "conversations", params(("id" = Uuid, Path)), request_body = ShareInput, responses((status = 204)))]
async fn share(State(state): State<AppState>, who: SignedIn, Path(id): Path<Uuid>, Body(input): Body<ShareInput>) -> ApiResult<StatusCode> {
    conversation::share_access(&state.app, &who.actor, ConversationId(id), AgentId(input.agent)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a colleague's way in back.
#[utoipa::path(delete, path = "/conversations/{id}/access/{agent}", tag = "conversations", params(("id" = Uuid, Path), ("agent" = Uuid, Path)), responses((status = 204)))]
async fn unshare(State(state): State<AppState>, who: SignedIn, Path((id, agent)): Path<(Uuid, Uuid)>) -> ApiResult<StatusCode> {
    conversation::revoke_access(&state.app, &who.actor, ConversationId(id), AgentId(agent)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Open the customer's record for an hour against a written reason.
#[utoipa::path(post, path = "/conversations/{id}/break-glass", tag = "conversations", params(("id" = Uuid, Path)), request_body = ReasonInput, responses((status = 200, body = Conversation)))]
async fn break_glass(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<Uuid>,
    Body(input): Body<ReasonInput>,
) -> ApiResult<Json<Conversation>> {
    let id = ConversationId(id);
    conversation::break_glass(&state.app, &who.actor, id, input.reason).await?;
    Ok(Json(detail::detail(&state.app, &who.actor, id).await?.into()))
}
