//! Teams: groups of agents that conversations are given to.

use super::types::staff::Team;
use crate::extract::{Body, IfMatch, Page, PageParams, Params, Path, SignedIn, Tagged};
use crate::problem::ApiResult;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use candor_app::team::{self, Patch};
use candor_domain::id::AgentId;
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
pub struct TeamNew {
    name: String,
    #[schema(value_type = Vec<Uuid>)]
    #[serde(default)]
    members: BTreeSet<AgentId>,
}

/// What is changed; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TeamPatch {
    name: Option<String>,
    #[schema(value_type = Option<Vec<Uuid>>)]
    members: Option<BTreeSet<AgentId>>,
}

/// All teams.
#[utoipa::path(get, path = "/teams", tag = "desk", params(PageParams), responses((status = 200, body = Page<Team>)))]
async fn list(State(state): State<AppState>, _: SignedIn, _: Params<PageParams>) -> ApiResult<Json<Page<Team>>> {
    let all = team::list(&state.app).await?;
    Ok(Json(Page::whole(all.into_iter().map(Team::from).collect())))
}

/// Make a team.
#[utoipa::path(post, path = "/teams", tag = "desk", request_body = TeamNew, responses((status = 201, body = Team), (status = 409, description = "`duplicate`")))]
async fn create(State(state): State<AppState>, who: SignedIn, Body(input): Body<TeamNew>) -> ApiResult<Tagged<Team>> {
    let team = team::create(&state.app, &who.actor, &input.name, input.members).await?;
    Ok(Tagged::created(team.version, team.into()))
}

/// One team.
#[utoipa::path(get, path = "/teams/{id}", tag = "desk", params(("id" = Uuid, Path)), responses((status = 200, body = Team)))]
async fn get(State(state): State<AppState>, _: SignedIn, Path(id): Path<Uuid>) -> ApiResult<Tagged<Team>> {
    let team = team::get(&state.app, id.into()).await?;
    Ok(Tagged::ok(team.version, team.into()))
}

/// Change a team's name or members.
#[utoipa::path(patch, path = "/teams/{id}", tag = "desk", params(("id" = Uuid, Path)), request_body = TeamPatch,
    responses((status = 200, body = Team), (status = 409, description = "`duplicate`"), (status = 412, description = "`stale`")))]
async fn update(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<Uuid>,
    IfMatch(seen): IfMatch,
    Body(input): Body<TeamPatch>,
) -> ApiResult<Tagged<Team>> {
    let patch = Patch { name: input.name, members: input.members };
    let team = team::update(&state.app, &who.actor, id.into(), patch, seen).await?;
    Ok(Tagged::ok(team.version, team.into()))
}

/// Delete a team that nothing uses.
#[utoipa::path(delete, path = "/teams/{id}", tag = "desk", params(("id" = Uuid, Path)), responses((status = 204), (status = 409, description = "`conflict`: says what uses it")))]
async fn remove(State(state): State<AppState>, who: SignedIn, Path(id): Path<Uuid>) -> ApiResult<StatusCode> {
    team::delete(&state.app, &who.actor, id.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}
