//! A bad network: passes bytes to the desk and back, until it is told to cut or to freeze a line.

use anyhow::{Context, Result};
use rand::RngExt;
use rand::seq::IteratorRandom;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

/// A frozen line is dropped after this: a router that has forgotten it says so at last.
const THAW: Duration = Duration::from_secs(3);

/// What happens to a line.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cut {
    /// Both ends are told at once.
    Reset,
    /// Nobody is told: nothing arrives any more.
    Freeze,
}

#[derive(Clone)]
pub(crate) struct Proxy {
    port: u16,
    lines: Arc<Mutex<HashMap<u64, oneshot::Sender<Cut>>>>,
}

impl Proxy {
    /// Listens on a free port and passes everything to `target`.
    pub(crate) async fn start(target: u16) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.context("no free port")?;
        let port = listener.local_addr().context("no address")?.port();
        let proxy = Self { port, lines: Arc::default() };
        tokio::spawn(proxy.clone().accept(listener, target));
        Ok(proxy)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Cuts one of the open lines; false when there is none.
    pub(crate) fn strike(&self, random: &mut impl RngExt, cut: Cut) -> bool {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(id) = lines.keys().copied().choose(random) else { return false };
        lines.remove(&id).is_some_and(|line| line.send(cut).is_ok())
    }

    async fn accept(self, listener: TcpListener, target: u16) {
        for id in 0.. {
            let Ok((client, _)) = listener.accept().await else { return };
            let (strike, struck) = oneshot::channel();
            self.lines.lock().unwrap_or_else(PoisonError::into_inner).insert(id, strike);
            let proxy = self.clone();
            tokio::spawn(async move {
                pass(client, target, struck).await;
                proxy.lines.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
            });
        }
    }
}

async fn pass(mut client: TcpStream, target: u16, struck: oneshot::Receiver<Cut>) {
    let Ok(mut server) = TcpStream::connect(("127.0.0.1", target)).await else { return };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let cut = tokio::select! {
        _ = copy_bidirectional(&mut client, &mut server) => return,
        cut = struck => cut.unwrap_or(Cut::Reset),
    };
    if matches!(cut, Cut::Freeze) {
        tokio::time::sleep(THAW).await;
    }
    // Dropped with bytes unread or not, both ends get a reset and not a polite end.
    let _ = (client.set_zero_linger(), server.set_zero_linger());
}
