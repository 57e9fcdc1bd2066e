//! Statuses: the desk's own names for the states of a case.

use super::types::desk::Status;
use super::types::words;
use crate::extract::{Body, IfMatch, Page, PageParams, Params, Path, SignedIn, Tagged};
use crate::problem::ApiResult;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use candor_app::status::{self, Patch};
use candor_domain::conversation::Category;
use candor_domain::locale::ByLocale;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(list, create)).routes(routes!(get, update, remove))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StatusNew {
    /// In every language: a customer reads it in theirs.
    #[schema(value_type = words::ByLocale)]
    name: ByLocale,
    #[schema(value_type = words::Category)]
    category: Category,
    /// Its place in its category; last when absent.
    #[serde(default)]
    position: Option<i64>,
}

/// What is changed; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StatusPatch {
    #[schema(value_type = Option<words::ByLocale>)]
    name: Option<ByLocale>,
    #[schema(value_type = Option<words::Category>)]
    category: Option<Category>,
    position: Option<i64>,
}

/// All statuses, by category and position.
#[utoipa::path(get, path = "/statuses", tag = "desk", params(PageParams), responses((status = 200, body = Page<Status>)))]
async fn list(State(state): State<AppState>, _: SignedIn, _: Params<PageParams>) -> ApiResult<Json<Page<Status>>> {
    let all = status::list(&state.app).await?;
    Ok(Json(Page::whole(all.into_iter().map(Status::from).collect())))
}

/// Make a status.
#[utoipa::path(post, path = "/statuses", tag = "desk", request_body = StatusNew, responses((status = 201, body = Status), (status = 409, description = "`duplicate`")))]
async fn create(State(state): State<AppState>, who: SignedIn, Body(input): Body<StatusNew>) -> ApiResult<Tagged<Status>> {
    let status = status::create(&state.app, &who.actor, input.name, input.category, input.position).await?;
    Ok(Tagged::created(status.version, status.into()))
}

/// One status.
#[utoipa::path(get, path = "/statuses/{id}", tag = "desk", params(("id" = Uuid, Path)), responses((status = 200, body = Status)))]
async fn get(State(state): State<AppState>, _: SignedIn, Path(id): Path<Uuid>) -> ApiResult<Tagged<Status>> {
    let status = status::get(&state.app, id.into()).await?;
    Ok(Tagged::ok(status.version, status.into()))
}

/// Change a status; one that came with the desk, or that conversations use, keeps its category.
#[utoipa::path(patch, path = "/statuses/{id}", tag = "desk", params(("id" = Uuid, Path)), request_body = StatusPatch,
    responses((status = 200, body = Status), (status = 409, description = "`duplicate`, `conflict`"), (status = 412, description = "`stale`")))]
async fn update(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<Uuid>,
    IfMatch(seen): IfMatch,
    Body(input): Body<StatusPatch>,
) -> ApiResult<Tagged<Status>> {
    let patch = Patch { names: input.name, category: input.category, position: input.position };
    let status = status::update(&state.app, &who.actor, id.into(), patch, seen).await?;
    Ok(Tagged::ok(status.version, status.into()))
}

/// Delete a status that no conversation has.
#[utoipa::path(delete, path = "/statuses/{id}", tag = "desk", params(("id" = Uuid, Path)), responses((status = 204), (status = 409, description = "`conflict`")))]
async fn remove(State(state): State<AppState>, who: SignedIn, Path(id): Path<Uuid>) -> ApiResult<StatusCode> {
    status::delete(&state.app, &who.actor, id.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}
