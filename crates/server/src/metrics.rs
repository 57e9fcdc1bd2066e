//! Numbers about the process, in Prometheus' text form, on their own address only: they are for the operator's
//! monitoring, not for the public side. Labels are routes and codes, never ids.

use crate::state::AppState;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::{Method, header};
use metrics::{counter, gauge, histogram};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use std::time::Duration;

const SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];
const UPKEEP: Duration = Duration::from_secs(5);

/// Starts counting. Called once, by the program itself; without it every count below does nothing.
pub fn start() -> Result<PrometheusHandle, BuildError> {
    PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?.install_recorder()
}

/// What the metrics address answers.
pub fn router(state: AppState, handle: PrometheusHandle) -> Router {
    Router::new().route("/metrics", get(render)).with_state((state, handle))
}

/// Keeps histograms from growing between scrapes, until the server goes down.
pub async fn upkeep(state: AppState, handle: PrometheusHandle) {
    let mut tick = tokio::time::interval(UPKEEP);
    loop {
        tokio::select! {
            () = state.draining.cancelled() => return,
            _ = tick.tick() => handle.run_upkeep(),
        }
    }
}

async fn render(State((state, handle)): State<(AppState, PrometheusHandle)>) -> ([(header::HeaderName, &'static str); 1], String) {
    let health = state.app.db.health();
    for (line, waiting) in ["people", "reactor", "machines"].into_iter().zip(health.waiting) {
        gauge!("candor_store_waiting", "queue" => line).set(waiting as f64);
    }
    gauge!("candor_reactor_behind_seconds").set(health.reactor_behind_ms as f64 / 1000.0);
    counter!("candor_store_slow_commands_total").absolute(health.slow_commands);
    gauge!("candor_sockets").set(state.sockets.len() as f64);
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], handle.render())
}

/// One answered request.
pub(crate) fn request(method: &Method, route: &str, status: u16, took: Duration) {
    let labels = [("method", method.as_str().to_owned()), ("route", route.to_owned()), ("status", status.to_string())];
    counter!("candor_http_requests_total", &labels).increment(1);
    histogram!("candor_http_request_seconds", "route" => route.to_owned()).record(took.as_secs_f64());
}
