//! The visitor behind a request, by the token of their session.

use super::origin::refuse_foreign;
use super::{ClientAddress, bearer};
use crate::problem::{ApiError, Code};
use crate::state::AppState;
use axum::extract::FromRequestParts;
use candor_app::visitor::{self, Visitor};
use http::request::Parts;
use std::ops::Deref;

/// Derefs to the app's [`Visitor`]: `session`, `contact`, `actor()`.
#[derive(Clone, Debug)]
pub struct VisitorIn(pub Visitor);

impl Deref for VisitorIn {
    type Target = Visitor;
    fn deref(&self) -> &Visitor {
        &self.0
    }
}

impl FromRequestParts<AppState> for VisitorIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let token = token(parts, state)?;
        let visitor = visitor::by_token(&state.app, token).await?;
        heard(parts, state, &visitor).await?;
        Ok(Self(visitor))
    }
}

/// The visitor who writes: the same, but believed for two seconds, so that a message waits for no look-up. Only for what
/// asks the conversation itself whose it is.
#[derive(Clone, Debug)]
pub struct WriterIn(pub Visitor);

impl Deref for WriterIn {
    type Target = Visitor;
    fn deref(&self) -> &Visitor {
        &self.0
    }
}

impl FromRequestParts<AppState> for WriterIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let token = token(parts, state)?;
        let visitor = visitor::by_token_lately(&state.app, token).await?;
        heard(parts, state, &visitor).await?;
        Ok(Self(visitor))
    }
}

/// The visitor who leaves: whoever is blocked may still log out.
#[derive(Clone, Debug)]
pub struct LeaverIn(pub Visitor);

impl FromRequestParts<AppState> for LeaverIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let token = token(parts, state)?;
        Ok(Self(visitor::by_token(&state.app, token).await?))
    }
}

/// The token of the session, which no foreign page may send.
fn token<'a>(parts: &'a Parts, state: &AppState) -> Result<&'a str, ApiError> {
    refuse_foreign(&parts.headers, &state.site)?;
    bearer::read(&parts.headers).ok_or(ApiError::new(Code::Unauthenticated))
}

/// Refuses who is blocked, by who they are and by where they come from. Asked of memory.
async fn heard(parts: &mut Parts, state: &AppState, visitor: &Visitor) -> Result<(), ApiError> {
    let ClientAddress(peer) = ClientAddress::from_request_parts(parts, state).await?;
    Ok(state.app.heard(visitor.contact.id, peer).await?)
}
