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
use socket2::SockRef;
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
/// What was sent and is not confirmed for so long ends a connection: a streamed line speaks every 15 s and cannot hear, so a
/// peer that is gone is noticed within 30 s there too.
const UNCONFIRMED: Duration = Duration::from_secs(15);
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
    set_line(&stream);
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

/// Small frames go out at once, and a peer that is gone is noticed. Where neither can be set, both happen a little later.
fn set_line(stream: &TcpStream) {
    let _ = stream.set_nodelay(true);
    let _ = SockRef::from(stream).set_tcp_user_timeout(Some(UNCONFIRMED));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_peer_that_confirms_nothing_is_given_up() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (_client, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
        let (stream, _) = accepted.expect("a connection");
        set_line(&stream);
        assert_eq!(SockRef::from(&stream).tcp_user_timeout().expect("can be asked"), Some(UNCONFIRMED));
        assert!(UNCONFIRMED <= Duration::from_secs(15), "with a beat every 15 s that is 30 s in all");
    }
}
