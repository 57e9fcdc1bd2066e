//! Whom a reply by mail goes to; a mail as it came in: what stands in it besides its words, its page made harmless, its bytes, all of
//! which opens with the customer's record; and a conversation mailed to its customer.

use super::files::LinkParams;
use super::types::addressing::MailAddressing;
use super::types::file::linked;
use super::types::original::MailOriginal;
use super::types::words;
use crate::extract::{Body, Params, Path, SignedIn};
use crate::problem::{ApiError, ApiResult, Code};
use crate::state::AppState;
use crate::{files, headers};
use axum::Json;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use candor_app::file;
use candor_app::mail::{self, Page};
use candor_domain::id::{ConversationId, MessageId};
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub fn routes() -> OpenApiRouter<AppState> {
    let mail = OpenApiRouter::default().routes(routes!(original)).routes(routes!(page)).routes(routes!(bytes));
    mail.routes(routes!(addressing)).routes(routes!(transcript)).routes(routes!(join))
}

/// Whom a reply in a conversation by mail would go to.
#[utoipa::path(get, path = "/conversations/{id}/mail", tag = "writing", params(("id" = Uuid, Path)), responses((status = 200, body = MailAddressing), (status = 409, description = "`conflict`: it is no conversation by mail")))]
async fn addressing(State(state): State<AppState>, who: SignedIn, Path(id): Path<Uuid>) -> ApiResult<Json<MailAddressing>> {
    let found = mail::out::addressing(&state.app, &who.actor, ConversationId(id)).await?;
    Ok(Json(found.into()))
}

/// Open a mail as it came in: addresses in full, every field of its header, and what the checks of its sender said. Needs a part in
/// the case; the look is on record.
#[utoipa::path(get, path = "/conversations/{id}/messages/{message}/mail", tag = "conversations", params(("id" = Uuid, Path), ("message" = Uuid, Path)), responses((status = 200, body = MailOriginal), (status = 410, description = "`gone`: its customer was erased")))]
async fn original(State(state): State<AppState>, who: SignedIn, Path((id, message)): Path<(Uuid, Uuid)>) -> ApiResult<Json<MailOriginal>> {
    let found = mail::original(&state.app, &who.actor, ConversationId(id), MessageId(message)).await?;
    let url = format!("/api/v1/conversations/{id}/messages/{message}/mail/original");
    let url = match &who.session {
        Some(session) => linked(&url, &file::link(&state.app, session.session, message)),
        None => url,
    };
    Ok(Json(MailOriginal::new(found, url)))
}

/// How a page is shown.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageParams {
    /// `none` when absent. With `remote` the browser fetches pictures from where the sender put them, and the sender can learn of it.
    #[param(inline, value_type = Option<words::MailImages>)]
    pub images: Option<String>,
}

/// The page in a mail, made harmless, as a document of its own for a frame: it runs nothing, and no address in it is asked by itself.
#[utoipa::path(get, path = "/conversations/{id}/messages/{message}/mail/html", tag = "conversations", params(("id" = Uuid, Path), ("message" = Uuid, Path), PageParams), responses((status = 200, content_type = "text/html", body = String), (status = 410, description = "`gone`: its customer was erased")))]
async fn page(
    State(state): State<AppState>,
    who: SignedIn,
    Path((id, message)): Path<(Uuid, Uuid)>,
    Params(asked): Params<PageParams>,
) -> ApiResult<Response> {
    let remote = match asked.images.as_deref() {
        None | Some("none") => false,
        Some("remote") => true,
        Some(_) => return Err(ApiError::new(Code::ValidationFailed).field("images", "none or remote")),
    };
    let page = mail::page(&state.app, &who.actor, ConversationId(id), MessageId(message), remote).await?;
    let mut response = Html(document(&page)).into_response();
    headers::mail(response.headers_mut(), remote);
    Ok(response)
}

/// Take a mail away, byte for byte as it came in.
#[utoipa::path(get, path = "/conversations/{id}/messages/{message}/mail/original", tag = "conversations", params(("id" = Uuid, Path), ("message" = Uuid, Path), LinkParams), responses((status = 200, content_type = "message/rfc822", body = Vec<u8>), (status = 206, content_type = "message/rfc822", body = Vec<u8>), (status = 403, description = "`infected`"), (status = 410, description = "`gone`: its customer was erased; `link_used`")))]
async fn bytes(
    State(state): State<AppState>,
    who: SignedIn,
    Path((id, message)): Path<(Uuid, Uuid)>,
    Params(given): Params<LinkParams>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    given.check(&state, &who, message)?;
    let opened = mail::bytes(&state.app, &who.actor, ConversationId(id), MessageId(message)).await?;
    Ok(files::send(opened, &headers))
}

/// Have the conversation mailed to its customer, without notes, at the address that is proven to be theirs. It is on record.
#[utoipa::path(post, path = "/conversations/{id}/transcript", tag = "writing", params(("id" = Uuid, Path)), responses((status = 204), (status = 409, description = "`conflict`: no address is proven to be the customer's, mail to it came back, or nothing sends mail")))]
async fn transcript(State(state): State<AppState>, who: SignedIn, Path(id): Path<Uuid>) -> ApiResult<StatusCode> {
    mail::out::send_transcript(&state.app, &who.actor, ConversationId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Where a mail belongs.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JoinInput {
    /// The number of the conversation.
    pub number: i64,
}

/// Where a mail is now.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct JoinedMail {
    pub conversation: Uuid,
    /// The number of its message there.
    pub seq: i64,
}

/// Take a mail over into the conversation where it belongs, as a message of its customer's that is marked for good as joined: nobody has
/// proven who sent it. It needs a part in both conversations and the right to answer in the second. The conversation that is left without
/// a word of its customer's is closed. Answers go where they went before.
#[utoipa::path(post, path = "/conversations/{id}/messages/{message}/join", tag = "conversations", params(("id" = Uuid, Path), ("message" = Uuid, Path)), request_body = JoinInput, responses((status = 200, body = JoinedMail), (status = 409, description = "`conflict`: the other conversation is closed or spam, or the mail was joined already"), (status = 410, description = "`gone`: a customer was erased")))]
async fn join(
    State(state): State<AppState>,
    who: SignedIn,
    Path((id, message)): Path<(Uuid, Uuid)>,
    Body(input): Body<JoinInput>,
) -> ApiResult<Json<JoinedMail>> {
    let joined = mail::join(&state.app, &who.actor, ConversationId(id), MessageId(message), input.number).await?;
    Ok(Json(JoinedMail { conversation: joined.conversation.0, seq: joined.seq }))
}

/// What a sheet of paper is in any theme: mails are written for it.
const STYLE: &str = include_str!("mail.css");

fn document(page: &Page) -> String {
    let title = page.subject.replace('&', "&amp;").replace('<', "&lt;");
    format!(
        "<!doctype html><html><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"referrer\" content=\"no-referrer\"><title>{title}</title><style>{STYLE}</style></head><body>{}</body></html>",
        page.html
    )
}
