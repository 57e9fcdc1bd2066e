//! A bad way to PostgreSQL: passes bytes on, loses answers to COMMIT as often as it is told, and can make nodes deaf to each
//! other's notes.

use anyhow::{Context, Result};
use rand::RngExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// As the driver sends it: text of a simple query.
const COMMIT: &[u8] = b"COMMIT\0";
const LISTEN: &[u8] = b"LISTEN candor\0";
/// As long as the other, so that nothing else in the message changes.
const LISTEN_TO_NOBODY: &[u8] = b"LISTEN nobody\0";

#[derive(Clone, Debug, Default)]
pub(super) struct Wire(Arc<Parts>);

#[derive(Debug, Default)]
struct Parts {
    /// Of a thousand commits, so many answers are lost.
    odds: AtomicU32,
    lost: AtomicU32,
    deaf: bool,
}

impl Wire {
    pub(super) fn deaf() -> Self {
        Self(Arc::new(Parts { deaf: true, ..Parts::default() }))
    }

    pub(super) fn lose(&self, odds: u32) {
        self.0.odds.store(odds, Ordering::Relaxed);
    }

    pub(super) fn lost(&self) -> u32 {
        self.0.lost.load(Ordering::Relaxed)
    }

    /// The same address of PostgreSQL, through this wire.
    pub(super) async fn to(&self, url: &str) -> Result<String> {
        let (head, rest) = url.split_once('@').context("an address with a user is needed")?;
        let (target, path) = rest.split_once('/').context("an address with a database is needed")?;
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.context("no free port")?;
        let port = listener.local_addr().context("no address")?.port();
        tokio::spawn(self.clone().accept(listener, target.to_owned()));
        Ok(format!("{head}@127.0.0.1:{port}/{path}"))
    }

    async fn accept(self, listener: TcpListener, target: String) {
        while let Ok((client, _)) = listener.accept().await {
            let (wire, target) = (self.clone(), target.clone());
            tokio::spawn(async move {
                // A broken line is what this is for.
                let _ = wire.pass(client, &target).await;
            });
        }
    }

    async fn pass(&self, mut client: TcpStream, target: &str) -> std::io::Result<()> {
        let mut server = TcpStream::connect(target).await?;
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        let (mut asked, mut answered) = (vec![0; 16 << 10], vec![0; 16 << 10]);
        loop {
            tokio::select! {
                count = client.read(&mut asked) => {
                    let count = count?;
                    if count == 0 {
                        return Ok(());
                    }
                    let asked = &mut asked[..count];
                    if self.0.deaf {
                        make_deaf(asked);
                    }
                    server.write_all(asked).await?;
                    if has(asked, COMMIT) && rand::rng().random_range(0..1000) < self.0.odds.load(Ordering::Relaxed) {
                        // The answer arrives here and no further.
                        let _ = server.read(&mut answered).await?;
                        self.0.lost.fetch_add(1, Ordering::Relaxed);
                        return Ok(());
                    }
                }
                count = server.read(&mut answered) => {
                    let count = count?;
                    if count == 0 {
                        return Ok(());
                    }
                    client.write_all(&answered[..count]).await?;
                }
            }
        }
    }
}

fn has(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

fn make_deaf(bytes: &mut [u8]) {
    if let Some(at) = bytes.windows(LISTEN.len()).position(|window| window == LISTEN) {
        bytes[at..at + LISTEN.len()].copy_from_slice(LISTEN_TO_NOBODY);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_made_deaf_and_nothing_else_changes() {
        let mut bytes = b"Q\0\0\0\x12LISTEN candor\0Q".to_vec();
        make_deaf(&mut bytes);
        assert_eq!(bytes, b"Q\0\0\0\x12LISTEN nobody\0Q");
        assert!(has(b"Q\0\0\0\x0bCOMMIT\0", COMMIT) && !has(b"COMMIT PREPARED", COMMIT));
    }
}
