//! The inbox's lists, their sizes, and search.

use super::types::conversation::{Author, Row};
use super::types::words;
use crate::extract::page::{limit as limit_of, open, seal};
use crate::extract::{Page, Params, SignedIn};
use crate::live::{Places, ViewCount, count};
use crate::problem::{ApiError, ApiResult, Code};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use candor_app::live::{Ask, Place, Sort, View};
use candor_app::search::{self, Asked};
use candor_app::{directory, lists};
use candor_domain::actor::Actor;
use candor_domain::filter::{Field, Filter, Op, Test, Value};
use candor_domain::id::AgentId;
use candor_domain::permission::{Permission, Scope};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Instant;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(list)).routes(routes!(counts)).routes(routes!(find))
}

/// Which list, in which order.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListParams {
    /// `mine`, `unassigned`, `all`, `mentions`, `snoozed`, `resolved`, `spam`, `team:ID` or `inbox:ID`; `all` when absent.
    pub view: Option<String>,
    /// A filter as JSON.
    pub filter: Option<String>,
    /// `waiting` when absent. Resolved work and spam always come newest first.
    #[param(inline, value_type = Option<words::Sort>)]
    pub sort: Option<String>,
    /// How many, 1 to 100; 50 when absent.
    pub limit: Option<u32>,
    /// `next` of the page before.
    pub cursor: Option<String>,
}

/// Read a page of a list.
#[utoipa::path(get, path = "/conversations", tag = "conversations", params(ListParams), responses((status = 200, body = Page<Row>)))]
async fn list(State(state): State<AppState>, who: SignedIn, Params(asked): Params<ListParams>) -> ApiResult<Json<Page<Row>>> {
    let bad = |field: &str, why: &str| ApiError::new(Code::ValidationFailed).field(field, why);
    let view = asked.view.as_deref().map_or(Some(View::All), View::parse).ok_or_else(|| bad("view", "there is no such list"))?;
    let sort = asked
        .sort
        .as_deref()
        .map_or(Some(Sort::default()), Sort::parse)
        .ok_or_else(|| bad("sort", "waiting, newest, oldest or priority"))?;
    let filter = asked.filter.as_deref().map(filter_of).transpose()?;
    let after: Option<Place> = asked.cursor.as_deref().map(open).transpose()?;
    let ask = Ask { agent: viewer(&who.actor), scope: scope(&who.actor), view, filter, sort };
    let found = lists::list(&state.app, ask, after, limit_of(asked.limit)?).await?;
    Ok(Json(Page { items: found.rows.into_iter().map(Row::from).collect(), next: found.next.map(|place| seal(&place)) }))
}

pub(super) fn filter_of(text: &str) -> ApiResult<Filter> {
    let bad = |why: String| ApiError::new(Code::ValidationFailed).field("filter", why);
    let json = serde_json::from_str(text).map_err(|error| bad(error.to_string()))?;
    Filter::from_json(&json).map_err(|error| bad(error.to_string()))
}

/// The sizes of the caller's lists.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Counts {
    pub views: BTreeMap<String, ViewCount>,
}

/// How long every list is.
#[utoipa::path(get, path = "/counts", tag = "conversations", responses((status = 200, body = Counts)))]
async fn counts(State(state): State<AppState>, who: SignedIn) -> ApiResult<Json<Counts>> {
    let known = directory::get(&state.app, &who.actor).await?;
    state.app.live.until_ready().await?;
    let places =
        Places { teams: known.teams.iter().map(|team| team.id).collect(), inboxes: known.inboxes.iter().map(|inbox| inbox.id).collect() };
    Ok(Json(Counts { views: count(&state.app, viewer(&who.actor), &scope(&who.actor), &places) }))
}

/// What is looked for, and among which conversations.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SearchParams {
    pub q: String,
    /// A status.
    pub status: Option<Uuid>,
    pub inbox: Option<Uuid>,
    pub assignee: Option<Uuid>,
    pub contact: Option<Uuid>,
    /// Conversations whose last message is not older.
    pub from: Option<i64>,
    /// Conversations whose last message is not younger.
    pub to: Option<i64>,
    /// Search spam, and nothing else. Otherwise spam is found by its number only.
    #[serde(default)]
    pub spam: bool,
    /// How many, 1 to 100; 50 when absent.
    pub limit: Option<u32>,
    /// `next` of the page before: searches further back.
    pub cursor: Option<String>,
}

/// One thing found.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Hit {
    pub conversation: Row,
    /// Absent when the conversation itself was meant, by its number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<HitMessage>,
    pub snippet: String,
    /// What to mark in the snippet: starts and ends in UTF-16 code units.
    pub marks: Vec<(usize, usize)>,
}

/// The message that was found.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HitMessage {
    pub id: Uuid,
    pub seq: i64,
    pub at: i64,
    pub author: Author,
}

/// What was found, the best first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SearchResult {
    pub items: Vec<Hit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    pub took_ms: u64,
    /// False while the index is being rebuilt: older words may be missing.
    pub complete: bool,
}

/// Search the conversations the caller may read.
#[utoipa::path(get, path = "/search", tag = "conversations", params(SearchParams), responses((status = 200, body = SearchResult)))]
async fn find(State(state): State<AppState>, who: SignedIn, Params(asked): Params<SearchParams>) -> ApiResult<Json<SearchResult>> {
    const LONGEST: usize = 500;
    if asked.q.trim().is_empty() || asked.q.chars().count() > LONGEST {
        return Err(ApiError::new(Code::ValidationFailed).field("q", format!("1 to {LONGEST} characters")));
    }
    let started = Instant::now();
    let before = asked.cursor.as_deref().map(open::<i64>).transpose()?;
    let filter = search_filter(&asked)?;
    let ask = Asked { query: asked.q, filter, spam: asked.spam, limit: limit_of(asked.limit)?, before };
    let found = search::search(&state.app, &who.actor, ask).await?;
    let items = found.hits.into_iter().map(Hit::from).collect();
    let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(Json(SearchResult { items, next: found.next.map(|place| seal(&place)), took_ms, complete: !found.rebuilding }))
}

fn search_filter(asked: &SearchParams) -> ApiResult<Option<Filter>> {
    let ids =
        [(Field::Status, asked.status), (Field::Inbox, asked.inbox), (Field::Assignee, asked.assignee), (Field::Contact, asked.contact)];
    let times = [(Op::AtLeast, asked.from), (Op::AtMost, asked.to)];
    let ids = ids.into_iter().filter_map(|(field, id)| id.map(|id| Test::new(field, Op::Is, vec![Value::Id(id)])));
    let times = times.into_iter().filter_map(|(op, at)| at.map(|at| Test::new(Field::LastMessageAt, op, vec![Value::Number(at)])));
    let tests: Vec<Filter> = ids
        .chain(times)
        .map(|test| test.map(Filter::Test))
        .collect::<Result<_, _>>()
        .map_err(|fault| ApiError::new(Code::ValidationFailed).field("filter", fault.to_string()))?;
    Ok((!tests.is_empty()).then_some(Filter::All(tests)))
}

impl From<search::Hit> for Hit {
    fn from(hit: search::Hit) -> Self {
        let names = hit.names;
        let message =
            hit.message.map(|kept| HitMessage { id: kept.id.0, seq: kept.seq, at: kept.at, author: Author::of(kept.author, &names) });
        Self {
            conversation: hit.row.into(),
            message,
            snippet: hit.snippet,
            marks: hit.marks.into_iter().map(|mark| (mark.start, mark.end)).collect(),
        }
    }
}

/// Whose read marks count; an integration has none.
pub(super) fn viewer(actor: &Actor) -> AgentId {
    actor.agent().unwrap_or(AgentId(Uuid::nil()))
}

pub(super) fn scope(actor: &Actor) -> Scope {
    match actor {
        Actor::Agent { rights, .. } | Actor::Token { rights, .. } => rights.scope(Permission::ConversationRead),
        _ => Scope::Within(vec![]),
    }
}
