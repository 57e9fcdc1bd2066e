//! What nobody sent goes after a day: rows that no message carries, bytes that no row names, halves of a killed process.

use super::upload::disk;
use crate::{App, Error, Result};
use candor_domain::id::FileId;
use candor_store::{Pool, Queue, file};
use std::time::{Duration, SystemTime};

const DAY: Duration = Duration::from_secs(24 * 3600);
const DAY_MS: i64 = 24 * 3_600_000;
/// How many rows one command removes, and how many names one query asks about.
const PIECE: i64 = 50;

/// What a sweep removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    pub unsent: usize,
    pub orphans: usize,
    pub halves: usize,
}

impl Swept {
    pub fn total(self) -> u64 {
        (self.unsent + self.orphans + self.halves) as u64
    }
}

/// Removes what nobody sent. Bytes are dated by the file system, whose clock is the system's.
pub async fn sweep(app: &App, now: SystemTime) -> Result<Swept> {
    let mut swept = Swept { halves: app.blobs.sweep_arriving(DAY, now).await.map_err(disk)?, ..Swept::default() };
    let before = app.now() - DAY_MS;
    loop {
        let gone = app.db.write(Queue::Machines, move |tx| Ok::<_, Error>(file::delete_unsent(tx, before, PIECE)?)).await?;
        for id in &gone {
            app.blobs.remove(*id).await.map_err(disk)?;
        }
        swept.unsent += gone.len();
        if gone.is_empty() {
            break;
        }
    }
    for ids in app.blobs.older_than(DAY, now).await.map_err(disk)?.chunks(usize::try_from(PIECE).unwrap_or(1)) {
        swept.orphans += remove_orphans(app, ids.to_vec()).await?;
    }
    Ok(swept)
}

async fn remove_orphans(app: &App, ids: Vec<FileId>) -> Result<usize> {
    let asked = ids.clone();
    let known = app.db.read(Pool::Slow, move |rx| Ok::<_, Error>(file::known(rx, &asked)?)).await?;
    let orphans = ids.into_iter().filter(|id| !known.contains(id));
    let mut removed = 0;
    for id in orphans {
        app.blobs.remove(id).await.map_err(disk)?;
        removed += 1;
    }
    Ok(removed)
}
