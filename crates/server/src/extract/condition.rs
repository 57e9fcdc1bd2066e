//! `ETag` and `If-Match`: who changes a settings object says which version they have seen.

use crate::problem::{ApiError, Code};
use axum::Json;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

/// The version of a single object, as a strong tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ETag(pub i64);

impl ETag {
    fn text(self) -> HeaderValue {
        HeaderValue::from_str(&format!("\"{}\"", self.0)).expect("digits and quotes are a header value")
    }
}

/// A single object with its tag.
pub struct Tagged<T>(pub StatusCode, pub ETag, pub T);

impl<T: Serialize> Tagged<T> {
    pub fn ok(version: i64, body: T) -> Self {
        Self(StatusCode::OK, ETag(version), body)
    }

    pub fn created(version: i64, body: T) -> Self {
        Self(StatusCode::CREATED, ETag(version), body)
    }
}

impl<T: Serialize> IntoResponse for Tagged<T> {
    fn into_response(self) -> Response {
        let Self(status, tag, body) = self;
        (status, [(header::ETAG, tag.text())], Json(body)).into_response()
    }
}

/// The version the client has seen, when it says so; use cases answer `Stale` when it moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IfMatch(pub Option<i64>);

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else { return Ok(Self(None)) };
        let text = value.to_str().unwrap_or_default().trim();
        if text == "*" {
            return Ok(Self(None));
        }
        let version = text.trim_matches('"').parse().map_err(|_| ApiError::new(Code::Stale).detail("the tag is not one of ours"))?;
        Ok(Self(Some(version)))
    }
}
