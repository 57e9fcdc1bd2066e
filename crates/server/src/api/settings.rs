//! The settings of the whole desk.

use super::types::words;
use crate::extract::{Body, IfMatch, SignedIn, Tagged};
use crate::problem::ApiResult;
use crate::state::AppState;
use axum::extract::State;
use candor_app::workspace::{self, Patch, Workspace};
use candor_domain::locale::Locale;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(get, update))
}

/// The settings of the whole desk.
#[derive(Serialize, ToSchema)]
pub struct DeskSettings {
    name: String,
    #[schema(value_type = words::Locale)]
    default_locale: Locale,
    /// Where the desk is reached; the operator sets it when starting the server.
    public_url: String,
    version: i64,
}

/// What is changed; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeskSettingsPatch {
    name: Option<String>,
    #[schema(value_type = Option<words::Locale>)]
    default_locale: Option<Locale>,
}

fn shown(state: &AppState, (workspace, version): (Workspace, i64)) -> Tagged<DeskSettings> {
    let public_url = state.app.config.public_url.clone();
    Tagged::ok(version, DeskSettings { name: workspace.name, default_locale: workspace.default_locale, public_url, version })
}

/// The desk's settings.
#[utoipa::path(get, path = "/settings", tag = "desk", responses((status = 200, body = DeskSettings)))]
async fn get(State(state): State<AppState>, who: SignedIn) -> ApiResult<Tagged<DeskSettings>> {
    Ok(shown(&state, workspace::read(&state.app, &who.actor).await?))
}

/// Change them.
#[utoipa::path(patch, path = "/settings", tag = "desk", request_body = DeskSettingsPatch,
    responses((status = 200, body = DeskSettings), (status = 412, description = "`stale`")))]
async fn update(
    State(state): State<AppState>,
    who: SignedIn,
    IfMatch(seen): IfMatch,
    Body(input): Body<DeskSettingsPatch>,
) -> ApiResult<Tagged<DeskSettings>> {
    let patch = Patch { name: input.name, default_locale: input.default_locale };
    Ok(shown(&state, workspace::update(&state.app, &who.actor, patch, seen).await?))
}
