//! Tags: the desk's labels for conversations.

use super::types::desk::Tag;
use super::types::words;
use crate::extract::{Body, IfMatch, Page, PageParams, Params, Path, SignedIn, Tagged};
use crate::problem::ApiResult;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use candor_app::tag::{self, Patch};
use candor_domain::staff::Colour;
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
pub struct TagNew {
    name: String,
    #[schema(value_type = words::Colour)]
    colour: Colour,
}

/// What is changed; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TagPatch {
    name: Option<String>,
    #[schema(value_type = Option<words::Colour>)]
    colour: Option<Colour>,
}

/// All tags.
#[utoipa::path(get, path = "/tags", tag = "desk", params(PageParams), responses((status = 200, body = Page<Tag>)))]
async fn list(State(state): State<AppState>, _: SignedIn, _: Params<PageParams>) -> ApiResult<Json<Page<Tag>>> {
    let all = tag::list(&state.app).await?;
    Ok(Json(Page::whole(all.into_iter().map(Tag::from).collect())))
}

/// Make a tag.
#[utoipa::path(post, path = "/tags", tag = "desk", request_body = TagNew, responses((status = 201, body = Tag), (status = 409, description = "`duplicate`")))]
async fn create(State(state): State<AppState>, who: SignedIn, Body(input): Body<TagNew>) -> ApiResult<Tagged<Tag>> {
    let tag = tag::create(&state.app, &who.actor, &input.name, input.colour).await?;
    Ok(Tagged::created(tag.version, tag.into()))
}

/// One tag.
#[utoipa::path(get, path = "/tags/{id}", tag = "desk", params(("id" = Uuid, Path)), responses((status = 200, body = Tag)))]
async fn get(State(state): State<AppState>, _: SignedIn, Path(id): Path<Uuid>) -> ApiResult<Tagged<Tag>> {
    let tag = tag::get(&state.app, id.into()).await?;
    Ok(Tagged::ok(tag.version, tag.into()))
}

/// Change a tag.
#[utoipa::path(patch, path = "/tags/{id}", tag = "desk", params(("id" = Uuid, Path)), request_body = TagPatch,
    responses((status = 200, body = Tag), (status = 409, description = "`duplicate`"), (status = 412, description = "`stale`")))]
async fn update(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<Uuid>,
    IfMatch(seen): IfMatch,
    Body(input): Body<TagPatch>,
) -> ApiResult<Tagged<Tag>> {
    let patch = Patch { name: input.name, colour: input.colour };
    let tag = tag::update(&state.app, &who.actor, id.into(), patch, seen).await?;
    Ok(Tagged::ok(tag.version, tag.into()))
}

/// Delete a tag that no conversation carries.
#[utoipa::path(delete, path = "/tags/{id}", tag = "desk", params(("id" = Uuid, Path)), responses((status = 204), (status = 409, description = "`conflict`")))]
async fn remove(State(state): State<AppState>, who: SignedIn, Path(id): Path<Uuid>) -> ApiResult<StatusCode> {
    tag::delete(&state.app, &who.actor, id.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}
