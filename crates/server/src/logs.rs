//! One line a request: id, route, status, time. Never an address, a query, a token or a body: the route is its
//! pattern, so that no id of a customer stands in the log either.

use crate::problem::{ApiError, Code};
use crate::state::AppState;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue};
use std::any::Any;
use std::io::IsTerminal;
use std::panic::PanicHookInfo;
use std::time::Instant;
use tracing::Instrument;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use uuid::Uuid;

/// How lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Text on a terminal, JSON elsewhere.
    Auto,
    Json,
    Text,
}

/// Starts logging to standard error. Called once, by the program itself; tests do without.
pub fn start(level: &str, format: Format) -> Result<(), String> {
    let filter = EnvFilter::builder().parse(level).map_err(|error| format!("log_level: {error}"))?;
    let json = match format {
        Format::Json => true,
        Format::Text => false,
        Format::Auto => !std::io::stderr().is_terminal(),
    };
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false);
    let registry = tracing_subscriber::registry().with(filter);
    let started = if json {
        registry.with(lines.json().flatten_event(true).with_current_span(true).with_span_list(false)).try_init()
    } else {
        registry.with(lines.compact()).try_init()
    };
    started.map_err(|error| error.to_string())?;
    std::panic::set_hook(Box::new(on_panic));
    Ok(())
}

fn on_panic(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let thread = std::thread::current().name().unwrap_or("unnamed").to_owned();
    tracing::error!(place, thread, message = without_values(panic.payload()), "panic");
}

/// What a panic said up to the first value: values may be a customer's.
fn without_values(payload: &(dyn Any + Send)) -> &str {
    let said = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let said = said.unwrap_or("no message");
    let end = said.find(": ").into_iter().chain(said.find('\n')).min();
    end.map_or(said, |end| &said[..end])
}

/// Gives the request its id, logs and counts its outcome.
pub async fn record(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let id: Uuid = state.app.ids.make();
    let id = id.simple().to_string();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str).to_owned();
    // At the highest level, so that the id stands beside errors whatever is left out.
    let span = tracing::error_span!("request", request_id = %id);
    let begun = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let took = begun.elapsed();
    let status = response.status().as_u16();
    crate::metrics::request(&method, &route, status, took);
    // Whoever asked does not wait for the line.
    tokio::spawn(async move {
        span.in_scope(|| tracing::info!(method = %method, route, status, took_us = took.as_micros() as u64, "request"));
    });
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), id);
    }
    response
}

/// The answer to a request whose handler panicked. The hook has logged the panic under the request's id.
pub fn after_panic(_: Box<dyn Any + Send + 'static>) -> Response {
    ApiError::new(Code::Internal).cause("the handler panicked").into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_a_panic_are_left_out() {
        let said: Box<dyn Any + Send> = Box::new("called `Result::unwrap()` on an `Err` value: Mail(\"ann@example.com\")".to_owned());
        assert_eq!(without_values(&*said), "called `Result::unwrap()` on an `Err` value");
        let said: Box<dyn Any + Send> = Box::new("a case has a status: Missing(7)".to_owned());
        assert_eq!(without_values(&*said), "a case has a status");
        let said: Box<dyn Any + Send> = Box::new("plain");
        assert_eq!(without_values(&*said), "plain");
    }
}
