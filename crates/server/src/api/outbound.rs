//! Mail that the desk begins: to somebody who has not asked, and to a third party about a case.

use super::types::case::Conversation;
use super::types::outbound::{FirstMail, Forward, ForwardPreview, SideThread, SideThreads};
use crate::extract::{Body, ETag, Path, SignedIn, Tagged};
use crate::problem::ApiResult;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use candor_app::conversation::{self, Started, detail};
use candor_domain::actor::Actor;
use candor_domain::id::ConversationId;
use http::StatusCode;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(start)).routes(routes!(side_threads, ask)).routes(routes!(preview))
}

/// Write first: begin a conversation by mail. Needs `conversation.start`; what an agent begins is counted.
#[utoipa::path(post, path = "/conversations", tag = "writing", request_body = FirstMail,
    responses((status = 201, body = Conversation), (status = 200, description = "began with an earlier request", body = Conversation),
        (status = 429, description = "`rate_limited`")))]
async fn start(State(state): State<AppState>, who: SignedIn, Body(input): Body<FirstMail>) -> ApiResult<Tagged<Conversation>> {
    let started = conversation::write_first(&state.app, &who.actor, input.into_first()?).await?;
    begun(&state, &who.actor, started).await
}

/// Read the side threads of a case: third parties who were asked about it.
#[utoipa::path(get, path = "/conversations/{id}/side-threads", tag = "conversations", params(("id" = Uuid, Path)), responses((status = 200, body = SideThreads)))]
async fn side_threads(State(state): State<AppState>, who: SignedIn, Path(id): Path<Uuid>) -> ApiResult<Json<SideThreads>> {
    let found = conversation::sides(&state.app, &who.actor, ConversationId(id)).await?;
    Ok(Json(SideThreads { items: found.into_iter().map(SideThread::from).collect() }))
}

/// Ask a third party about a case by mail, with chosen messages of it. Needs `conversation.forward`. Answers the side thread.
#[utoipa::path(post, path = "/conversations/{id}/side-threads", tag = "writing", params(("id" = Uuid, Path)), request_body = Forward,
    responses((status = 201, body = Conversation), (status = 200, description = "began with an earlier request", body = Conversation),
        (status = 429, description = "`rate_limited`")))]
async fn ask(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<Uuid>,
    Body(input): Body<Forward>,
) -> ApiResult<Tagged<Conversation>> {
    let started = conversation::forward(&state.app, &who.actor, ConversationId(id), input.into()).await?;
    begun(&state, &who.actor, started).await
}

/// Show exactly what would leave the desk; nothing is sent or kept.
#[utoipa::path(post, path = "/conversations/{id}/side-threads/preview", tag = "writing", params(("id" = Uuid, Path)), request_body = Forward, responses((status = 200, body = ForwardPreview)))]
async fn preview(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<Uuid>,
    Body(input): Body<Forward>,
) -> ApiResult<Json<ForwardPreview>> {
    let leaving = conversation::preview_forward(&state.app, &who.actor, ConversationId(id), input.into()).await?;
    Ok(Json(leaving.into()))
}

/// The conversation that was begun, as its author opens it.
async fn begun(state: &AppState, actor: &Actor, started: Started) -> ApiResult<Tagged<Conversation>> {
    let opened = detail::detail(&state.app, actor, started.conversation).await?;
    let version = ETag(opened.row.stored.case.seq);
    let status = if started.repeated { StatusCode::OK } else { StatusCode::CREATED };
    Ok(Tagged(status, version, opened.into()))
}
