//! Files of agents and integrations: sent up before the reply or note that carries them; fetched by conversation right.

use super::types::file::{FileInfo, LinkedFile};
use crate::extract::{self, Params, Path, SignedIn};
use crate::files::{self, UploadParams};
use crate::problem::{ApiError, ApiResult, Code};
use crate::state::AppState;
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use candor_app::file;
use candor_domain::id::FileId;
use candor_store::file::File;
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(upload)).routes(routes!(links)).routes(routes!(download)).routes(routes!(small))
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

/// Files to be shown or taken away in a browser.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinksInput {
    /// 1 to 100.
    pub files: Vec<Uuid>,
}

/// Files with addresses; those that are not there for the caller are left out.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LinkedFiles {
    pub items: Vec<LinkedFile>,
}

/// The most files that are asked for together.
const MAX_LINKS: usize = 100;

/// Get addresses of files for this browser's session, good for a few minutes: a copied one opens nothing in another session, nor later.
#[utoipa::path(post, path = "/files/links", tag = "files", request_body = LinksInput, responses((status = 200, body = LinkedFiles)))]
async fn links(
    State(state): State<AppState>,
    who: SignedIn,
    extract::Body(asked): extract::Body<LinksInput>,
) -> ApiResult<Json<LinkedFiles>> {
    let session = who.session()?.session;
    if asked.files.is_empty() || asked.files.len() > MAX_LINKS {
        return Err(ApiError::new(Code::ValidationFailed).field("files", "1 to 100"));
    }
    let found = file::infos(&state.app, &who.actor, asked.files.into_iter().map(FileId).collect()).await?;
    let linked = |one: File| {
        let link = file::link(&state.app, session, one.id.0);
        LinkedFile::new(one, &link)
    };
    Ok(Json(LinkedFiles { items: found.into_iter().map(linked).collect() }))
}

/// `?link=` of what is fetched in a browser.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LinkParams {
    /// From `POST /files/links`. A token needs none.
    #[param(nullable = false)]
    pub link: Option<String>,
}

impl LinkParams {
    /// A browser fetches any address of ours with its cookie, wherever the address came from: there the link must be the session's
    /// own. A token is sent by whoever means to.
    pub fn check(&self, state: &AppState, who: &SignedIn, id: Uuid) -> ApiResult<()> {
        match &who.session {
            Some(session) => Ok(file::check_link(&state.app, session.session, id, self.link.as_deref().unwrap_or_default())?),
            None => Ok(()),
        }
    }
}

/// Fetch a file of a readable conversation, whole or in part.
#[utoipa::path(get, path = "/files/{id}", tag = "files", params(("id" = Uuid, Path), LinkParams), responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>), (status = 206, content_type = "application/octet-stream", body = Vec<u8>), (status = 403, description = "`infected`"), (status = 410, description = "`link_used`")))]
async fn download(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<Uuid>,
    Params(given): Params<LinkParams>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    given.check(&state, &who, id)?;
    files::give(&state, &who.actor, FileId(id), &headers).await
}

/// Fetch a small picture of a picture: 320 pixels on its longer side, of a moving one the first.
#[utoipa::path(get, path = "/files/{id}/small", tag = "files", params(("id" = Uuid, Path), LinkParams), responses((status = 200, content_type = "image/jpeg", body = Vec<u8>), (status = 403, description = "`infected`"), (status = 410, description = "`link_used`")))]
async fn small(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<Uuid>,
    Params(given): Params<LinkParams>,
) -> ApiResult<Response> {
    given.check(&state, &who, id)?;
    files::give_small(&state, &who.actor, FileId(id)).await
}
