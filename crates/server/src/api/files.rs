//! Files of agents and integrations: sent up before the reply or note that carries them; fetched by conversation right.

use super::types::file::FileInfo;
use crate::extract::{Params, Path, SignedIn};
use crate::files::{self, UploadParams};
use crate::problem::ApiResult;
use crate::state::AppState;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use candor_domain::id::FileId;
use http::HeaderMap;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(upload)).routes(routes!(download))
}

/// Send a file. It is the caller's own until a reply or note carries it, and goes after a day without one.
#[utoipa::path(post, path = "/files", tag = "files", params(UploadParams), request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 201, body = FileInfo)))]
async fn upload(
    State(state): State<AppState>,
    who: SignedIn,
    Params(asked): Params<UploadParams>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<impl IntoResponse> {
    let file = files::take(&state, &who.actor, &asked, &headers, body).await?;
    Ok(files::taken(FileInfo::for_agents(file)))
}

/// Fetch a file of a readable conversation, whole or in part.
#[utoipa::path(get, path = "/files/{id}", tag = "files", params(("id" = Uuid, Path)), responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>), (status = 206, content_type = "application/octet-stream", body = Vec<u8>)))]
async fn download(State(state): State<AppState>, who: SignedIn, Path(id): Path<Uuid>, headers: HeaderMap) -> ApiResult<Response> {
    files::give(&state, &who.actor, FileId(id), &headers).await
}
