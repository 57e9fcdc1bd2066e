//! One action on many cases: a few at once, a whole list as a job; with its undo.

use super::lists::{filter_of, scope, viewer};
use super::types::case::Action;
use super::types::words;
use crate::extract::{Body, Path, SignedIn};
use crate::problem::{ApiError, ApiResult, Code};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use candor_app::conversation::bulk::{self, Cases, Outcome, Started, UNDO_MS};
use candor_app::live::{Ask, Sort, View};
use candor_store::bulk::Bulk;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(begin, jobs)).routes(routes!(get)).routes(routes!(cancel)).routes(routes!(undo))
}

/// What is done to which cases: named ones, or all of a list.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkInput {
    /// 1 to 100.
    #[serde(default)]
    #[schema(nullable = false)]
    pub conversations: Option<Vec<Uuid>>,
    /// Instead of names: all that stand in a list now.
    #[serde(default)]
    #[schema(nullable = false)]
    pub matching: Option<Matching>,
    pub action: Action,
}

/// A list, as `GET /conversations` reads it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Matching {
    /// As of `GET /conversations`.
    pub view: String,
    /// A filter as JSON, as of `GET /conversations`.
    #[serde(default)]
    #[schema(nullable = false)]
    pub filter: Option<String>,
}

/// What became of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BulkResult {
    pub done: Vec<Uuid>,
    pub failed: Vec<BulkFailure>,
    /// Takes it back within five minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undo: Option<Uuid>,
}

/// A case that could not be changed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BulkFailure {
    pub id: Uuid,
    pub code: &'static str,
}

/// A bulk action that goes on by itself.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BulkJob {
    pub id: Uuid,
    #[schema(value_type = words::BulkState)]
    pub state: &'static str,
    pub total: i64,
    pub done: i64,
    /// Those that could not be changed.
    pub failed: i64,
    /// Those that were taken back.
    pub undone: i64,
    pub created_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<i64>,
    /// Until when it can be taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undo_until: Option<i64>,
}

/// The caller's bulk jobs that run or can still be taken back, the newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BulkJobs {
    pub items: Vec<BulkJob>,
}

impl From<Outcome> for BulkResult {
    fn from(outcome: Outcome) -> Self {
        Self {
            done: outcome.done.into_iter().map(|id| id.0).collect(),
            failed: outcome.failed.into_iter().map(|(id, code)| BulkFailure { id: id.0, code }).collect(),
            undo: outcome.undo,
        }
    }
}

impl From<Bulk> for BulkJob {
    fn from(bulk: Bulk) -> Self {
        use candor_domain::bulk::BulkState as S;
        let undo_until = bulk.ended_at.filter(|_| matches!(bulk.state, S::Done | S::Cancelled) && bulk.done > 0).map(|at| at + UNDO_MS);
        Self {
            id: bulk.id,
            state: bulk.state.as_str(),
            total: bulk.total,
            done: bulk.done,
            failed: bulk.failed,
            undone: bulk.undone,
            created_at: bulk.created_at,
            ended_at: bulk.ended_at,
            undo_until,
        }
    }
}

fn answer(started: Started) -> Response {
    match started {
        Started::Done(outcome) => Json(BulkResult::from(outcome)).into_response(),
        Started::Job(bulk) => (StatusCode::ACCEPTED, Json(BulkJob::from(bulk))).into_response(),
    }
}

/// Do one thing to many cases.
#[utoipa::path(post, path = "/bulk", tag = "conversations", request_body = BulkInput,
    responses((status = 200, body = BulkResult), (status = 202, body = BulkJob)))]
async fn begin(State(state): State<AppState>, who: SignedIn, Body(input): Body<BulkInput>) -> ApiResult<Response> {
    let bad = |field: &str, why: &str| ApiError::new(Code::ValidationFailed).field(field, why);
    let action = input.action.to_act().ok_or_else(|| bad("action", "not for many cases at once"))?;
    let cases = match (input.conversations, input.matching) {
        (Some(ids), None) => Cases::Named(ids.into_iter().map(Into::into).collect()),
        (None, Some(list)) => {
            let view = View::parse(&list.view).ok_or_else(|| bad("matching", "there is no such list"))?;
            let filter = list.filter.as_deref().map(filter_of).transpose()?;
            Cases::Matching(Ask { agent: viewer(&who.actor), scope: scope(&who.actor), view, filter, sort: Sort::default() })
        }
        _ => return Err(bad("conversations", "either these or `matching`")),
    };
    Ok(answer(bulk::begin(&state.app, &who.actor, cases, action).await?))
}

/// The caller's bulk jobs.
#[utoipa::path(get, path = "/bulk", tag = "conversations", responses((status = 200, body = BulkJobs)))]
async fn jobs(State(state): State<AppState>, who: SignedIn) -> ApiResult<Json<BulkJobs>> {
    let items = bulk::jobs(&state.app, &who.actor).await?.into_iter().map(BulkJob::from).collect();
    Ok(Json(BulkJobs { items }))
}

/// How far a bulk job is.
#[utoipa::path(get, path = "/bulk/{id}", tag = "conversations", params(("id" = Uuid, Path)), responses((status = 200, body = BulkJob)))]
async fn get(State(state): State<AppState>, who: SignedIn, Path(id): Path<Uuid>) -> ApiResult<Json<BulkJob>> {
    Ok(Json(bulk::get(&state.app, &who.actor, id).await?.into()))
}

/// Stop a bulk job. What was done stays, and can be taken back.
#[utoipa::path(post, path = "/bulk/{id}/cancel", tag = "conversations", params(("id" = Uuid, Path)), responses((status = 200, body = BulkJob)))]
async fn cancel(State(state): State<AppState>, who: SignedIn, Path(id): Path<Uuid>) -> ApiResult<Json<BulkJob>> {
    Ok(Json(bulk::cancel(&state.app, &who.actor, id).await?.into()))
}

/// Take a bulk action back: `undo` of a result, or a job's `id`.
#[utoipa::path(post, path = "/bulk/{undo}/undo", tag = "conversations", params(("undo" = Uuid, Path)),
    responses((status = 200, body = BulkResult), (status = 202, body = BulkJob)))]
async fn undo(State(state): State<AppState>, who: SignedIn, Path(id): Path<Uuid>) -> ApiResult<Response> {
    Ok(answer(bulk::undo(&state.app, &who.actor, id).await?))
}
