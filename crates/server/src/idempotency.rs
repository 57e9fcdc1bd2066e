//! `Idempotency-Key` on the POSTs of `/api/v1`: a repeat is answered with the first status and the id of what was
//! made, and changes nothing. A request whose outcome nobody knows answers `outcome_unknown` until it is looked up.

use crate::extract::{MAX_JSON, SignedIn};
use crate::problem::{ApiError, ApiResult, Code};
use crate::state::AppState;
use axum::body::Body;
use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use candor_app::idempotency::{self, Ending, Standing};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

const HEADER: &str = "idempotency-key";
const LONGEST_KEY: usize = 255;

pub async fn once(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let asked = request.method() == Method::POST && request.uri().path().starts_with("/api/v1/") && request.headers().contains_key(HEADER);
    if !asked || !is_json(request.headers()) {
        return next.run(request).await;
    }
    keyed(state, request, next).await.unwrap_or_else(IntoResponse::into_response)
}

/// Uploads stream through; what they make goes by itself when no message takes it.
fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_none_or(|kind| kind.starts_with("application/json"))
}

async fn keyed(state: AppState, request: Request, next: Next) -> ApiResult<Response> {
    let (mut parts, body) = request.into_parts();
    let key = key(&parts.headers)?;
    let who = SignedIn::from_request_parts(&mut parts, &state).await;
    let Some(owner) = who.ok().and_then(|who| idempotency::owner(&who.actor)) else {
        // Nobody's key: the handler says what is wrong with the request.
        return Ok(next.run(Request::from_parts(parts, body)).await);
    };
    let body = Limited::new(body, MAX_JSON).collect().await.map_err(|_| ApiError::new(Code::TooLarge).with("limit", MAX_JSON))?.to_bytes();
    let said = [parts.uri.path().as_bytes(), b"\n", &body].concat();
    match idempotency::begin(&state.app, owner, key.clone(), &said).await? {
        Standing::First => {}
        Standing::Answered { status, item } => return Ok(again(status, item)),
        Standing::Unknown => return Err(unknown()),
    }
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    let (response, ending) = ending(response).await?;
    idempotency::end(&state.app, owner, key, ending).await?;
    Ok(response)
}

fn key(headers: &HeaderMap) -> ApiResult<String> {
    let bad = || ApiError::new(Code::BadRequest).field("Idempotency-Key", format!("1 to {LONGEST_KEY} visible ASCII characters"));
    let key = headers.get(HEADER).and_then(|value| value.to_str().ok()).ok_or_else(bad)?;
    let good = (1..=LONGEST_KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    if good { Ok(key.to_owned()) } else { Err(bad()) }
}

fn unknown() -> ApiError {
    let detail = "a request with this key runs, or was cut off: look whether it was done before using another key";
    ApiError::new(Code::OutcomeUnknown).detail(detail).retry_after(Duration::from_secs(1)).cause("an idempotency key is open")
}

/// `Repeated` of the contract: the first status, with the id of what was made; empty where the first was.
fn again(status: i64, item: Option<Uuid>) -> Response {
    let status = u16::try_from(status).ok().and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(StatusCode::OK);
    let mut response = match item {
        Some(id) => (status, axum::Json(json!({ "id": id }))).into_response(),
        None if status == StatusCode::NO_CONTENT => status.into_response(),
        None => (status, axum::Json(json!({}))).into_response(),
    };
    response.headers_mut().insert(HeaderName::from_static("idempotency-replayed"), HeaderValue::from_static("true"));
    response
}

/// What the answer means for the key.
async fn ending(response: Response) -> ApiResult<(Response, Ending)> {
    let status = response.status();
    if status.is_client_error() {
        return Ok((response, Ending::Refused));
    }
    if !status.is_success() {
        return Ok((response, Ending::Unknown));
    }
    let (parts, body) = response.into_parts();
    let body: Bytes = body.collect().await.map_err(|error| ApiError::new(Code::Internal).cause(error))?.to_bytes();
    let item = serde_json::from_slice::<Value>(&body).ok().and_then(|made| made_id(&made));
    Ok((Response::from_parts(parts, Body::from(body)), Ending::Done { status: i64::from(status.as_u16()), item }))
}

/// The id of what was made: the answer's own, or that of the thing it carries.
fn made_id(made: &Value) -> Option<Uuid> {
    let own = |value: &Value| value.get("id")?.as_str()?.parse().ok();
    own(made).or_else(|| made.as_object()?.values().find_map(own))
}
