//! The listener: connections with limits on headers and idleness, upgrades for sockets, and going down in order:
//! stop accepting, let sockets tell their clients to come back, finish requests, close the store.

use crate::extract::Peer;
use crate::state::AppState;
use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

/// From the first byte of a request, or from the end of the one before, to the end of its headers.
const HEADERS: Duration = Duration::from_secs(30);
const HEADER_BYTES: usize = 64 << 10;
/// More connections than this wait to be accepted.
const CONNECTIONS: usize = 60_000;
/// What is not finished by then is cut.
const DRAIN: Duration = Duration::from_secs(10);
/// Accepting can fail for a moment, as when the process has too many files open.
const BREATHER: Duration = Duration::from_millis(50);

/// Serves until `stop`, then finishes what is under way, for at most ten seconds.
pub async fn run(listener: TcpListener, router: Router, stop: CancellationToken) {
    let connections = TaskTracker::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { break };
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let connection = one(stream, peer, router.clone(), stop.clone());
                connections.spawn(async move {
                    connection.await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(BREATHER).await;
            }
        }
    }
    drop(listener);
    connections.close();
    if tokio::time::timeout(DRAIN, connections.wait()).await.is_err() {
        tracing::warn!(left = connections.len(), "connections were cut");
    }
}

async fn one(stream: TcpStream, peer: SocketAddr, router: Router, stop: CancellationToken) {
    // Small frames go out at once; where it cannot be set they go out a little later.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request: Request = request.map(axum::body::Body::new);
        request.extensions_mut().insert(Peer(peer));
        router.clone().oneshot(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS)
        .max_buf_size(HEADER_BYTES)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke off");
    }
}

/// Cancels `stop` at the first SIGTERM or SIGINT.
pub fn stop_on_signal(stop: CancellationToken) -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("going down: finishing what is under way");
        stop.cancel();
    });
    Ok(())
}

/// After the listener is done: waits for sockets, then for the store.
pub async fn finish(state: &AppState) {
    state.sockets.close();
    if tokio::time::timeout(DRAIN, state.sockets.wait()).await.is_err() {
        tracing::warn!(left = state.sockets.len(), "sockets were cut");
    }
    let db = state.app.db.clone();
    if tokio::task::spawn_blocking(move || db.close()).await.is_err() {
        tracing::error!("closing the store panicked");
    }
}
