//! Keys with which a sender signs its mail.

use super::types::signing::{SigningChecked, SigningKey};
use crate::extract::{Page, PageParams, Params, Path, SignedIn};
use crate::problem::ApiResult;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use candor_app::signing;
use http::StatusCode;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(list, make)).routes(routes!(check)).routes(routes!(remove))
}

/// The keys with which a sender signs its mail (DKIM), the oldest first.
#[utoipa::path(get, path = "/channels/{id}/signings", tag = "desk", params(("id" = Uuid, Path), PageParams), responses((status = 200, body = Page<SigningKey>)))]
async fn list(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<Uuid>,
    _: Params<PageParams>,
) -> ApiResult<Json<Page<SigningKey>>> {
    let all = signing::list(&state.app, &who.actor, id.into()).await?;
    Ok(Json(Page::whole(all.into_iter().map(SigningKey::from).collect())))
}

/// Make a key. It signs nothing until its record was seen.
#[utoipa::path(post, path = "/channels/{id}/signings", tag = "desk", params(("id" = Uuid, Path)),
    responses((status = 201, body = SigningKey), (status = 409, description = "`conflict`")))]
async fn make(State(state): State<AppState>, who: SignedIn, Path(id): Path<Uuid>) -> ApiResult<(StatusCode, Json<SigningKey>)> {
    let made = signing::make(&state.app, &who.actor, id.into()).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// Look whether the record of a key is published; once it was seen, the key signs.
#[utoipa::path(post, path = "/channels/{id}/signings/{signing}/check", tag = "desk", params(("id" = Uuid, Path), ("signing" = Uuid, Path)),
    responses((status = 200, body = SigningChecked)))]
async fn check(State(state): State<AppState>, who: SignedIn, Path((id, key)): Path<(Uuid, Uuid)>) -> ApiResult<Json<SigningChecked>> {
    let (known, found) = signing::check(&state.app, &who.actor, id.into(), key.into()).await?;
    Ok(Json(SigningChecked { key: known.into(), found: found.into() }))
}

/// Destroy a key; what it signed stays signed.
#[utoipa::path(delete, path = "/channels/{id}/signings/{signing}", tag = "desk", params(("id" = Uuid, Path), ("signing" = Uuid, Path)),
    responses((status = 204)))]
async fn remove(State(state): State<AppState>, who: SignedIn, Path((id, key)): Path<(Uuid, Uuid)>) -> ApiResult<StatusCode> {
    signing::delete(&state.app, &who.actor, id.into(), key.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}
