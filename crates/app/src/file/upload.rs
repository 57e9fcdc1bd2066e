//! A file comes in: counted, checked, cleaned and sealed chunk by chunk; nothing of it touches the disk in the clear.
//! What pictures tell of their making (places, devices) is taken out before anybody of ours can see it.

use crate::{App, Error, Limit, Result};
use bytes::Bytes;
use candor_connect::blob::Draft;
use candor_domain::actor::Actor;
use candor_domain::file::{Accepted, Check, Cleaner, FilePolicy, Scan};
use candor_domain::id::FileId;
use candor_domain::permission::Permission;
use candor_store::file::{self, File};
use candor_store::file_seal::{FileKey, FileSealer};
use candor_store::{Queue, contact, file_scan};
use futures_util::{Stream, StreamExt};
use std::pin::pin;

/// How much is checked, cleaned and sealed at once: what comes whole lies in memory once and not four times.
const PIECE: usize = 64 << 10;

/// What is said of a file before its bytes.
#[derive(Clone, Copy, Debug)]
pub struct Incoming<'a> {
    pub name: &'a str,
    /// `Content-Type`; believed by nobody.
    pub declared: &'a str,
    /// `Content-Length`.
    pub length: Option<u64>,
}

/// Takes a file in. It belongs to whoever sent it until a message of theirs carries it.
pub async fn upload<E: std::fmt::Display>(
    app: &App,
    actor: &Actor,
    incoming: Incoming<'_>,
    body: impl Stream<Item = Result<Bytes, E>>,
) -> Result<File> {
    match actor {
        Actor::Visitor { contact } => app.limits.check(Limit::VisitorFile, contact)?,
        Actor::Agent { id, rights } if may_send(rights) => app.limits.check(Limit::AgentFile, id)?,
        Actor::Token { id, rights } if may_send(rights) => app.limits.check(Limit::AgentFile, id)?,
        _ => return Err(Error::Forbidden(Permission::ConversationReply.as_str())),
    }
    take_in(app, actor, incoming, body).await
}

/// The same for what has passed other limits: a file of a mail.
pub(crate) async fn take_in<E: std::fmt::Display>(
    app: &App,
    actor: &Actor,
    incoming: Incoming<'_>,
    body: impl Stream<Item = Result<Bytes, E>>,
) -> Result<File> {
    let policy = FilePolicy { max_bytes: app.config.max_file_bytes, ..FilePolicy::default() };
    if incoming.length.is_some_and(|length| length > policy.max_bytes) {
        return Err(Error::TooLarge { limit: policy.max_bytes });
    }
    let (id, key) = (app.ids.make::<FileId>(), FileKey::new(app.ids.bytes()));
    let draft = app.blobs.begin(id).await.map_err(disk)?;
    let accepted = take(draft, id, &key, Check::new(policy, incoming.name, incoming.declared), policy.max_bytes, body).await?;
    let kept = keep_row(app, actor, id, key, accepted).await;
    // After an unknown outcome the row may be there: then the sweep decides.
    if let Err(error) = &kept
        && !matches!(error, Error::Store(candor_store::Error::OutcomeUnknown))
        && let Err(error) = app.blobs.remove(id).await
    {
        tracing::warn!(%error, "the bytes of a file without a row stay until they are swept");
    }
    kept
}

fn may_send(rights: &candor_domain::permission::Rights) -> bool {
    rights.anywhere(Permission::ConversationReply) || rights.anywhere(Permission::ConversationNote)
}

/// Reads the body to its end. Whatever is wrong with it ends the draft, which leaves nothing.
async fn take<E: std::fmt::Display>(
    mut draft: Draft,
    id: FileId,
    key: &FileKey,
    mut check: Check,
    limit: u64,
    body: impl Stream<Item = Result<Bytes, E>>,
) -> Result<Accepted> {
    let mut sealed = Vec::new();
    let mut sealer = FileSealer::new(id.0, key, &mut sealed);
    let (mut cleaner, mut clean, mut size) = (Cleaner::default(), Vec::new(), 0);
    let mut body = pin!(body);
    while let Some(part) = body.next().await {
        let part = part.map_err(|error| Error::invalid("body", format!("ended early: {error}")))?;
        for piece in part.chunks(PIECE) {
            check.feed(piece).map_err(|refused| refusal(refused, limit))?;
            cleaner.feed(piece, &mut clean);
            size += clean.len() as u64;
            sealer.push(&clean, &mut sealed);
            clean.clear();
            if !sealed.is_empty() {
                draft.write(&sealed).await.map_err(disk)?;
                sealed.clear();
            }
        }
    }
    let accepted = check.finish().map_err(|refused| refusal(refused, limit))?;
    cleaner.finish(&mut clean).map_err(|refused| refusal(refused, limit))?;
    size += clean.len() as u64;
    sealer.push(&clean, &mut sealed);
    sealer.finish(&mut sealed);
    draft.write(&sealed).await.map_err(disk)?;
    draft.keep().await.map_err(disk)?;
    Ok(Accepted { size, ..accepted })
}

async fn keep_row(app: &App, actor: &Actor, id: FileId, key: FileKey, accepted: Accepted) -> Result<File> {
    let (actor, created_at, scan) = (actor.clone(), app.now(), super::job_for(app));
    app.db
        .write(Queue::People, move |tx| {
            let wrapping = match &actor {
                Actor::Visitor { contact } => contact::key(tx, *contact)?,
                // Until a message carries it: then it falls under the customer's key.
                _ => tx.workspace_key(),
            };
            let file = File {
                id,
                key: wrapping,
                conversation: None,
                owner: actor.as_ref(),
                name: accepted.name.clone(),
                media_type: accepted.kind.media_type().to_owned(),
                size: i64::try_from(accepted.size).map_err(|_| Error::Broken("a file beyond its limit".into()))?,
                width: accepted.pixels.map(|(width, _)| width.into()),
                height: accepted.pixels.map(|(_, height)| height.into()),
                created_at,
                scan: Scan::Unscanned,
                scan_note: None,
            };
            file::insert(tx, &file, key.as_slice())?;
            let Some(job) = scan else { return Ok(file) };
            file_scan::order(tx, id, job)?;
            Ok(File { scan: Scan::Waiting, ..file })
        })
        .await
}

fn refusal(refused: candor_domain::file::Refused, limit: u64) -> Error {
    match refused {
        candor_domain::file::Refused::TooLarge => Error::TooLarge { limit },
        refused => refused.into(),
    }
}

pub(crate) fn disk(source: std::io::Error) -> Error {
    Error::Io { what: "the folder of files", source }
}
