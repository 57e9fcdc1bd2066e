//! The visitor's conversations: list, start, read, write, rate.

use super::session::PageInput;
use super::types::{VisitorConversation, VisitorEvent, VisitorEvents};
use crate::api::conversations::PartParams;
use crate::extract::{Body, ClientAddress, Page, PageParams, Params, Path, VisitorIn, WriterIn};
use crate::problem::{ApiError, ApiResult, Code};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use candor_app::conversation::{Content, RatingInput, StartInput};
use candor_app::mail;
use candor_app::visitor::{self, Details, Said};
use candor_domain::id::{ConversationId, FileId};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(list, start))
        .routes(routes!(get_one))
        .routes(routes!(events))
        .routes(routes!(say))
        .routes(routes!(read))
        .routes(routes!(typing))
        .routes(routes!(rate))
        .routes(routes!(transcript))
}

/// The visitor's conversations, newest first.
#[utoipa::path(get, path = "/conversations", tag = "visitor", params(PageParams), responses((status = 200, body = Page<VisitorConversation>)))]
async fn list(
    State(state): State<AppState>,
    visitor: VisitorIn,
    Params(asked): Params<PageParams>,
) -> ApiResult<Json<Page<VisitorConversation>>> {
    let limit = asked.limit()?;
    let found = visitor::cases(&state.app, &visitor, asked.cursor()?, limit).await?;
    let page = Page::of(found, limit, visitor::Case::place);
    Ok(Json(Page { items: page.items.into_iter().map(Into::into).collect(), next: page.next }))
}

/// A conversation begins.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VisitorStartInput {
    /// Made by the client and kept until this is acknowledged: a repeat starts nothing anew.
    pub client_id: Uuid,
    #[serde(default)]
    pub text: Option<String>,
    #[serde(default)]
    pub files: Vec<Uuid>,
    #[serde(default)]
    pub subject: Option<String>,
    #[serde(default)]
    pub page: Option<PageInput>,
    /// What the page around the widget knows of the visitor.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
}

/// A conversation and its first message.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct VisitorStarted {
    pub conversation: VisitorConversation,
    pub event: VisitorEvent,
}

/// Start a conversation.
#[utoipa::path(post, path = "/conversations", tag = "visitor", request_body = VisitorStartInput, responses((status = 201, body = VisitorStarted), (status = 200, description = "An earlier request with this client_id started it", body = VisitorStarted)))]
async fn start(
    State(state): State<AppState>,
    visitor: VisitorIn,
    ClientAddress(peer): ClientAddress,
    Body(input): Body<VisitorStartInput>,
) -> ApiResult<(StatusCode, Json<VisitorStarted>)> {
    let start = StartInput {
        session: visitor.session.id,
        inbox: visitor.session.inbox,
        client_id: input.client_id,
        content: content(input.text, &input.files),
        subject: input.subject,
        origin: input.page.as_ref().and_then(PageInput::kept),
    };
    let (case, said) = visitor::open(&state.app, &visitor, peer, start).await?;
    if !input.fields.is_empty() && !said.repeated {
        visitor::change(&state.app, &visitor, Details { fields: input.fields, ..Details::default() }).await?;
    }
    Ok((created(&said), Json(VisitorStarted { conversation: case.into(), event: answer(said)? })))
}

/// One conversation.
#[utoipa::path(get, path = "/conversations/{id}", tag = "visitor", params(("id" = Uuid, Path)), responses((status = 200, body = VisitorConversation)))]
async fn get_one(State(state): State<AppState>, visitor: VisitorIn, Path(id): Path<Uuid>) -> ApiResult<Json<VisitorConversation>> {
    Ok(Json(visitor::case(&state.app, &visitor, ConversationId(id)).await?.into()))
}

/// What happened in a conversation, by public number.
#[utoipa::path(get, path = "/conversations/{id}/events", tag = "visitor", params(("id" = Uuid, Path), PartParams), responses((status = 200, body = VisitorEvents)))]
async fn events(
    State(state): State<AppState>,
    visitor: VisitorIn,
    Path(id): Path<Uuid>,
    Params(asked): Params<PartParams>,
) -> ApiResult<Json<VisitorEvents>> {
    let (part, limit) = asked.part()?;
    Ok(Json(visitor::timeline(&state.app, &visitor, ConversationId(id), part, limit).await?.into()))
}

/// A message of the visitor.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VisitorMessageInput {
    pub client_id: Uuid,
    #[serde(default)]
    pub text: Option<String>,
    #[serde(default)]
    pub files: Vec<Uuid>,
}

/// A message that is kept.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct VisitorSaid {
    pub event: VisitorEvent,
}

/// Write into a conversation. Acknowledged when it is on disk.
#[utoipa::path(post, path = "/conversations/{id}/messages", tag = "visitor", params(("id" = Uuid, Path)), request_body = VisitorMessageInput, responses((status = 201, body = VisitorSaid), (status = 200, description = "An earlier request with this client_id wrote it", body = VisitorSaid)))]
async fn say(
    State(state): State<AppState>,
    visitor: WriterIn,
    Path(id): Path<Uuid>,
    Body(input): Body<VisitorMessageInput>,
) -> ApiResult<(StatusCode, Json<VisitorSaid>)> {
    let content = content(input.text, &input.files);
    let said = visitor::say(&state.app, &visitor, ConversationId(id), input.client_id, content).await?;
    Ok((created(&said), Json(VisitorSaid { event: answer(said)? })))
}

/// Up to where the visitor has read.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VisitorReadInput {
    pub seq: i64,
}

/// Note what was read.
#[utoipa::path(post, path = "/conversations/{id}/read", tag = "visitor", params(("id" = Uuid, Path)), request_body = VisitorReadInput, responses((status = 204)))]
async fn read(
    State(state): State<AppState>,
    visitor: VisitorIn,
    Path(id): Path<Uuid>,
    Body(input): Body<VisitorReadInput>,
) -> ApiResult<StatusCode> {
    visitor::read(&state.app, &visitor, ConversationId(id), input.seq).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The visitor is typing; nothing is said about what.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VisitorTypingInput {}

/// Tell agents that the visitor is typing.
#[utoipa::path(post, path = "/conversations/{id}/typing", tag = "visitor", params(("id" = Uuid, Path)), request_body = VisitorTypingInput, responses((status = 204)))]
async fn typing(
    State(state): State<AppState>,
    visitor: VisitorIn,
    Path(id): Path<Uuid>,
    Body(_input): Body<VisitorTypingInput>,
) -> ApiResult<StatusCode> {
    visitor::typing(&state.app, &visitor, ConversationId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What the visitor thought of a conversation.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VisitorRatingInput {
    /// 1 to 5.
    pub score: i64,
    #[serde(default)]
    pub solved: Option<bool>,
    #[serde(default)]
    pub comment: Option<String>,
}

/// Rate a finished conversation, once.
#[utoipa::path(post, path = "/conversations/{id}/rating", tag = "visitor", params(("id" = Uuid, Path)), request_body = VisitorRatingInput, responses((status = 201, body = VisitorConversation)))]
async fn rate(
    State(state): State<AppState>,
    visitor: VisitorIn,
    Path(id): Path<Uuid>,
    Body(input): Body<VisitorRatingInput>,
) -> ApiResult<(StatusCode, Json<VisitorConversation>)> {
    let id = ConversationId(id);
    visitor::rate(&state.app, &visitor, id, RatingInput { score: input.score, solved: input.solved, comment: input.comment }).await?;
    Ok((StatusCode::CREATED, Json(visitor::case(&state.app, &visitor, id).await?.into())))
}

/// Have the conversation mailed to the visitor's own address: one that the exchange has signed or that was confirmed.
#[utoipa::path(post, path = "/conversations/{id}/transcript", tag = "visitor", params(("id" = Uuid, Path)), responses((status = 204), (status = 409, description = "`conflict`: no address is proven to be theirs, or mail to it came back")))]
async fn transcript(State(state): State<AppState>, visitor: VisitorIn, Path(id): Path<Uuid>) -> ApiResult<StatusCode> {
    mail::out::send_transcript(&state.app, &visitor.actor(), ConversationId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn content(text: Option<String>, files: &[Uuid]) -> Content {
    Content { text: text.unwrap_or_default(), files: files.iter().copied().map(FileId).collect(), mentions: Vec::new() }
}

fn created(said: &Said) -> StatusCode {
    if said.repeated { StatusCode::OK } else { StatusCode::CREATED }
}

fn answer(said: Said) -> ApiResult<VisitorEvent> {
    VisitorEvent::of(said.item, &said.names).ok_or_else(|| ApiError::new(Code::Internal).cause("a kept message the customer cannot see"))
}
