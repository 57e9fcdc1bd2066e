//! Erasing customers for good, and the reports of it.

use crate::extract::page::seal;
use crate::extract::{Page, PageParams, Params, Path, SignedIn};
use crate::problem::ApiResult;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use candor_app::erasure;
use candor_domain::id::ContactId;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(erase)).routes(routes!(list)).routes(routes!(get_one))
}

/// How far an erasure is. `asked`: nothing can be written for the customer any more. `destroyed`: the keys are gone, nobody
/// can read anything. `wiped`: rows and files are gone. `done`: the database's files keep nothing either.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErasureState {
    Asked,
    Destroyed,
    Wiped,
    Done,
}

/// An erasure and its report: numbers and times, nothing of the customer.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Erasure {
    pub id: Uuid,
    pub contact: Uuid,
    pub state: ErasureState,
    pub asked_at: i64,
    /// Who ordered it: `agent`, `token` or `system`.
    pub actor_kind: &'static str,
    #[schema(required)]
    pub actor_id: Option<Uuid>,
    /// Conversations that stay as shells: events and figures, no words.
    pub conversations: i64,
    pub messages: i64,
    pub files: i64,
    pub identities: i64,
    pub keys: i64,
    #[schema(required)]
    pub destroyed_at: Option<i64>,
    #[schema(required)]
    pub wiped_at: Option<i64>,
    #[schema(required)]
    pub done_at: Option<i64>,
    /// Copies of the database that are older than the erasure and hold what was erased until they go.
    pub copies: Vec<OldCopy>,
}

/// A copy of the database made before a migration.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OldCopy {
    pub name: String,
    /// When it is removed at the latest.
    pub until: i64,
}

impl From<candor_store::erasure::Erasure> for Erasure {
    fn from(kept: candor_store::erasure::Erasure) -> Self {
        use candor_store::erasure::State as S;
        Self {
            id: kept.id,
            contact: kept.contact.0,
            state: match kept.state {
                S::Asked => ErasureState::Asked,
                S::Destroyed => ErasureState::Destroyed,
                S::Wiped => ErasureState::Wiped,
                S::Done => ErasureState::Done,
            },
            asked_at: kept.asked_at,
            actor_kind: kept.actor.kind.as_str(),
            actor_id: kept.actor.id,
            conversations: kept.cases,
            messages: kept.messages,
            files: kept.files,
            identities: kept.identities,
            keys: kept.keys,
            destroyed_at: kept.destroyed_at,
            wiped_at: kept.wiped_at,
            done_at: kept.done_at,
            copies: serde_json::from_str(&kept.copies).unwrap_or_default(),
        }
    }
}

/// Erase a customer for good. Nothing brings them back; a customer who is being erased answers with that erasure.
#[utoipa::path(post, path = "/contacts/{id}/erasure", tag = "contacts", params(("id" = Uuid, Path)), responses((status = 202, body = Erasure)))]
async fn erase(State(state): State<AppState>, who: SignedIn, Path(id): Path<Uuid>) -> ApiResult<(StatusCode, Json<Erasure>)> {
    let ordered = erasure::erase(&state.app, &who.actor, ContactId(id)).await?;
    Ok((StatusCode::ACCEPTED, Json(ordered.into())))
}

/// Erasures, newest first.
#[utoipa::path(get, path = "/erasures", tag = "contacts", params(PageParams), responses((status = 200, body = Page<Erasure>)))]
async fn list(State(state): State<AppState>, who: SignedIn, Params(asked): Params<PageParams>) -> ApiResult<Json<Page<Erasure>>> {
    let (found, next) = erasure::list(&state.app, &who.actor, asked.cursor()?, asked.limit()?).await?;
    Ok(Json(Page { items: found.into_iter().map(Into::into).collect(), next: next.as_ref().map(seal) }))
}

/// How far an erasure is, and its report.
#[utoipa::path(get, path = "/erasures/{id}", tag = "contacts", params(("id" = Uuid, Path)), responses((status = 200, body = Erasure)))]
async fn get_one(State(state): State<AppState>, who: SignedIn, Path(id): Path<Uuid>) -> ApiResult<Json<Erasure>> {
    Ok(Json(erasure::get(&state.app, &who.actor, id).await?.into()))
}
