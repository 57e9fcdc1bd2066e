//! `/livez`: the process answers. `/readyz`: it may be given requests; each thing it depends on is named.

use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use candor_store::{Pool, REACTOR_LATE_MS, setting};
use http::StatusCode;
use serde::Serialize;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(2);
/// Times of two nodes that are further apart would not be in the order of what happened.
const CLOCK_OFF_MS: u64 = 2_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Standing {
    Ok,
    Warn,
    Down,
}

#[derive(Debug, Serialize)]
struct Part {
    status: Standing,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct Readiness {
    status: Standing,
    version: &'static str,
    database: Part,
    writer: Part,
    reactor: Part,
    screens: Part,
    search: Part,
    server: Part,
    clock: Part,
    #[serde(skip_serializing_if = "Option::is_none")]
    scanner: Option<Part>,
}

impl Part {
    fn new(status: Standing, note: impl Into<Option<String>>) -> Self {
        Self { status, note: note.into() }
    }

    fn when(good: bool, otherwise: Standing, note: &str) -> Self {
        if good { Self::new(Standing::Ok, None) } else { Self::new(otherwise, note.to_owned()) }
    }
}

pub async fn livez() -> Json<serde_json::Value> {
    Json(serde_json::json!({ "status": "ok" }))
}

pub async fn readyz(State(state): State<AppState>) -> (StatusCode, Json<Readiness>) {
    let readiness = look(&state).await;
    let status = if readiness.status == Standing::Down { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    (status, Json(readiness))
}

async fn look(state: &AppState) -> Readiness {
    let health = state.app.db.health();
    let (database, scanner) = tokio::join!(database(state), scanner(state));
    let writer = Part::when(health.writer_alive, Standing::Down, "no connection that writes");
    let on_time = health.reactor_behind_ms <= REACTOR_LATE_MS;
    let reactor = Part::when(on_time, Standing::Warn, &format!("{} ms behind", health.reactor_behind_ms));
    let screens = !state.options.screens || state.app.live.is_ready();
    let screens = Part::when(screens, Standing::Warn, "open work is being read: lists wait for it");
    let search = Part::when(!health.search_rebuilding, Standing::Warn, "being rebuilt");
    let server = Part::when(!state.draining.is_cancelled(), Standing::Down, "going down");
    let ahead = health.clock_ahead_ms;
    let clock = Part::when(
        ahead.unsigned_abs() <= CLOCK_OFF_MS,
        Standing::Down,
        &format!("the database's clock is {ahead} ms ahead of this machine's: set the clocks, best by NTP"),
    );
    let parts = [&database, &writer, &reactor, &screens, &search, &server, &clock];
    let worst = |standing| parts.into_iter().chain(&scanner).any(|part| part.status == standing);
    let status = if worst(Standing::Down) {
        Standing::Down
    } else if worst(Standing::Warn) {
        Standing::Warn
    } else {
        Standing::Ok
    };
    Readiness { status, version: env!("CARGO_PKG_VERSION"), database, writer, reactor, screens, search, server, clock, scanner }
}

/// A small real question, because a connection that is only believed to stand may be gone.
async fn database(state: &AppState) -> Part {
    let asked = state.app.db.read(Pool::Quick, |rx| setting::get(rx, "workspace"));
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Ok(_) | Err(candor_store::Error::NotFound)) => Part::new(Standing::Ok, None),
        Ok(Err(error)) => {
            tracing::warn!(%error, "the database does not answer");
            Part::new(Standing::Down, "does not answer".to_owned())
        }
        Err(_) => Part::new(Standing::Down, format!("no answer in {} s", PATIENCE.as_secs())),
    }
}

/// Files wait for a scanner that is away, and nothing else does.
async fn scanner(state: &AppState) -> Option<Part> {
    let scanner = state.app.config.scanner.as_ref()?;
    let answers = matches!(tokio::time::timeout(PATIENCE, scanner.version()).await, Ok(Ok(_)));
    Some(Part::when(answers, Standing::Warn, "does not answer"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::Options;
    use candor_store::testing::TestDb;

    #[tokio::test]
    async fn a_desk_takes_requests_while_open_work_is_read_and_says_that_its_lists_wait() {
        let db = TestDb::sqlite();
        let state = AppState::of_test(&db, Options { screens: true, ..Options::default() });
        let (status, ready) = readyz(State(state.clone())).await;
        assert_eq!((status, ready.screens.status), (StatusCode::OK, Standing::Warn));
        state.app.live.load(&state.app.db).await.unwrap();
        let (status, ready) = readyz(State(state)).await;
        assert_eq!((status, ready.screens.status), (StatusCode::OK, Standing::Ok));
    }
}
