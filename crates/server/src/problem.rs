//! Every refusal as an RFC 9457 problem document with a stable `code`.
//!
//! One enum of codes, one error type, one place that turns a use case's error into both. What went wrong inside
//! is written to the log under the request's id and never shown.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

pub type ApiResult<T, E = ApiError> = Result<T, E>;

macro_rules! codes {
    ($($name:ident = $text:literal, $status:ident, $title:literal;)*) => {
        /// What a program may act on. The words are part of the API.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code {$($name),*}

        impl Code {
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            pub fn as_str(self) -> &'static str {
                match self {$(Self::$name => $text),*}
            }

            pub fn status(self) -> StatusCode {
                match self {$(Self::$name => StatusCode::$status),*}
            }

            pub fn title(self) -> &'static str {
                match self {$(Self::$name => $title),*}
            }
        }
    };
}

codes! {
    BadRequest = "bad_request", BAD_REQUEST, "The request cannot be understood";
    InvalidJson = "invalid_json", BAD_REQUEST, "The body is not valid JSON";
    ValidationFailed = "validation_failed", UNPROCESSABLE_ENTITY, "A field has a value that cannot be used";
    Unauthenticated = "unauthenticated", UNAUTHORIZED, "Sign in first";
    Forbidden = "forbidden", FORBIDDEN, "This is not allowed";
    TakeCaseFirst = "take_case_first", FORBIDDEN, "Take the case to see more";
    OriginRefused = "origin_refused", FORBIDDEN, "This page may not use the desk";
    Csrf = "csrf", FORBIDDEN, "The request does not come from the desk's own page";
    Blocked = "blocked", FORBIDDEN, "Messages are not taken from here at the moment";
    ProofRequired = "proof_required", PRECONDITION_REQUIRED, "Many visitors come at once: solve the challenge and repeat";
    NotFound = "not_found", NOT_FOUND, "Not found";
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, "This method is not offered here";
    Infected = "infected", FORBIDDEN, "The file is harmful and is not given out";
    Conflict = "conflict", CONFLICT, "Not possible in this state";
    Duplicate = "duplicate", CONFLICT, "Exists already";
    BodyMismatch = "body_mismatch", CONFLICT, "The same id was used for another body";
    NewerMessage = "newer_message", CONFLICT, "A newer message came in";
    LastAdmin = "last_admin", CONFLICT, "The last administrator must stay";
    Gone = "gone", GONE, "No longer there";
    LinkUsed = "link_used", GONE, "The link is no longer valid";
    Stale = "stale", PRECONDITION_FAILED, "Changed by somebody else";
    TooLarge = "too_large", PAYLOAD_TOO_LARGE, "Too large";
    RangeNotSatisfiable = "range_not_satisfiable", RANGE_NOT_SATISFIABLE, "The file has no such part";
    UnsupportedType = "unsupported_type", UNSUPPORTED_MEDIA_TYPE, "This type is not taken";
    RateLimited = "rate_limited", TOO_MANY_REQUESTS, "Too many requests";
    Timeout = "timeout", REQUEST_TIMEOUT, "The request did not arrive in time";
    Internal = "internal", INTERNAL_SERVER_ERROR, "Something went wrong on our side";
    Busy = "busy", SERVICE_UNAVAILABLE, "The desk is busy";
    OutcomeUnknown = "outcome_unknown", SERVICE_UNAVAILABLE, "Unknown whether it was done: repeat with the same id";
}

/// A refusal on its way to the client.
#[derive(Debug)]
pub struct ApiError(Box<Problem>);

#[derive(Debug)]
struct Problem {
    code: Code,
    detail: Option<Cow<'static, str>>,
    fields: BTreeMap<String, String>,
    retry_after: Option<Duration>,
    extra: Map<String, Value>,
    cause: Option<String>,
}

/// The document as it is sent.
#[derive(Serialize)]
struct Document<'a> {
    r#type: String,
    title: &'static str,
    status: u16,
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    fields: &'a BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u64>,
    #[serde(flatten)]
    extra: &'a Map<String, Value>,
}

impl ApiError {
    pub fn new(code: Code) -> Self {
        Self(Box::new(Problem { code, detail: None, fields: BTreeMap::new(), retry_after: None, extra: Map::new(), cause: None }))
    }

    pub fn code(&self) -> Code {
        self.0.code
    }

    /// A sentence for a person, without anything the caller may not know.
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// Names a field and what is wrong with it.
    pub fn field(mut self, name: impl Into<String>, why: impl Into<String>) -> Self {
        self.0.fields.insert(name.into(), why.into());
        self
    }

    /// Another member of the document, as `messages` of `newer_message`.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.extra.insert(name.to_owned(), value.into());
        self
    }

    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    /// What really happened: for the log only.
    pub fn cause(mut self, cause: impl ToString) -> Self {
        self.0.cause = Some(cause.to_string());
        self
    }

    /// The document without its outer parts, for sockets' `closed` frames and the text of event streams.
    pub fn to_value(&self) -> Value {
        serde_json::to_value(self.document()).expect("strings and numbers always serialise")
    }

    fn document(&self) -> Document<'_> {
        let problem = &*self.0;
        Document {
            r#type: format!("urn:candor:problem:{}", problem.code.as_str()),
            title: problem.code.title(),
            status: problem.code.status().as_u16(),
            code: problem.code.as_str(),
            detail: problem.detail.as_deref(),
            fields: &problem.fields,
            retry_after_ms: problem.retry_after.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)),
            extra: &problem.extra,
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let code = self.0.code;
        let cause = self.0.cause.as_deref().unwrap_or("none given");
        if code == Code::Internal {
            tracing::error!(code = code.as_str(), cause, "request failed");
        } else if code.status().is_server_error() {
            tracing::warn!(code = code.as_str(), cause, "request put off");
        } else if let Some(cause) = &self.0.cause {
            tracing::debug!(code = code.as_str(), cause, "request refused");
        }
        let body = serde_json::to_vec(&self.document()).expect("strings and numbers always serialise");
        let mut response = (code.status(), body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(wait) = self.0.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.as_millis().div_ceil(1000).max(1) as u64));
        }
        if code == Code::Unauthenticated {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// When what is broken may be mended.
const LATER: Duration = Duration::from_secs(5);

impl From<candor_app::Error> for ApiError {
    fn from(error: candor_app::Error) -> Self {
        use candor_app::Error as E;
        match error {
            E::NotFound => Self::new(Code::NotFound),
            E::Forbidden(what) => Self::new(Code::Forbidden).detail(what),
            E::TakeCaseFirst => Self::new(Code::TakeCaseFirst),
            E::Unauthenticated => Self::new(Code::Unauthenticated),
            E::IdentityRefused(why) => Self::new(Code::Unauthenticated).detail(why.to_string()),
            E::Invalid { field, why } => Self::new(Code::ValidationFailed).field(field, why),
            E::BodyMismatch => Self::new(Code::BodyMismatch),
            E::NewerMessage { after } => Self::new(Code::NewerMessage).with("after", after),
            E::Stale => Self::new(Code::Stale),
            E::Duplicate(what) => Self::new(Code::Duplicate).field(what, "is taken"),
            E::Conflict(what) => Self::new(Code::Conflict).detail(what),
            E::CursorGone { oldest, newest } => Self::new(Code::Gone)
                .detail("read again what matters, then go on from `newest`; or hear everything that is kept from `oldest`")
                .with("oldest", oldest)
                .with("newest", newest),
            E::Erased => Self::new(Code::Gone).detail("the customer was erased"),
            E::LinkUsed => Self::new(Code::LinkUsed),
            E::LastAdmin => Self::new(Code::LastAdmin),
            E::TooLarge { limit } => Self::new(Code::TooLarge).with("limit", limit),
            E::FileRefused(candor_domain::file::Refused::Empty) => Self::new(Code::ValidationFailed).field("body", "the file is empty"),
            E::FileRefused(why) => Self::new(Code::UnsupportedType).detail(why.to_string()).with("reason", why.code()),
            E::Infected => Self::new(Code::Infected),
            E::OutOfRange { size } => Self::new(Code::RangeNotSatisfiable).with("size", size),
            E::RateLimited { retry_after_ms } => Self::new(Code::RateLimited).retry_after(Duration::from_millis(retry_after_ms)),
            E::Blocked(stopped) => Self::new(Code::Blocked).with("what", stopped.kind.as_str()).with("until", stopped.until),
            E::ProofRequired(challenge) => Self::new(Code::ProofRequired).with(
                "challenge",
                json!({ "token": challenge.token, "seed": challenge.seed, "bits": challenge.bits, "expires_at": challenge.expires_at }),
            ),
            E::OriginRefused => Self::new(Code::OriginRefused),
            E::Refused(refusal) => Self::new(Code::Conflict).detail(refusal.to_string()),
            E::Store(error) => error.into(),
            // A full or failing disk: the same request may go well later.
            disk @ E::Io { .. } => Self::new(Code::Busy).retry_after(LATER).cause(disk),
            broken @ E::Broken(_) => Self::new(Code::Internal).cause(broken),
        }
    }
}

impl From<candor_store::Error> for ApiError {
    fn from(error: candor_store::Error) -> Self {
        use candor_store::Error as E;
        let soon = Duration::from_secs(1);
        if matches!(error, E::Panicked(_) | E::Corrupt(_)) {
            tracing::error!(%error, "a command broke off");
        }
        match &error {
            E::NotFound => Self::new(Code::NotFound),
            E::Full { retry_after } => Self::new(Code::Busy).retry_after(*retry_after),
            E::OutcomeUnknown => Self::new(Code::OutcomeUnknown).retry_after(soon),
            E::Deadline => Self::new(Code::Busy).retry_after(soon).detail("the question took too long; ask for less"),
            // Nothing of it was kept, and others go on: a full, failing or read-only disk, a database that is away, a command
            // that panicked. A disk that cannot be read looks like damage to SQLite, and damage is no reason to lose a message
            // that its writer still has: both are repeated, and loud in the log.
            E::Unavailable(_) | E::Closed | E::Io { .. } | E::ReadOnly | E::Panicked(_) | E::Corrupt(_) => {
                Self::new(Code::Busy).retry_after(LATER)
            }
            _ => Self::new(Code::Internal),
        }
        .cause(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_breaks_below_is_put_off_and_says_when_to_come_back() {
        use candor_store::Error as E;
        let full = || std::io::Error::from(std::io::ErrorKind::StorageFull);
        let broken = [
            E::Unavailable("disk full".into()),
            E::Io { what: "a file".into(), source: full() },
            E::ReadOnly,
            E::Panicked("index out of bounds".into()),
            E::Corrupt("malformed".into()),
            E::Closed,
        ];
        let app = candor_app::Error::Io { what: "a file cannot be kept", source: full() };
        for error in broken.map(ApiError::from).into_iter().chain([ApiError::from(app)]) {
            assert_eq!((error.code(), error.code().status()), (Code::Busy, StatusCode::SERVICE_UNAVAILABLE));
            assert!(error.0.retry_after.is_some() && error.0.cause.is_some());
            assert!(error.0.detail.is_none(), "what broke is for the log");
        }
    }
}
