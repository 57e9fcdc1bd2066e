//! A file goes out: only to whom its conversation is open, and only the chunks that were asked for.

use super::RAW_MAIL;
use super::check_harmless;
use super::upload::disk;
use crate::contact::look;
use crate::conversation::get_permitted;
use crate::{App, Error, Limit, Result};
use bytes::Bytes;
use candor_connect::blob::Blob;
use candor_domain::actor::Actor;
use candor_domain::id::FileId;
use candor_domain::permission::Permission;
use candor_store::file::{self, File};
use candor_store::file_seal::{CHUNK, FileKey, FileOpener};
use candor_store::{Pool, Query, message};
use futures_util::{Stream, StreamExt, stream};
use std::ops::Range;
use std::pin::pin;

/// A file that may be read.
pub struct Opened {
    pub file: File,
    opener: FileOpener,
    blob: Blob,
}

/// Opens a file for whoever may read it; for everybody else it is not there.
pub async fn open(app: &App, actor: &Actor, id: FileId) -> Result<Opened> {
    let file = get_readable(app, actor, id).await?;
    check_harmless(&file)?;
    open_unasked(app, file).await
}

/// What is known of a file whose content whoever asks is about to see. For everybody else it is not there.
pub(super) async fn get_readable(app: &App, actor: &Actor, id: FileId) -> Result<File> {
    app.limits.check(Limit::FileRead, actor.as_ref().id)?;
    let asker = actor.clone();
    let file = app
        .db
        .read(Pool::Quick, move |rx| {
            let file = file::get(rx, id)?;
            check(rx, &asker, &file).map(|()| file)
        })
        .await?;
    if let (Some(case), false) = (file.conversation, matches!(actor, Actor::Visitor { .. })) {
        // Documents of customers are looked at on record, like their other data.
        look(app, actor, "case.files_viewed", ("conversation", case.0), case).await?;
    }
    Ok(file)
}

/// Opens a file without a look at rights, which whoever asks has done.
pub(crate) async fn open_unasked(app: &App, file: File) -> Result<Opened> {
    let id = file.id;
    let key = app.db.read(Pool::Quick, move |rx| Ok::<_, Error>(file::file_key(rx, id)?)).await?;
    Ok(Opened { opener: opener(&file, key)?, blob: app.blobs.read(id).await.map_err(disk)?, file })
}

/// All bytes of a file that the desk itself needs: no look at rights, which whoever asks has done.
pub(crate) async fn read_whole(app: &App, file: &File) -> Result<Vec<u8>> {
    let opened = open_unasked(app, file.clone()).await?;
    let size = opened.size();
    let mut whole = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    let mut parts = pin!(opened.read(0..size));
    while let Some(part) = parts.next().await {
        whole.extend_from_slice(&part.map_err(disk)?);
    }
    Ok(whole)
}

fn opener(file: &File, key: Vec<u8>) -> Result<FileOpener> {
    let key = <[u8; 32]>::try_from(key).map(FileKey::new).map_err(|_| Error::Broken("a file's key has not 32 bytes".into()))?;
    Ok(FileOpener::new(file.id.0, &key, u64::try_from(file.size).unwrap_or(0)))
}

/// What is known of these files: what is gone, or not this actor's to read, is left out.
pub async fn infos(app: &App, actor: &Actor, ids: Vec<FileId>) -> Result<Vec<File>> {
    let actor = actor.clone();
    app.db
        .read(Pool::Quick, move |rx| {
            let mut found = Vec::with_capacity(ids.len());
            for id in ids {
                match file::get(rx, id).map_err(Error::from).and_then(|file| check(rx, &actor, &file).map(|()| file)) {
                    Err(Error::NotFound) => {}
                    file => found.push(file?),
                }
            }
            Ok(found)
        })
        .await
}

/// A file that was not sent yet is its sender's alone; a sent one is open to whom the conversation is, and to the
/// customer only where a message they may see carries it. A mail as it came in names addresses: it has a door of its own.
fn check(q: &mut impl Query, actor: &Actor, file: &File) -> Result<()> {
    if file.media_type == RAW_MAIL {
        return Err(Error::NotFound);
    }
    let Some(id) = file.conversation else {
        return if file.owner == actor.as_ref() { Ok(()) } else { Err(Error::NotFound) };
    };
    get_permitted(q, actor, Permission::ConversationRead, id)?;
    let shown = !matches!(actor, Actor::Visitor { .. }) || message::carries_publicly(q, id, file.id)?;
    if shown { Ok(()) } else { Err(Error::NotFound) }
}

impl Opened {
    pub fn size(&self) -> u64 {
        u64::try_from(self.file.size).unwrap_or(0)
    }

    /// The bytes of `range`, which must lie within the file, chunk by chunk. A chunk that does not open ends the stream.
    pub fn read(self, range: Range<u64>) -> impl Stream<Item = std::io::Result<Bytes>> + Send + 'static {
        stream::try_unfold((self, range), |(mut this, range)| async move {
            if range.is_empty() {
                return Ok(None);
            }
            let number = range.start / CHUNK as u64;
            let chunk = this.chunk(number).await?;
            let begins = number * CHUNK as u64;
            let from = usize::try_from(range.start - begins).unwrap_or(CHUNK);
            let to = usize::try_from(range.end - begins).unwrap_or(usize::MAX).min(chunk.len());
            let part = Bytes::from(chunk).slice(from.min(to)..to);
            if part.is_empty() {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            let next = range.start + part.len() as u64..range.end;
            Ok(Some((part, (this, next))))
        })
    }

    async fn chunk(&mut self, number: u64) -> std::io::Result<Vec<u8>> {
        let place = self.opener.place(number).ok_or(std::io::ErrorKind::UnexpectedEof)?;
        let sealed = self.blob.read(place.offset, place.length).await?;
        self.opener.open(number, &sealed).map_err(|error| {
            tracing::error!(file = %self.file.id, number, %error, "a chunk of a file does not open");
            std::io::Error::new(std::io::ErrorKind::InvalidData, error)
        })
    }
}
