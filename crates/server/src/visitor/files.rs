//! Files of the visitor: sent up before the message that carries them, and fetched with the session's token.

use crate::api::types::file::FileInfo;
use crate::extract::{ClientAddress, Params, Path, VisitorIn};
use crate::files::{self, UploadParams};
use crate::problem::ApiResult;
use crate::state::AppState;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use candor_app::Limit;
use candor_domain::id::FileId;
use http::HeaderMap;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(upload)).routes(routes!(download)).routes(routes!(small))
}

/// Send a file. It is the session's own until a message carries it, and goes after a day without one.
#[utoipa::path(post, path = "/files", tag = "visitor", operation_id = "visitor_upload", params(UploadParams), request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 201, body = FileInfo)))]
async fn upload(
    State(state): State<AppState>,
    visitor: VisitorIn,
    ClientAddress(peer): ClientAddress,
    Params(asked): Params<UploadParams>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<impl IntoResponse> {
    state.app.limits.check_peer(Limit::FileAddress, peer)?;
    let file = files::take(&state, &visitor.actor(), &asked, &headers, body).await?;
    Ok(files::taken(FileInfo::for_visitors(file)))
}

/// Fetch a file of one's own conversations, whole or in part.
#[utoipa::path(get, path = "/files/{id}", tag = "visitor", operation_id = "visitor_download", params(("id" = Uuid, Path)), responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>), (status = 206, content_type = "application/octet-stream", body = Vec<u8>), (status = 403, description = "`infected`")))]
async fn download(State(state): State<AppState>, visitor: VisitorIn, Path(id): Path<Uuid>, headers: HeaderMap) -> ApiResult<Response> {
    files::give(&state, &visitor.actor(), FileId(id), &headers).await
}

/// Fetch a small picture of a picture: 320 pixels on its longer side, of a moving one the first.
#[utoipa::path(get, path = "/files/{id}/small", tag = "visitor", operation_id = "visitor_small", params(("id" = Uuid, Path)), responses((status = 200, content_type = "image/jpeg", body = Vec<u8>), (status = 403, description = "`infected`")))]
async fn small(State(state): State<AppState>, visitor: VisitorIn, Path(id): Path<Uuid>) -> ApiResult<Response> {
    files::give_small(&state, &visitor.actor(), FileId(id)).await
}
