//! A mail comes in: sealed while it arrives, then a row and a job in one commit. Only then may anybody say 250.

use super::work;
use crate::file::{self, disk};
use crate::{App, Error, Result};
use bytes::Bytes;
use candor_domain::actor::{ActorKind, ActorRef};
use candor_domain::file::Scan;
use candor_domain::id::{ContactId, FileId, InboundId};
use candor_store::channel::Channel;
use candor_store::file::File;
use candor_store::file_seal::{FileKey, FileSealer};
use candor_store::inbound::{self, New};
use candor_store::{Pool, Query, Queue, Tx, contact, file as files, file_scan, job};
use futures_util::{Stream, StreamExt, stream};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::convert::Infallible;
use std::net::IpAddr;
use std::pin::pin;

/// Who handed a mail over, as they said it themselves; what a pipe leaves out is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    pub peer: Option<IpAddr>,
    /// What the peer calls itself.
    pub helo: String,
    /// Where bounces go; empty for a bounce itself.
    pub from: String,
    /// The addresses of this channel it was sent to.
    pub to: Vec<String>,
}

/// A mail that is durable now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    pub id: InboundId,
    /// Whether the same bytes had come in before on this channel: nothing was added.
    pub repeated: bool,
}

/// Bytes that lie sealed in the store of files, without a row yet.
struct Sealed {
    id: FileId,
    key: FileKey,
    size: i64,
    digest: String,
}

/// Keeps a mail of at most `limit` bytes as it comes. Whatever breaks before the commit leaves nothing, and the sender tries again.
pub async fn keep<E: std::fmt::Display>(
    app: &App,
    channel: &Channel,
    envelope: &Envelope,
    limit: u64,
    body: impl Stream<Item = Result<Bytes, E>>,
) -> Result<Kept> {
    enter(app, channel, envelope, limit, body, None).await
}

/// Keeps what there is of a mail that could not be had whole; a person is told why.
pub(super) async fn keep_failed(app: &App, channel: &Channel, part: Bytes, why: String) -> Result<Kept> {
    let body = stream::iter([Ok::<_, Infallible>(part)]);
    enter(app, channel, &Envelope::default(), super::MAX_BYTES, body, Some(why)).await
}

async fn enter<E: std::fmt::Display>(
    app: &App,
    channel: &Channel,
    envelope: &Envelope,
    limit: u64,
    body: impl Stream<Item = Result<Bytes, E>>,
    failed: Option<String>,
) -> Result<Kept> {
    let sealed = seal(app, limit, body).await?;
    let (id, contact, file) = (app.ids.make::<InboundId>(), app.ids.make::<ContactId>(), sealed.id);
    let envelope = serde_json::to_string(envelope).map_err(|error| Error::Broken(error.to_string()))?;
    let (channel, job, external, scan) = (channel.id, app.ids.make(), sealed.digest.clone(), file::job_for(app));
    let mut kept = app
        .db
        .write(Queue::People, move |tx| {
            if let Some(known) = inbound::known(tx, channel, &sealed.digest)? {
                return Ok(Kept { id: known, repeated: true });
            }
            let sender = contact::insert(tx, contact, None)?;
            files::insert(tx, &raw_file(tx, &sealed, &sender)?, sealed.key.as_slice())?;
            let new = New { id, channel, contact, key: sender.key, file: sealed.id, external: &sealed.digest, envelope: &envelope };
            inbound::insert(tx, &new)?;
            if let Some(scan) = scan {
                file_scan::order(tx, sealed.id, scan)?;
            }
            match &failed {
                Some(why) => inbound::failed(tx, id, why)?,
                None => drop(job::insert(tx, &work::reading(job, &id.to_string(), tx.now()))?),
            }
            Ok::<_, Error>(Kept { id, repeated: false })
        })
        .await;
    if matches!(&kept, Err(Error::Store(error)) if error.is_unique("inbound", "external_blind")) {
        // The same came in twice at the same time and the other was first.
        let known = app.db.read(Pool::Quick, move |rx| Ok::<_, Error>(inbound::known(rx, channel, &external)?)).await?;
        kept = known.map(|id| Kept { id, repeated: true }).ok_or(Error::NotFound);
    }
    // After an unknown outcome the row may be there: then the sweep decides.
    let unused = !matches!(&kept, Ok(Kept { repeated: false, .. }) | Err(Error::Store(candor_store::Error::OutcomeUnknown)));
    if unused && let Err(error) = app.blobs.remove(file).await {
        tracing::warn!(%error, "the bytes of a mail without a row stay until they are swept");
    }
    kept
}

fn raw_file(tx: &Tx<'_>, sealed: &Sealed, sender: &contact::Contact) -> Result<File> {
    Ok(File {
        id: sealed.id,
        key: sender.key,
        conversation: None,
        owner: ActorRef { kind: ActorKind::Contact, id: Some(sender.id.0) },
        name: "message.eml".to_owned(),
        media_type: file::RAW_MAIL.to_owned(),
        size: sealed.size,
        width: None,
        height: None,
        created_at: tx.now(),
        scan: Scan::Unscanned,
        scan_note: None,
    })
}

/// Writes the bytes as they come, sealed and counted.
async fn seal<E: std::fmt::Display>(app: &App, limit: u64, body: impl Stream<Item = Result<Bytes, E>>) -> Result<Sealed> {
    let (id, key) = (app.ids.make::<FileId>(), FileKey::new(app.ids.bytes()));
    let mut draft = app.blobs.begin(id).await.map_err(disk)?;
    let (mut digest, mut size, mut sealed) = (Sha256::new(), 0_u64, Vec::new());
    let mut sealer = FileSealer::new(id.0, &key, &mut sealed);
    let mut body = pin!(body);
    while let Some(part) = body.next().await {
        let part = part.map_err(|error| Error::invalid("body", format!("ended early: {error}")))?;
        size += part.len() as u64;
        if size > limit {
            return Err(Error::TooLarge { limit });
        }
        digest.update(&part);
        sealer.push(&part, &mut sealed);
        if !sealed.is_empty() {
            draft.write(&sealed).await.map_err(disk)?;
            sealed.clear();
        }
    }
    sealer.finish(&mut sealed);
    draft.write(&sealed).await.map_err(disk)?;
    draft.keep().await.map_err(disk)?;
    let digest = data_encoding::HEXLOWER.encode(&digest.finalize());
    Ok(Sealed { id, key, size: i64::try_from(size).map_err(|_| Error::TooLarge { limit })?, digest })
}
