//! One's own account: name, presence, screen, password; what is left to set up.

use super::types::staff::{Agent, AgentSettings};
use super::types::words;
use crate::extract::{AgentIn, Body};
use crate::problem::ApiResult;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use candor_app::{checklist, me, session};
use candor_domain::locale::Locale;
use candor_domain::staff::Presence;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(update)).routes(routes!(change_password)).routes(routes!(dismiss_checklist))
}

/// What is changed; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MePatch {
    name: Option<String>,
    public_name: Option<String>,
    #[schema(value_type = Option<words::Locale>)]
    locale: Option<Locale>,
    #[schema(value_type = Option<words::Presence>)]
    presence: Option<Presence>,
    settings: Option<AgentSettings>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    old: String,
    new: String,
}

/// Change your own account.
#[utoipa::path(patch, path = "/me", tag = "session", request_body = MePatch, responses((status = 200, body = Agent)))]
async fn update(State(state): State<AppState>, agent: AgentIn, Body(input): Body<MePatch>) -> ApiResult<Json<Agent>> {
    let patch = me::Patch {
        name: input.name,
        public_name: input.public_name,
        locale: input.locale,
        presence: input.presence,
        settings: input.settings.map(Into::into),
    };
    Ok(Json(me::update(&state.app, &agent, patch).await?.into()))
}

/// Set a new password; all other sessions end.
#[utoipa::path(post, path = "/me/password", tag = "session", request_body = PasswordChange, responses((status = 204)))]
async fn change_password(State(state): State<AppState>, agent: AgentIn, Body(input): Body<PasswordChange>) -> ApiResult<StatusCode> {
    session::change_password(&state.app, &agent, &input.old, &input.new).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Put the list of first steps away.
#[utoipa::path(post, path = "/checklist/dismiss", tag = "session", responses((status = 204)))]
async fn dismiss_checklist(State(state): State<AppState>, agent: AgentIn) -> ApiResult<StatusCode> {
    checklist::dismiss(&state.app, agent.agent).await?;
    Ok(StatusCode::NO_CONTENT)
}
