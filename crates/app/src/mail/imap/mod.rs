//! Mailboxes that are read over IMAP. Each is attended by one process at a time; what is found is kept before the cursor of its folder
//! moves, and only then the mail server is told what becomes of it.
//!
//! A death anywhere in between does a step again and loses none: the same bytes on the same way are one mail.

mod access;
mod folder;
mod lease;
mod mailbox;
mod stuck;

use crate::{App, Error, Result};
use candor_connect::channel::email::imap::ImapError;
use candor_domain::channel::ChannelKind;
use candor_domain::id::ChannelId;
use candor_store::channel::{self, Channel};
use candor_store::{Note, Pool};
use std::collections::HashMap;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// How often the mailboxes are looked up although nothing was told: notes may be lost.
const LOOK: Duration = Duration::from_secs(5);

/// Why reading stopped.
enum Trouble {
    Server(ImapError),
    Desk(Error),
}

impl From<ImapError> for Trouble {
    fn from(error: ImapError) -> Self {
        Self::Server(error)
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Desk(error)
    }
}

/// A mailbox that this process attends, or waits to attend.
struct Attended {
    version: i64,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Drop for Attended {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Attends all mailboxes that are switched on, until it is dropped.
pub async fn run(app: App) {
    let mut notes = app.db.rare_notes();
    while let Err(problem) = lease::begin(&app).await {
        tracing::warn!(%problem, "mailboxes cannot be looked up yet");
        tokio::time::sleep(LOOK).await;
    }
    let mut attended = HashMap::new();
    loop {
        match wanted(&app).await {
            Ok(wanted) => change(&app, &mut attended, wanted).await,
            Err(problem) => tracing::warn!(%problem, "mailboxes cannot be looked up; those that are known go on"),
        }
        let told = async { while !matches!(notes.recv().await, Ok(Note::Settings) | Err(_)) {} };
        drop(timeout(LOOK, told).await);
    }
}

async fn wanted(app: &App) -> Result<Vec<Channel>> {
    let all = app.db.read(Pool::Quick, |rx| Ok::<_, Error>(channel::list(rx)?)).await?;
    Ok(all.into_iter().filter(|one| one.kind == ChannelKind::Imap && one.enabled).collect())
}

/// Ends what is not wanted any more, or not so, and begins what is new. Of one mailbox the old reader is gone before the new one begins.
async fn change(app: &App, attended: &mut HashMap<ChannelId, Attended>, wanted: Vec<Channel>) {
    let is_wanted = |id: &ChannelId, one: &Attended| wanted.iter().any(|channel| channel.id == *id && channel.version == one.version);
    let over: Vec<ChannelId> = attended.iter().filter(|(id, one)| !is_wanted(id, one)).map(|(id, _)| *id).collect();
    for id in over {
        if let Some(mut one) = attended.remove(&id) {
            one.stop.cancel();
            if (&mut one.task).await.is_err() {
                tracing::error!(channel = %id, "reading a mailbox panicked");
            }
        }
    }
    for channel in wanted {
        attended.entry(channel.id).or_insert_with(|| {
            let (version, stop) = (channel.version, CancellationToken::new());
            let task = tokio::spawn(mailbox::attend(app.clone(), channel, stop.clone()));
            Attended { version, stop, task }
        });
    }
}
