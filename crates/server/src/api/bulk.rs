//! One action on many cases, with its undo.

use super::types::case::Action;
use crate::extract::{Body, Path, SignedIn};
use crate::problem::{ApiError, ApiResult, Code};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use candor_app::conversation::{self, Bulk};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(bulk)).routes(routes!(undo))
}

/// What is done to which cases.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkInput {
    /// 1 to 100.
    pub conversations: Vec<Uuid>,
    pub action: Action,
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

impl From<Bulk> for BulkResult {
    fn from(bulk: Bulk) -> Self {
        Self {
            done: bulk.done.into_iter().map(|id| id.0).collect(),
            failed: bulk.failed.into_iter().map(|(id, code)| BulkFailure { id: id.0, code }).collect(),
            undo: bulk.undo,
        }
    }
}

/// Do one thing to many cases.
#[utoipa::path(post, path = "/bulk", tag = "conversations", request_body = BulkInput, responses((status = 200, body = BulkResult)))]
async fn bulk(State(state): State<AppState>, who: SignedIn, Body(input): Body<BulkInput>) -> ApiResult<Json<BulkResult>> {
    let action =
        input.action.to_act().ok_or_else(|| ApiError::new(Code::ValidationFailed).field("action", "not for many cases at once"))?;
    let ids = input.conversations.into_iter().map(Into::into).collect();
    Ok(Json(conversation::bulk(&state.app, &who.actor, ids, action).await?.into()))
}

/// Take a bulk action back.
#[utoipa::path(post, path = "/bulk/{undo}/undo", tag = "conversations", params(("undo" = Uuid, Path)), responses((status = 200, body = BulkResult)))]
async fn undo(State(state): State<AppState>, who: SignedIn, Path(undo): Path<Uuid>) -> ApiResult<Json<BulkResult>> {
    Ok(Json(conversation::undo_bulk(&state.app, &who.actor, undo).await?.into()))
}
