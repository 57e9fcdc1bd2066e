//! The audit log, newest first.

use super::types::conversation::Author;
use crate::extract::{Page, Params, SignedIn, page};
use crate::problem::{ApiError, ApiResult, Code};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use candor_app::audit::{self, Item};
use candor_domain::actor::ActorKind;
use candor_store::audit::{Asked, Place};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(list))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditParams {
    /// How many, 1 to 100; 50 when absent.
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// The same by its older name.
    after: Option<String>,
    /// Who did it.
    actor: Option<Uuid>,
    /// An action, or its first word for all of a kind: `agent`.
    action: Option<String>,
    /// What it was done to: an id, or `kind:id`.
    subject: Option<String>,
}

/// Something that was done.
#[derive(Serialize, ToSchema)]
pub struct AuditItem {
    /// Lane and number: `0-17`.
    id: String,
    at: i64,
    actor: Author,
    action: String,
    /// `kind:id`
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    #[schema(value_type = Option<std::collections::BTreeMap<String, Value>>)]
    #[serde(skip_serializing_if = "Map::is_empty")]
    detail: Map<String, Value>,
}

impl From<Item> for AuditItem {
    fn from(item: Item) -> Self {
        let entry = item.entry;
        let kind = ActorKind::parse(&entry.actor_kind).unwrap_or(ActorKind::System);
        let machine = item.detail.get("machine").and_then(Value::as_str).map(str::to_owned);
        Self {
            id: format!("{}-{}", entry.place.lane, entry.place.number),
            at: entry.place.at,
            actor: Author { kind: kind.as_str(), id: entry.actor_id, name: item.actor_name.or(machine).unwrap_or_default() },
            action: entry.action,
            subject: entry.subject_id.map(|id| format!("{}:{id}", entry.subject_kind)),
            detail: item.detail,
        }
    }
}

fn asked(params: &AuditParams) -> ApiResult<Asked> {
    let wrong = |field: &'static str, why: &'static str| ApiError::new(Code::ValidationFailed).field(field, why);
    let subject = params.subject.as_deref().map(|text| text.rsplit(':').next().unwrap_or_default().parse::<Uuid>());
    let word = |text: &str| text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'.' || byte == b'_');
    if params.action.as_deref().is_some_and(|action| !word(action)) {
        return Err(wrong("action", "words of a-z, with dots"));
    }
    Ok(Asked { actor: params.actor, subject: subject.transpose().map_err(|_| wrong("subject", "an id"))?, action: params.action.clone() })
}

/// Read the audit log.
#[utoipa::path(get, path = "/audit", tag = "desk", params(AuditParams), responses((status = 200, body = Page<AuditItem>)))]
async fn list(State(state): State<AppState>, who: SignedIn, Params(params): Params<AuditParams>) -> ApiResult<Json<Page<AuditItem>>> {
    let limit = page::limit(params.limit)?;
    let cursor = params.cursor.as_deref().or(params.after.as_deref()).map(page::open::<(i64, i64, i64)>).transpose()?;
    let before = cursor.map_or(Place::NEWEST, |(at, lane, number)| Place { at, lane, number });
    let found = audit::list(&state.app, &who.actor, asked(&params)?, before, limit as i64 + 1).await?;
    let page = Page::of(found, limit, |last| (last.entry.place.at, last.entry.place.lane, last.entry.place.number));
    Ok(Json(Page { items: page.items.into_iter().map(AuditItem::from).collect(), next: page.next }))
}
