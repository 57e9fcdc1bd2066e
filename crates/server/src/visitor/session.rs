//! Visitors' sessions: begin, who am I, what I typed, log out.

use super::types::{VisitorSession, VisitorSessionInfo};
use crate::extract::{Body, ClientAddress, LeaverIn, OptionalOrigin, VisitorIn};
use crate::problem::ApiResult;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use candor_app::visitor::{self, Details, StartInput, Visitor};
use candor_domain::device::Device;
use candor_domain::id::InboxId;
use candor_domain::locale::Locale;
use candor_domain::text::clean_line;
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(start)).routes(routes!(get_one, change, log_out))
}

/// The page a chat is opened on.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PageInput {
    pub url: String,
    #[serde(default)]
    pub title: String,
}

impl PageInput {
    /// As it is kept; nothing when it is no page of the web.
    pub fn kept(&self) -> Option<String> {
        visitor::Page::clean(&self.url, &self.title).map(|page| page.to_json())
    }
}

/// The solution of a challenge: SHA-256 of `"{seed}:{nonce}"` in ASCII begins with at least `bits` zero bits.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProofInput {
    /// `token` of the challenge.
    pub challenge: String,
    /// Up to 20 decimal digits.
    pub nonce: String,
}

/// How a session begins.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionInput {
    pub inbox: Uuid,
    /// The exchange's signed word on who this is: HS256 or EdDSA as the inbox says, `aud` = inbox, at most 10 minutes, `jti` once.
    #[serde(default)]
    pub jwt: Option<String>,
    /// The token of a session that goes on, or whose conversations move to the signed person.
    #[serde(default)]
    pub resume: Option<String>,
    /// What an earlier try was refused with (`proof_required`), solved.
    #[serde(default)]
    pub proof: Option<ProofInput>,
    #[serde(default)]
    pub locale: Option<String>,
    /// Taken for symmetry with conversations, which keep it.
    #[serde(default)]
    pub page: Option<PageInput>,
    #[serde(default)]
    pub time_zone: Option<String>,
}

/// Begin a session.
#[utoipa::path(post, path = "/sessions", tag = "visitor", request_body = SessionInput, security(()), responses((status = 201, body = VisitorSession),
    (status = 403, description = "`blocked`, with `until` and `what`"), (status = 428, description = "`proof_required`, with `challenge: {token, seed, bits, expires_at}`: solve it and repeat")))]
async fn start(
    State(state): State<AppState>,
    origin: OptionalOrigin,
    ClientAddress(peer): ClientAddress,
    headers: HeaderMap,
    Body(input): Body<SessionInput>,
) -> ApiResult<(StatusCode, Json<VisitorSession>)> {
    let opened = visitor::start(
        &state.app,
        StartInput {
            inbox: InboxId(input.inbox),
            jwt: input.jwt.as_deref(),
            resume: input.resume.as_deref(),
            proof: input.proof.as_ref().map(|proof| visitor::Solution { challenge: &proof.challenge, nonce: &proof.nonce }),
            locale: input.locale.as_deref().and_then(Locale::nearest),
            device: device(&headers, input.time_zone.as_deref()),
            origin: origin.as_origin(),
            peer,
        },
    )
    .await?;
    let Visitor { session, contact } = &opened.visitor;
    Ok((StatusCode::CREATED, Json(VisitorSession { token: opened.token, expires_at: session.expires_at, contact: contact.into() })))
}

fn device(headers: &HeaderMap, time_zone: Option<&str>) -> Device {
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let time_zone = time_zone.map(|zone| clean_line(zone, 60)).filter(|zone| !zone.is_empty());
    Device { time_zone, ..Device::from_user_agent(agent) }
}

/// The session behind the token.
#[utoipa::path(get, path = "/session", tag = "visitor", responses((status = 200, body = VisitorSessionInfo)))]
async fn get_one(visitor: VisitorIn) -> Json<VisitorSessionInfo> {
    Json((&*visitor).into())
}

/// What a visitor typed about themselves.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DetailsInput {
    #[serde(default)]
    pub locale: Option<String>,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub email: Option<String>,
}

/// Say who you are; shown to agents as typed, not as proven.
#[utoipa::path(patch, path = "/session", tag = "visitor", request_body = DetailsInput, responses((status = 200, body = VisitorSessionInfo)))]
async fn change(State(state): State<AppState>, visitor: VisitorIn, Body(input): Body<DetailsInput>) -> ApiResult<Json<VisitorSessionInfo>> {
    let locale = input.locale.as_deref().and_then(Locale::nearest);
    let details = Details { locale, name: input.name, email: input.email, fields: Default::default() };
    let contact = visitor::change(&state.app, &visitor, details).await?;
    Ok(Json((&Visitor { session: visitor.session, contact }).into()))
}

/// Log out: the token is dead and its sockets close.
#[utoipa::path(delete, path = "/session", tag = "visitor", responses((status = 204)))]
async fn log_out(State(state): State<AppState>, LeaverIn(visitor): LeaverIn) -> ApiResult<StatusCode> {
    visitor::log_out(&state.app, &visitor.session).await?;
    Ok(StatusCode::NO_CONTENT)
}
