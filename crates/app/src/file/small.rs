//! Small pictures, made when they are first asked for and kept in memory for a while: nothing of them touches the disk.

use super::check_harmless;
use super::download::{get_readable, read_whole};
use crate::{App, Error, Result};
use bytes::Bytes;
use candor_connect::picture;
use candor_domain::actor::Actor;
use candor_domain::file::FileKind;
use candor_domain::id::FileId;
use candor_store::file::File;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// Bytes that are kept of all of them.
const ROOM: usize = 16 << 20;
/// How long one may wait for its turn.
const PATIENCE: Duration = Duration::from_secs(20);

/// A small picture.
#[derive(Clone, Debug)]
pub struct Small {
    pub media_type: &'static str,
    pub bytes: Bytes,
}

/// The small pictures of a node. One is made at a time: what that takes of memory is known.
pub struct Smalls {
    kept: Mutex<Kept>,
    turn: Semaphore,
}

#[derive(Default)]
struct Kept {
    /// With the number of its last use; `None` for what has no small picture.
    pictures: HashMap<FileId, (Option<Small>, u64)>,
    bytes: usize,
    uses: u64,
}

impl Default for Smalls {
    fn default() -> Self {
        Self { kept: Mutex::default(), turn: Semaphore::new(1) }
    }
}

/// Whether there may be a small picture of a file.
pub fn has_small(file: &File) -> bool {
    [FileKind::Png, FileKind::Jpeg, FileKind::Gif, FileKind::Webp].iter().any(|kind| kind.media_type() == file.media_type)
}

/// The small picture of a file, for whoever may read it. What has none is not there.
pub async fn small(app: &App, actor: &Actor, id: FileId) -> Result<Small> {
    let file = get_readable(app, actor, id).await?;
    check_harmless(&file)?;
    if !has_small(&file) {
        return Err(Error::NotFound);
    }
    if let Some(known) = app.smalls.get(id) {
        return known.ok_or(Error::NotFound);
    }
    let turn = timeout(PATIENCE, app.smalls.turn.acquire()).await.map_err(|_| Error::RateLimited { retry_after_ms: 5_000 })?;
    let _turn = turn.map_err(|error| Error::Broken(error.to_string()))?;
    // Whoever had the turn before may have made it.
    if let Some(known) = app.smalls.get(id) {
        return known.ok_or(Error::NotFound);
    }
    let bytes = read_whole(app, &file).await?;
    let made = tokio::task::spawn_blocking(move || picture::small(&bytes));
    let made = made.await.map_err(|error| Error::Broken(format!("a small picture: {error}")))?;
    let made = made.inspect_err(|why| tracing::debug!(file = %id, %why, "there is no small picture of this")).ok();
    let made = made.map(|made| Small { media_type: made.media_type, bytes: made.bytes.into() });
    app.smalls.put(id, made.clone());
    made.ok_or(Error::NotFound)
}

impl Smalls {
    fn get(&self, id: FileId) -> Option<Option<Small>> {
        let mut kept = self.kept();
        kept.uses += 1;
        let now = kept.uses;
        kept.pictures.get_mut(&id).map(|(picture, used)| {
            *used = now;
            picture.clone()
        })
    }

    /// Keeps a picture; what was not asked for the longest goes for it.
    fn put(&self, id: FileId, picture: Option<Small>) {
        let mut kept = self.kept();
        kept.uses += 1;
        let now = kept.uses;
        kept.bytes += weight(picture.as_ref());
        if let Some((before, _)) = kept.pictures.insert(id, (picture, now)) {
            kept.bytes -= weight(before.as_ref());
        }
        while kept.bytes > ROOM {
            let Some(oldest) = kept.pictures.iter().min_by_key(|(_, (_, used))| *used).map(|(id, _)| *id) else { break };
            if let Some((gone, _)) = kept.pictures.remove(&oldest) {
                kept.bytes -= weight(gone.as_ref());
            }
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What keeping it costs, with its place in the list.
fn weight(picture: Option<&Small>) -> usize {
    picture.map_or(0, |picture| picture.bytes.len()) + 200
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_last_is_kept_within_the_room_there_is() {
        let smalls = Smalls::default();
        let id = |number| FileId(uuid::Uuid::from_u128(number));
        let picture = || Some(Small { media_type: "image/png", bytes: vec![0; 1 << 20].into() });
        for number in 0..15 {
            smalls.put(id(number), picture());
        }
        smalls.put(id(99), None);
        assert!(smalls.get(id(0)).is_some_and(|known| known.is_some()));
        assert!(smalls.get(id(99)).is_some_and(|known| known.is_none()), "that there is none is known, too");
        for number in 15..20 {
            smalls.put(id(number), picture());
        }
        assert!(smalls.get(id(0)).is_some() && smalls.get(id(1)).is_none());
        assert!(smalls.kept().bytes <= ROOM);
        smalls.put(id(0), None);
        let total: usize = smalls.kept().pictures.values().map(|(picture, _)| weight(picture.as_ref())).sum();
        assert_eq!(smalls.kept().bytes, total);
    }
}
