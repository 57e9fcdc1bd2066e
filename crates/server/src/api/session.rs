//! Signing in and out, the list of signed-in browsers, one-time links.

use super::types::staff::{LinkInfo, Me, SessionInfo};
use crate::extract::{AgentIn, Body, Caller, OwnPage, Page, Path, cookie};
use crate::problem::ApiResult;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use candor_app::session::{self, Started};
use candor_app::{link, me};
use http::{StatusCode, header};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(sign_in, whoami, sign_out))
        .routes(routes!(list, end_others))
        .routes(routes!(end))
        .routes(routes!(look, follow))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    email: String,
    password: String,
}

/// What the holder of a link fills in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkUse {
    #[serde(default)]
    name: Option<String>,
    /// The first administrator says it; for everybody else it is known.
    #[serde(default)]
    email: Option<String>,
    password: String,
}

/// Sign in; the session comes as a cookie. Wrong for any reason: the same answer after the same time.
#[utoipa::path(post, path = "/session", tag = "session", request_body = SignIn,
    responses((status = 200, body = Me), (status = 401, description = "`unauthenticated`"), (status = 429, description = "`rate_limited`")))]
async fn sign_in(State(state): State<AppState>, _: OwnPage, caller: Caller, Body(input): Body<SignIn>) -> ApiResult<Response> {
    let started = session::sign_in(&state.app, &input.email, &input.password, caller.into()).await?;
    welcome(&state, started).await
}

/// Who is signed in, with everything a screen needs to begin.
#[utoipa::path(get, path = "/session", tag = "session", responses((status = 200, body = Me)))]
async fn whoami(State(state): State<AppState>, agent: AgentIn) -> ApiResult<Json<Me>> {
    Ok(Json(Me::of(me::get(&state.app, &agent).await?, &agent)))
}

/// Sign out.
#[utoipa::path(delete, path = "/session", tag = "session", responses((status = 204)))]
async fn sign_out(State(state): State<AppState>, agent: AgentIn) -> ApiResult<Response> {
    session::revoke(&state.app, &agent, agent.session).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie::sign_out(&state.site))]).into_response())
}

/// The browsers you are signed in with.
#[utoipa::path(get, path = "/sessions", tag = "session", responses((status = 200, body = Page<SessionInfo>)))]
async fn list(State(state): State<AppState>, agent: AgentIn) -> ApiResult<Json<Page<SessionInfo>>> {
    let sessions = session::list(&state.app, agent.agent).await?;
    Ok(Json(Page::whole(sessions.into_iter().map(|one| SessionInfo::of(one, &agent)).collect())))
}

/// End one of them.
#[utoipa::path(delete, path = "/sessions/{id}", tag = "session", params(("id" = Uuid, Path)), responses((status = 204)))]
async fn end(State(state): State<AppState>, agent: AgentIn, Path(id): Path<Uuid>) -> ApiResult<StatusCode> {
    session::revoke(&state.app, &agent, id.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// End all but this one.
#[utoipa::path(delete, path = "/sessions", tag = "session", responses((status = 204)))]
async fn end_others(State(state): State<AppState>, agent: AgentIn) -> ApiResult<StatusCode> {
    session::revoke_others(&state.app, &agent).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a one-time link is for.
#[utoipa::path(get, path = "/links/{token}", tag = "session", params(("token" = String, Path)),
    responses((status = 200, body = LinkInfo), (status = 410, description = "`link_used`")))]
async fn look(State(state): State<AppState>, caller: Caller, Path(token): Path<String>) -> ApiResult<Json<LinkInfo>> {
    let shown = link::look(&state.app, &token, caller.address).await?;
    Ok(Json(LinkInfo { kind: shown.kind, email: shown.email, expires_at: shown.expires_at }))
}

/// Use it: sets the password and signs in.
#[utoipa::path(post, path = "/links/{token}", tag = "session", params(("token" = String, Path)), request_body = LinkUse,
    responses((status = 200, body = Me), (status = 410, description = "`link_used`")))]
async fn follow(
    State(state): State<AppState>,
    _: OwnPage,
    caller: Caller,
    Path(token): Path<String>,
    Body(input): Body<LinkUse>,
) -> ApiResult<Response> {
    let filled = link::Filled { name: input.name, email: input.email, password: input.password };
    let started = link::follow(&state.app, &token, filled, caller.into()).await?;
    welcome(&state, started).await
}

/// The answer to whoever has just signed in: the cookie, and who they are.
async fn welcome(state: &AppState, started: Started) -> ApiResult<Response> {
    let signed_in = session::by_cookie(&state.app, &started.token).await?;
    let me = Me::of(me::get(&state.app, &signed_in).await?, &signed_in);
    // The browser keeps it as long as a session can last; the server ends it when it was idle.
    let cookie = cookie::sign_in(&state.site, &started.token, session::LONGEST_MS);
    Ok(([(header::SET_COOKIE, cookie)], Json(me)).into_response())
}
