//! The mail server's end: other servers hand mail over by SMTP or LMTP. It takes mail for the desk's own addresses and nothing else,
//! and says 250 when the mail is durable, never before.

mod body;
mod line;
mod peers;
mod reply;
mod session;
mod tls;

pub use tls::acceptor;

use crate::smtp::line::Line;
use candor_app::App;
use peers::Peers;
use session::Session;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// What is not finished by then is cut; its sender tries again.
const DRAIN: Duration = Duration::from_secs(10);
/// Accepting can fail for a moment, as when the process has too many files open.
const BREATHER: Duration = Duration::from_millis(50);

/// How the listener speaks.
#[derive(Clone)]
pub struct Settings {
    /// What it calls itself.
    pub name: String,
    /// LMTP (RFC 2033): a local mail server hands over, and hears of each recipient.
    pub lmtp: bool,
    /// With it STARTTLS is offered.
    pub tls: Option<TlsAcceptor>,
}

/// Takes mail until `stop`, then finishes what is under way, for at most ten seconds.
pub async fn run(listener: TcpListener, settings: Settings, app: App, stop: CancellationToken) {
    let (peers, sessions, settings) = (Peers::default(), TaskTracker::new(), Arc::new(settings));
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let one = one(stream, peer, Arc::clone(&settings), app.clone(), peers.clone(), stop.clone());
                sessions.spawn(one);
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection for mail");
                tokio::time::sleep(BREATHER).await;
            }
        }
    }
    drop(listener);
    sessions.close();
    if tokio::time::timeout(DRAIN, sessions.wait()).await.is_err() {
        tracing::warn!(left = sessions.len(), "connections for mail were cut");
    }
}

async fn one(stream: TcpStream, peer: SocketAddr, settings: Arc<Settings>, app: App, peers: Peers, stop: CancellationToken) {
    let mut line = Line::plain(stream);
    let Some(_place) = peers.enter(peer.ip()) else {
        // Whoever holds so many open may come back when one of them is done.
        let _ = line.say(reply::TOO_MANY_CONNECTIONS).await;
        let _ = line.flush().await;
        return;
    };
    let session = Session::new(app, settings, peer.ip(), stop);
    if let Err(error) = session.serve(line).await {
        tracing::debug!(%error, "a connection for mail broke off");
    }
}
