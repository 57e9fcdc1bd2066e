//! Writing: replies with their undo window, notes, drafts.

use super::types::addressing::MailCopies;
use super::types::case::Then;
use super::types::conversation::{Message, TimelineItem};
use super::types::file::FileInfo;
use super::types::held::HeldReply;
use super::types::words;
use crate::extract::{Body, Path, SignedIn};
use crate::problem::{ApiError, ApiResult};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use candor_app::conversation::{self, Content, Replied, ReplyInput as Reply, detail, view};
use candor_app::file;
use candor_domain::actor::Actor;
use candor_domain::id::{ConversationId, HeldReplyId};
use candor_store::event::Part;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(reply))
        .routes(routes!(withdraw))
        .routes(routes!(release))
        .routes(routes!(keep))
        .routes(routes!(note))
        .routes(routes!(drafts))
        .routes(routes!(put_draft, remove_draft))
}

/// An answer to the customer.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplyInput {
    /// Made by the client and kept until the answer comes: a repeat changes nothing.
    pub client_id: Uuid,
    #[serde(default)]
    pub text: String,
    #[serde(default)]
    pub files: Vec<Uuid>,
    /// The newest number on the screen: a newer message of the customer refuses the reply.
    pub seen_seq: i64,
    /// How long it can be undone, in milliseconds; 0 or absent sends at once.
    #[serde(default)]
    pub hold_ms: i64,
    #[serde(default)]
    pub then: Then,
    /// Send although a newer message came in.
    #[serde(default)]
    pub force: bool,
    /// Whom it is also for, in a conversation by mail.
    #[serde(default)]
    pub mail: Option<MailCopies>,
}

/// How many unseen messages come with a refusal.
const UNSEEN: usize = 20;

/// Answer the customer. The caller's draft goes with a reply that begins with it; another one stays.
#[utoipa::path(post, path = "/conversations/{id}/replies", tag = "writing", params(("id" = Uuid, Path)), request_body = ReplyInput,
    responses((status = 201, description = "sent", body = TimelineItem), (status = 202, description = "held for its undo window", body = HeldReply)))]
async fn reply(State(state): State<AppState>, who: SignedIn, Path(id): Path<Uuid>, Body(input): Body<ReplyInput>) -> ApiResult<Response> {
    let id = ConversationId(id);
    let reply = Reply {
        client_id: input.client_id,
        content: Content { text: input.text, files: input.files.into_iter().map(Into::into).collect(), mentions: vec![] },
        seen_seq: input.seen_seq,
        hold_ms: input.hold_ms,
        follow_up: input.then.into(),
        copies: input.mail.unwrap_or_default().into(),
        force: input.force,
    };
    match conversation::reply(&state.app, &who.actor, id, reply).await {
        Ok(Replied::Sent(written)) => {
            let status = if written.repeated { StatusCode::OK } else { StatusCode::CREATED };
            Ok((status, Json(item(&state, &who.actor, id, written.seq).await?)).into_response())
        }
        Ok(Replied::Held(held)) => {
            let opened = detail::detail(&state.app, &who.actor, id).await?;
            let found = opened.held.into_iter().find(|one| one.held.id == held).ok_or(candor_app::Error::NotFound)?;
            Ok((StatusCode::ACCEPTED, Json(HeldReply::seen_by(found, opened.reader))).into_response())
        }
        Err(candor_app::Error::NewerMessage { after }) => Err(newer(&state, &who.actor, id, after).await?),
        Err(other) => Err(other.into()),
    }
}

/// The refusal with the messages that were not seen, so that the screen shows them at once.
async fn newer(state: &AppState, actor: &Actor, id: ConversationId, after: i64) -> ApiResult<ApiError> {
    let found = view::timeline(&state.app, actor, id, Part::After(after), UNSEEN, view::Eyes::Staff).await?;
    let messages: Vec<Message> =
        TimelineItem::all(found).into_iter().filter_map(|item| item.message).filter(|message| message.kind == "customer").collect();
    let messages = serde_json::to_value(messages).map_err(|error| candor_app::Error::Broken(error.to_string()))?;
    Ok(ApiError::from(candor_app::Error::NewerMessage { after }).with("messages", messages))
}

/// One line of the timeline, just written.
async fn item(state: &AppState, actor: &Actor, id: ConversationId, seq: i64) -> ApiResult<TimelineItem> {
    let found = view::timeline(&state.app, actor, id, Part::After(seq - 1), 1, view::Eyes::Staff).await?;
    TimelineItem::all(found).pop().ok_or_else(|| candor_app::Error::NotFound.into())
}

/// Take a held reply back; it becomes the author's draft again.
#[utoipa::path(delete, path = "/conversations/{id}/replies/{held}", tag = "writing", params(("id" = Uuid, Path), ("held" = Uuid, Path)), responses((status = 200, body = Draft)))]
async fn withdraw(State(state): State<AppState>, who: SignedIn, Path((id, held)): Path<(Uuid, Uuid)>) -> ApiResult<Json<Draft>> {
    let id = ConversationId(id);
    conversation::withdraw_held(&state.app, &who.actor, id, HeldReplyId(held)).await?;
    let kept = all_drafts(&state, &who.actor, id).await?;
    Ok(Json(kept.into_iter().find(|draft| draft.mode == "reply").ok_or(candor_app::Error::NotFound)?))
}

/// Send a held reply now.
#[utoipa::path(post, path = "/conversations/{id}/replies/{held}/release", tag = "writing", params(("id" = Uuid, Path), ("held" = Uuid, Path)), responses((status = 204)))]
async fn release(State(state): State<AppState>, who: SignedIn, Path((id, held)): Path<(Uuid, Uuid)>) -> ApiResult<StatusCode> {
    conversation::release_held(&state.app, &who.actor, ConversationId(id), HeldReplyId(held)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Send a held reply although the customer wrote meanwhile.
#[utoipa::path(post, path = "/conversations/{id}/replies/{held}/keep", tag = "writing", params(("id" = Uuid, Path), ("held" = Uuid, Path)), responses((status = 204)))]
async fn keep(State(state): State<AppState>, who: SignedIn, Path((id, held)): Path<(Uuid, Uuid)>) -> ApiResult<StatusCode> {
    conversation::keep_held(&state.app, &who.actor, ConversationId(id), HeldReplyId(held)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A note for colleagues.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteInput {
    pub client_id: Uuid,
    #[serde(default)]
    pub text: String,
    #[serde(default)]
    pub files: Vec<Uuid>,
    #[serde(default)]
    pub mentions: Vec<Uuid>,
}

/// Leave an internal note.
#[utoipa::path(post, path = "/conversations/{id}/notes", tag = "writing", params(("id" = Uuid, Path)), request_body = NoteInput, responses((status = 201, body = TimelineItem)))]
async fn note(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<Uuid>,
    Body(input): Body<NoteInput>,
) -> ApiResult<(StatusCode, Json<TimelineItem>)> {
    let id = ConversationId(id);
    let content = Content {
        text: input.text,
        files: input.files.into_iter().map(Into::into).collect(),
        mentions: input.mentions.into_iter().map(Into::into).collect(),
    };
    let written = conversation::note(&state.app, &who.actor, id, input.client_id, content).await?;
    let status = if written.repeated { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(item(&state, &who.actor, id, written.seq).await?)))
}

/// What was typed and not sent.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Draft {
    #[schema(value_type = words::DraftMode)]
    pub mode: String,
    pub text: String,
    pub files: Vec<FileInfo>,
    /// Whom it is also for, by mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail: Option<MailCopies>,
    pub updated_at: i64,
}

/// The caller's drafts in one case.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Drafts {
    pub items: Vec<Draft>,
}

async fn all_drafts(state: &AppState, actor: &Actor, id: ConversationId) -> ApiResult<Vec<Draft>> {
    let mut found = Vec::new();
    for kept in conversation::drafts(&state.app, actor, id).await? {
        let files = file::infos(&state.app, actor, kept.files).await?;
        found.push(Draft {
            mode: kept.mode,
            text: kept.text,
            files: files.into_iter().map(FileInfo::for_agents).collect(),
            mail: MailCopies::of(kept.copies),
            updated_at: kept.updated_at,
        });
    }
    Ok(found)
}

/// Read the caller's drafts.
#[utoipa::path(get, path = "/conversations/{id}/drafts", tag = "writing", params(("id" = Uuid, Path)), responses((status = 200, body = Drafts)))]
async fn drafts(State(state): State<AppState>, who: SignedIn, Path(id): Path<Uuid>) -> ApiResult<Json<Drafts>> {
    Ok(Json(Drafts { items: all_drafts(&state, &who.actor, ConversationId(id)).await? }))
}

/// What is typed now.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftInput {
    pub text: String,
    #[serde(default)]
    pub files: Vec<Uuid>,
    /// Whom it is also for, by mail.
    #[serde(default)]
    pub mail: Option<MailCopies>,
}

/// Keep a draft; an empty one is removed.
#[utoipa::path(put, path = "/conversations/{id}/drafts/{mode}", tag = "writing", params(("id" = Uuid, Path), ("mode" = String, Path)), request_body = DraftInput, responses((status = 204)))]
async fn put_draft(
    State(state): State<AppState>,
    who: SignedIn,
    Path((id, mode)): Path<(Uuid, String)>,
    Body(input): Body<DraftInput>,
) -> ApiResult<StatusCode> {
    let files = input.files.into_iter().map(Into::into).collect();
    let copies = input.mail.unwrap_or_default().into();
    conversation::put_draft(&state.app, &who.actor, ConversationId(id), &mode, input.text, files, copies).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Throw a draft away.
#[utoipa::path(delete, path = "/conversations/{id}/drafts/{mode}", tag = "writing", params(("id" = Uuid, Path), ("mode" = String, Path)), responses((status = 204)))]
async fn remove_draft(State(state): State<AppState>, who: SignedIn, Path((id, mode)): Path<(Uuid, String)>) -> ApiResult<StatusCode> {
    conversation::remove_draft(&state.app, &who.actor, ConversationId(id), &mode).await?;
    Ok(StatusCode::NO_CONTENT)
}
