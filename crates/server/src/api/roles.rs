//! Roles: named sets of permissions.

use super::types::staff::Role;
use super::types::words;
use crate::extract::{Body, IfMatch, Page, PageParams, Params, Path, SignedIn, Tagged};
use crate::problem::ApiResult;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use candor_app::role::{self, Patch};
use candor_domain::permission::Permission;
use http::StatusCode;
use serde::Deserialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(list, create)).routes(routes!(get, update, remove))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleNew {
    name: String,
    #[schema(value_type = Vec<words::Permission>)]
    permissions: BTreeSet<Permission>,
}

/// What is changed; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RolePatch {
    name: Option<String>,
    #[schema(value_type = Option<Vec<words::Permission>>)]
    permissions: Option<BTreeSet<Permission>>,
}

/// All roles.
#[utoipa::path(get, path = "/roles", tag = "staff", params(PageParams), responses((status = 200, body = Page<Role>)))]
async fn list(State(state): State<AppState>, who: SignedIn, _: Params<PageParams>) -> ApiResult<Json<Page<Role>>> {
    let all = role::list(&state.app, &who.actor).await?;
    Ok(Json(Page::whole(all.into_iter().map(Role::from).collect())))
}

/// Make a role; nobody puts more into it than they hold.
#[utoipa::path(post, path = "/roles", tag = "staff", request_body = RoleNew, responses((status = 201, body = Role), (status = 409, description = "`duplicate`")))]
async fn create(State(state): State<AppState>, who: SignedIn, Body(input): Body<RoleNew>) -> ApiResult<Tagged<Role>> {
    let role = role::create(&state.app, &who.actor, &input.name, input.permissions).await?;
    Ok(Tagged::created(role.version, role.into()))
}

/// One role.
#[utoipa::path(get, path = "/roles/{id}", tag = "staff", params(("id" = Uuid, Path)), responses((status = 200, body = Role)))]
async fn get(State(state): State<AppState>, who: SignedIn, Path(id): Path<Uuid>) -> ApiResult<Tagged<Role>> {
    let role = role::get(&state.app, &who.actor, id.into()).await?;
    Ok(Tagged::ok(role.version, role.into()))
}

/// Change a role; its holders feel it at once.
#[utoipa::path(patch, path = "/roles/{id}", tag = "staff", params(("id" = Uuid, Path)), request_body = RolePatch,
    responses((status = 200, body = Role), (status = 409, description = "`last_admin`, `duplicate`, `conflict`"), (status = 412, description = "`stale`")))]
async fn update(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<Uuid>,
    IfMatch(seen): IfMatch,
    Body(input): Body<RolePatch>,
) -> ApiResult<Tagged<Role>> {
    let patch = Patch { name: input.name, permissions: input.permissions };
    let role = role::update(&state.app, &who.actor, id.into(), patch, seen).await?;
    Ok(Tagged::ok(role.version, role.into()))
}

/// Delete a role that nobody has.
#[utoipa::path(delete, path = "/roles/{id}", tag = "staff", params(("id" = Uuid, Path)), responses((status = 204), (status = 409, description = "`conflict`")))]
async fn remove(State(state): State<AppState>, who: SignedIn, Path(id): Path<Uuid>) -> ApiResult<StatusCode> {
    role::delete(&state.app, &who.actor, id.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}
