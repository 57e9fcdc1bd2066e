//! The blocks a node knows. A change made here acts at once; one made on another node within a second, because whoever
//! asks after that looks at one row first.

use crate::{App, Error, Result};
use candor_domain::block::{Blocks, Stopped};
use candor_domain::id::ContactId;
use candor_store::{Db, Pool, block};
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, watch};

/// How long what is known is believed without a look.
const BELIEVED: Duration = Duration::from_secs(1);
/// How often everything is read although nothing was said to have changed.
const READ_AGAIN: Duration = Duration::from_secs(60);

/// The blocks of this desk as this node knows them.
pub struct Known {
    kept: RwLock<Kept>,
    looking: Mutex<()>,
    moved: watch::Sender<i64>,
}

#[derive(Default)]
struct Kept {
    blocks: Arc<Blocks>,
    /// What the database's counter said; nothing was read before the first look.
    version: Option<i64>,
    looked_at: Option<Instant>,
    read_at: Option<Instant>,
}

impl Default for Known {
    fn default() -> Self {
        Self { kept: RwLock::default(), looking: Mutex::default(), moved: watch::Sender::new(0) }
    }
}

impl Known {
    /// Rises when blocks changed, for open lines.
    pub fn moves(&self) -> watch::Receiver<i64> {
        self.moved.subscribe()
    }

    /// What is known now, after a look at the database where the last one was a while ago. A database that does not
    /// answer changes nothing: what was known stays.
    pub async fn current(&self, db: &Db) -> Arc<Blocks> {
        if !self.is_fresh(BELIEVED) {
            // Whoever comes while somebody looks goes by what is known, except at the very first.
            let turn =
                if self.read(|kept| kept.version.is_none()) { Some(self.looking.lock().await) } else { self.looking.try_lock().ok() };
            if turn.is_some()
                && !self.is_fresh(BELIEVED)
                && let Err(problem) = self.look(db).await
            {
                tracing::warn!(%problem, "blocks could not be read; those known still hold");
            }
        }
        self.read(|kept| kept.blocks.clone())
    }

    /// Looks at once: a block was made or lifted here.
    pub async fn refresh(&self, db: &Db) -> Result<()> {
        let _turn = self.looking.lock().await;
        self.look(db).await
    }

    async fn look(&self, db: &Db) -> Result<()> {
        let known = if self.is_read_lately() { self.read(|kept| kept.version) } else { None };
        let found = db
            .read(Pool::Quick, move |rx| {
                let version = block::version(rx)?;
                let blocks = if known == Some(version) { None } else { Some(block::all(rx)?) };
                Ok::<_, Error>((version, blocks))
            })
            .await?;
        let (version, blocks) = found;
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        kept.looked_at = Some(now);
        if let Some(blocks) = blocks {
            let moved = kept.version.is_some_and(|before| before != version);
            *kept = Kept { blocks: Arc::new(blocks), version: Some(version), looked_at: Some(now), read_at: Some(now) };
            if moved {
                self.moved.send_replace(version);
            }
        }
        Ok(())
    }

    fn is_fresh(&self, age: Duration) -> bool {
        self.read(|kept| kept.looked_at.is_some_and(|at| at.elapsed() < age))
    }

    fn is_read_lately(&self) -> bool {
        self.read(|kept| kept.read_at.is_some_and(|at| at.elapsed() < READ_AGAIN))
    }

    fn read<T>(&self, look: impl FnOnce(&Kept) -> T) -> T {
        look(&self.kept.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl App {
    /// Refuses a customer who is blocked, wherever from, and everybody in a blocked network.
    pub async fn heard(&self, contact: ContactId, peer: IpAddr) -> Result<()> {
        let (blocks, now) = (self.blocks.current(&self.db).await, self.now());
        unless(blocks.of_contact(contact, now).or_else(|| blocks.of_peer(peer, now)))
    }

    /// Refuses whoever comes from a blocked network, before anybody knows who it is.
    pub async fn heard_from(&self, peer: IpAddr) -> Result<()> {
        let blocks = self.blocks.current(&self.db).await;
        unless(blocks.of_peer(peer, self.now()))
    }
}

fn unless(stopped: Option<Stopped>) -> Result<()> {
    stopped.map_or(Ok(()), |stopped| Err(Error::Blocked(stopped)))
}
