//! A JSON body as a handler's type: at most [`MAX_JSON`] bytes, arrived within the time limit, read strictly.

use super::drain::drain;
use super::json;
use crate::problem::{ApiError, Code};
use axum::extract::{FromRequest, Request};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use std::time::Duration;

/// The longest message has 20,000 characters, each at most 12 bytes when escaped; everything else is smaller.
pub const MAX_JSON: usize = 512 << 10;
const TIME_LIMIT: Duration = Duration::from_secs(20);

/// Types refuse unknown fields themselves: `#[serde(deny_unknown_fields)]`.
#[derive(Clone, Copy, Debug)]
pub struct Body<T>(pub T);

impl<S: Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        if !is_json(request.headers()) {
            return Err(ApiError::new(Code::UnsupportedType).detail("send application/json"));
        }
        let bytes = tokio::time::timeout(TIME_LIMIT, collect(request.into_body())).await.map_err(|_| ApiError::new(Code::Timeout))??;
        json::read(&bytes).map(Self)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else { return false };
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

async fn collect(body: axum::body::Body) -> Result<Bytes, ApiError> {
    let mut parts = body.into_data_stream();
    let mut bytes = BytesMut::new();
    while let Some(part) = parts.next().await {
        bytes.extend_from_slice(&part.map_err(|_| ApiError::new(Code::BadRequest).detail("the body ended early"))?);
        if bytes.len() > MAX_JSON {
            drain(parts).await;
            return Err(ApiError::new(Code::TooLarge).with("limit", MAX_JSON));
        }
    }
    Ok(bytes.freeze())
}
