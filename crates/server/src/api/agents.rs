//! Members of staff, for those who manage them.

use super::types::staff::{Agent, Grant};
use super::types::words;
use crate::extract::{Body, IfMatch, Page, PageParams, Params, Path, SignedIn, Tagged};
use crate::problem::ApiResult;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use candor_app::agent::{self, New, Patch, Profile};
use candor_domain::locale::Locale;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(list, invite))
        .routes(routes!(get, update))
        .routes(routes!(disable))
        .routes(routes!(enable))
        .routes(routes!(reset))
}

/// Who is to come.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentNew {
    email: String,
    name: String,
    roles: Vec<Grant>,
    #[serde(default)]
    teams: Vec<Uuid>,
    #[schema(value_type = Option<words::Locale>)]
    #[serde(default)]
    locale: Option<Locale>,
}

/// What is changed; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentPatch {
    email: Option<String>,
    name: Option<String>,
    public_name: Option<String>,
    #[schema(value_type = Option<words::Locale>)]
    locale: Option<Locale>,
    roles: Option<Vec<Grant>>,
    teams: Option<Vec<Uuid>>,
}

/// A new agent and the link to hand over.
#[derive(Serialize, ToSchema)]
pub struct Invitation {
    agent: Agent,
    /// Shown once; counts 72 hours.
    link: String,
}

/// A link to hand over.
#[derive(Serialize, ToSchema)]
pub struct LinkOut {
    /// Shown once; counts 24 hours, or 72 for somebody who has not come yet.
    link: String,
}

fn tagged(profile: Profile) -> Tagged<Agent> {
    Tagged::ok(profile.agent.version, profile.into())
}

/// All agents.
#[utoipa::path(get, path = "/agents", tag = "staff", params(PageParams), responses((status = 200, body = Page<Agent>)))]
async fn list(State(state): State<AppState>, who: SignedIn, _: Params<PageParams>) -> ApiResult<Json<Page<Agent>>> {
    let all = agent::list(&state.app, &who.actor).await?;
    Ok(Json(Page::whole(all.into_iter().map(Agent::from).collect())))
}

/// Invite somebody.
#[utoipa::path(post, path = "/agents", tag = "staff", request_body = AgentNew,
    responses((status = 201, body = Invitation), (status = 409, description = "`duplicate`: the address is taken")))]
async fn invite(State(state): State<AppState>, who: SignedIn, Body(input): Body<AgentNew>) -> ApiResult<(StatusCode, Json<Invitation>)> {
    let new = New {
        email: input.email,
        name: input.name,
        roles: input.roles.into_iter().map(Into::into).collect(),
        teams: input.teams.into_iter().map(Into::into).collect(),
        locale: input.locale,
    };
    let (profile, link) = agent::invite(&state.app, &who.actor, new).await?;
    Ok((StatusCode::CREATED, Json(Invitation { agent: profile.into(), link })))
}

/// One agent.
#[utoipa::path(get, path = "/agents/{id}", tag = "staff", params(("id" = Uuid, Path)), responses((status = 200, body = Agent)))]
async fn get(State(state): State<AppState>, who: SignedIn, Path(id): Path<Uuid>) -> ApiResult<Tagged<Agent>> {
    Ok(tagged(agent::get(&state.app, &who.actor, id.into()).await?))
}

/// Change an agent: name, address, roles, teams.
#[utoipa::path(patch, path = "/agents/{id}", tag = "staff", params(("id" = Uuid, Path)), request_body = AgentPatch,
    responses((status = 200, body = Agent), (status = 409, description = "`last_admin`, `duplicate`"), (status = 412, description = "`stale`")))]
async fn update(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<Uuid>,
    IfMatch(seen): IfMatch,
    Body(input): Body<AgentPatch>,
) -> ApiResult<Tagged<Agent>> {
    let patch = Patch {
        email: input.email,
        name: input.name,
        public_name: input.public_name,
        locale: input.locale,
        roles: input.roles.map(|roles| roles.into_iter().map(Into::into).collect()),
        teams: input.teams.map(|teams| teams.into_iter().map(Into::into).collect()),
    };
    Ok(tagged(agent::update(&state.app, &who.actor, id.into(), patch, seen).await?))
}

/// Shut an agent out at once: sessions, tokens and links end. Their cases stay with them.
#[utoipa::path(post, path = "/agents/{id}/disable", tag = "staff", params(("id" = Uuid, Path)),
    responses((status = 200, body = Agent), (status = 409, description = "`last_admin`")))]
async fn disable(State(state): State<AppState>, who: SignedIn, Path(id): Path<Uuid>) -> ApiResult<Tagged<Agent>> {
    Ok(tagged(agent::disable(&state.app, &who.actor, id.into()).await?))
}

/// Let a disabled agent in again.
#[utoipa::path(post, path = "/agents/{id}/enable", tag = "staff", params(("id" = Uuid, Path)), responses((status = 200, body = Agent)))]
async fn enable(State(state): State<AppState>, who: SignedIn, Path(id): Path<Uuid>) -> ApiResult<Tagged<Agent>> {
    Ok(tagged(agent::enable(&state.app, &who.actor, id.into()).await?))
}

/// A link that sets a new password.
#[utoipa::path(post, path = "/agents/{id}/reset", tag = "staff", params(("id" = Uuid, Path)), responses((status = 200, body = LinkOut)))]
async fn reset(State(state): State<AppState>, who: SignedIn, Path(id): Path<Uuid>) -> ApiResult<Json<LinkOut>> {
    Ok(Json(LinkOut { link: agent::reset(&state.app, &who.actor, id.into()).await? }))
}
