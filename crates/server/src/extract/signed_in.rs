//! The agent or integration behind a request: a browser's cookie, or a scoped token.

use super::origin::refuse_forged;
use super::{bearer, cookie};
use crate::problem::{ApiError, Code};
use crate::state::AppState;
use axum::extract::FromRequestParts;
use candor_app::{session, token};
use candor_domain::actor::Actor;
use http::request::Parts;
use std::ops::Deref;

/// An agent in a browser. Everything that is about the person itself (their sessions, drafts, settings, sockets)
/// takes this; a token is no person.
#[derive(Clone, Debug)]
pub struct AgentIn(pub session::SignedIn);

impl Deref for AgentIn {
    type Target = session::SignedIn;
    fn deref(&self) -> &session::SignedIn {
        &self.0
    }
}

impl FromRequestParts<AppState> for AgentIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let Some(token) = cookie::read(&parts.headers, &state.site) else { return Err(no_person(parts, state).await) };
        refuse_forged(&parts.method, &parts.headers, &state.site)?;
        Ok(Self(session::by_cookie(&state.app, token).await?))
    }
}

/// A token that counts is known, but it is no person.
async fn no_person(parts: &Parts, state: &AppState) -> ApiError {
    let Some(secret) = bearer::read(&parts.headers) else { return ApiError::new(Code::Unauthenticated) };
    match token::by_secret(&state.app, secret).await {
        Ok(_) => ApiError::new(Code::Forbidden).detail("not for tokens"),
        Err(error) => error.into(),
    }
}

/// Whoever may use the agents' surface. What they may do there, use cases ask of `actor`.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub actor: Actor,
    /// Absent for tokens.
    pub session: Option<session::SignedIn>,
}

impl SignedIn {
    /// The agent's own session; a token has none.
    pub fn session(&self) -> Result<&session::SignedIn, ApiError> {
        self.session.as_ref().ok_or_else(|| ApiError::new(Code::Forbidden).detail("not for tokens"))
    }
}

impl FromRequestParts<AppState> for SignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        if let Some(secret) = bearer::read(&parts.headers) {
            return Ok(Self { actor: token::by_secret(&state.app, secret).await?, session: None });
        }
        let AgentIn(signed_in) = AgentIn::from_request_parts(parts, state).await?;
        Ok(Self { actor: signed_in.actor.clone(), session: Some(signed_in) })
    }
}
