//! What reactions failed on, for whoever looks after the desk.

use super::types::words;
use crate::extract::page::limit as limit_of;
use crate::extract::{Body, Params, SignedIn};
use crate::problem::ApiResult;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use candor_app::reactor;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(list)).routes(routes!(run_again))
}

/// How many.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ParkedParams {
    /// 1 to 100; 50 when absent.
    pub limit: Option<u32>,
}

/// An event that one part of the desk could not take. The others went on.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ParkedEvent {
    /// The part of the desk.
    #[schema(value_type = words::Follower)]
    pub follower: String,
    pub conversation: Uuid,
    pub seq: i64,
    /// 0 for what only waits behind an earlier event.
    pub tries: i64,
    pub problem: String,
    #[schema(required)]
    pub parked_at: Option<i64>,
}

/// Parked events, the newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ParkedEvents {
    pub items: Vec<ParkedEvent>,
}

/// What is run again.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RunAgainInput {
    #[schema(value_type = words::Follower)]
    pub follower: String,
    pub conversation: Uuid,
}

/// How many events went well now.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct RanAgain {
    pub done: usize,
}

/// Events that reactions failed on.
#[utoipa::path(get, path = "/parked", tag = "operations", params(ParkedParams), responses((status = 200, body = ParkedEvents)))]
async fn list(State(state): State<AppState>, who: SignedIn, Params(asked): Params<ParkedParams>) -> ApiResult<Json<ParkedEvents>> {
    let limit = i64::try_from(limit_of(asked.limit)?).unwrap_or(i64::MAX);
    let items = reactor::shown(&state.app, &who.actor, limit).await?.into_iter().map(ParkedEvent::from).collect();
    Ok(Json(ParkedEvents { items }))
}

/// Run the parked events of a conversation again, in order, until one fails.
#[utoipa::path(post, path = "/parked/run", tag = "operations", request_body = RunAgainInput, responses((status = 200, body = RanAgain)))]
async fn run_again(State(state): State<AppState>, who: SignedIn, Body(input): Body<RunAgainInput>) -> ApiResult<Json<RanAgain>> {
    let done = reactor::run_again(&state.app, &who.actor, &input.follower, input.conversation.into()).await?;
    Ok(Json(RanAgain { done }))
}

impl From<reactor::Parked> for ParkedEvent {
    fn from(parked: reactor::Parked) -> Self {
        let reactor::Parked { follower, stream, seq, tries, problem, parked_at } = parked;
        Self { follower, conversation: stream, seq, tries, problem, parked_at }
    }
}
