//! The visitor behind a request, by the token of their session.

use super::bearer;
use super::origin::refuse_foreign;
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
        refuse_foreign(&parts.headers, &state.site)?;
        let token = bearer::read(&parts.headers).ok_or(ApiError::new(Code::Unauthenticated))?;
        Ok(Self(visitor::by_token(&state.app, token).await?))
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
        refuse_foreign(&parts.headers, &state.site)?;
        let token = bearer::read(&parts.headers).ok_or(ApiError::new(Code::Unauthenticated))?;
        Ok(Self(visitor::by_token_lately(&state.app, token).await?))
    }
}
