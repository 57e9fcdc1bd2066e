//! Inboxes: where conversations arrive, who may write there, how customers prove who they are.

use super::types::desk::{Hours, Inbox, ProofOfWork};
use super::types::words::{self, present};
use crate::extract::{Body, IfMatch, Page, PageParams, Params, Path, SignedIn, Tagged};
use crate::problem::ApiResult;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use candor_app::inbox::{self, New, Patch};
use candor_domain::hours;
use candor_domain::id::TeamId;
use candor_domain::inbox::{Channel, IdentityAlgorithm, Origin, Position, WidgetPatch as Dress};
use candor_domain::locale::{ByLocale, Locale};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(list, create))
        .routes(routes!(get, update, remove))
        .routes(routes!(rotate_secret))
        .routes(routes!(snippet))
}

/// What is changed of a widget; what is absent stays.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WidgetPatch {
    team_name: Option<String>,
    #[schema(value_type = Option<words::ByLocale>)]
    team_names: Option<ByLocale>,
    brand: Option<String>,
    #[schema(value_type = Option<words::ByLocale>)]
    greeting: Option<ByLocale>,
    #[schema(value_type = Option<words::Position>)]
    position: Option<Position>,
    #[schema(value_type = Option<Vec<String>>)]
    origins: Option<Vec<Origin>>,
    anonymous_allowed: Option<bool>,
    csat: Option<bool>,
    anti_scam: Option<bool>,
    #[schema(value_type = Option<words::Locale>)]
    default_locale: Option<Locale>,
    proof_of_work: Option<ProofOfWork>,
}

impl From<WidgetPatch> for Dress {
    fn from(patch: WidgetPatch) -> Self {
        Self {
            team_name: patch.team_name,
            team_names: patch.team_names,
            brand: patch.brand,
            greeting: patch.greeting,
            position: patch.position,
            origins: patch.origins,
            anonymous_allowed: patch.anonymous_allowed,
            csat: patch.csat,
            anti_scam: patch.anti_scam,
            default_locale: patch.default_locale,
            proof_of_work: patch.proof_of_work.map(Into::into),
        }
    }
}

/// What is changed of how customers prove who they are.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IdentityPatch {
    #[schema(value_type = Option<words::IdentityAlgorithm>)]
    algorithm: Option<IdentityAlgorithm>,
    /// PEM, or the 32 bytes in hex or base64; `null` takes it away.
    #[schema(value_type = Option<String>)]
    #[serde(default, deserialize_with = "present")]
    public_key: Option<Option<String>>,
    required: Option<bool>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InboxNew {
    name: String,
    #[schema(value_type = words::Channel)]
    channel: Channel,
    #[serde(default)]
    team: Option<Uuid>,
    #[serde(default)]
    widget: Option<WidgetPatch>,
    #[schema(value_type = Option<Hours>)]
    #[serde(default)]
    hours: Option<hours::Hours>,
}

/// What is changed; what is absent stays.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InboxPatch {
    name: Option<String>,
    enabled: Option<bool>,
    /// Who gets new conversations; `null` is nobody in particular.
    #[schema(value_type = Option<Uuid>)]
    #[serde(default, deserialize_with = "present")]
    team: Option<Option<Uuid>>,
    widget: Option<WidgetPatch>,
    #[schema(value_type = Option<Hours>)]
    hours: Option<hours::Hours>,
    identity: Option<IdentityPatch>,
}

impl From<InboxPatch> for Patch {
    fn from(input: InboxPatch) -> Self {
        let identity = input.identity.unwrap_or_default();
        Self {
            name: input.name,
            enabled: input.enabled,
            team: input.team.map(|team| team.map(TeamId)),
            widget: input.widget.unwrap_or_default().into(),
            hours: input.hours,
            algorithm: identity.algorithm,
            identity_required: identity.required,
            public_key: identity.public_key,
        }
    }
}

/// A secret, shown once.
#[derive(Serialize, ToSchema)]
pub struct IdentitySecret {
    /// The HMAC key is these characters as they stand. The secret before it counts 24 hours more.
    secret: String,
}

#[derive(Serialize, ToSchema)]
pub struct Snippet {
    /// What to paste into a page.
    html: String,
}

/// The inboxes you may set up.
#[utoipa::path(get, path = "/inboxes", tag = "desk", params(PageParams), responses((status = 200, body = Page<Inbox>)))]
async fn list(State(state): State<AppState>, who: SignedIn, _: Params<PageParams>) -> ApiResult<Json<Page<Inbox>>> {
    let all = inbox::list(&state.app, &who.actor).await?;
    Ok(Json(Page::whole(all.into_iter().map(Inbox::from).collect())))
}

/// Make an inbox.
#[utoipa::path(post, path = "/inboxes", tag = "desk", request_body = InboxNew, responses((status = 201, body = Inbox), (status = 409, description = "`duplicate`")))]
async fn create(State(state): State<AppState>, who: SignedIn, Body(input): Body<InboxNew>) -> ApiResult<Tagged<Inbox>> {
    let new = New {
        name: input.name,
        channel: input.channel,
        team: input.team.map(TeamId),
        widget: input.widget.unwrap_or_default().into(),
        hours: input.hours,
    };
    let inbox = inbox::create(&state.app, &who.actor, new).await?;
    Ok(Tagged::created(inbox.version, inbox.into()))
}

/// One inbox.
#[utoipa::path(get, path = "/inboxes/{id}", tag = "desk", params(("id" = Uuid, Path)), responses((status = 200, body = Inbox)))]
async fn get(State(state): State<AppState>, who: SignedIn, Path(id): Path<Uuid>) -> ApiResult<Tagged<Inbox>> {
    let inbox = inbox::get(&state.app, &who.actor, id.into()).await?;
    Ok(Tagged::ok(inbox.version, inbox.into()))
}

/// Change an inbox.
#[utoipa::path(patch, path = "/inboxes/{id}", tag = "desk", params(("id" = Uuid, Path)), request_body = InboxPatch,
    responses((status = 200, body = Inbox), (status = 409, description = "`duplicate`"), (status = 412, description = "`stale`")))]
async fn update(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<Uuid>,
    IfMatch(seen): IfMatch,
    Body(input): Body<InboxPatch>,
) -> ApiResult<Tagged<Inbox>> {
    let inbox = inbox::update(&state.app, &who.actor, id.into(), input.into(), seen).await?;
    Ok(Tagged::ok(inbox.version, inbox.into()))
}

/// Delete an inbox that was never used; a used one is switched off.
#[utoipa::path(delete, path = "/inboxes/{id}", tag = "desk", params(("id" = Uuid, Path)), responses((status = 204), (status = 409, description = "`conflict`")))]
async fn remove(State(state): State<AppState>, who: SignedIn, Path(id): Path<Uuid>) -> ApiResult<StatusCode> {
    inbox::delete(&state.app, &who.actor, id.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A new secret that signs customers' identities.
#[utoipa::path(post, path = "/inboxes/{id}/identity-secret", tag = "desk", params(("id" = Uuid, Path)), responses((status = 201, body = IdentitySecret)))]
async fn rotate_secret(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<Uuid>,
) -> ApiResult<(StatusCode, Json<IdentitySecret>)> {
    let secret = inbox::rotate_secret(&state.app, &who.actor, id.into()).await?;
    Ok((StatusCode::CREATED, Json(IdentitySecret { secret })))
}

/// What to paste into a page.
#[utoipa::path(get, path = "/inboxes/{id}/snippet", tag = "desk", params(("id" = Uuid, Path)), responses((status = 200, body = Snippet)))]
async fn snippet(State(state): State<AppState>, who: SignedIn, Path(id): Path<Uuid>) -> ApiResult<Json<Snippet>> {
    Ok(Json(Snippet { html: inbox::snippet(&state.app, &who.actor, id.into()).await? }))
}
