//! Attending one mailbox: connecting, reading, waiting, and resting when something is wrong.

use super::access::Access;
use super::stuck::Stuck;
use super::{Trouble, lease};
use crate::{App, Error, Result};
use candor_connect::channel::email::imap::{ImapError, Mailbox, Selected};
use candor_domain::channel as domain;
use candor_store::Queue;
use candor_store::channel::Channel;
use candor_store::mailbox::{self, Lease};
use std::convert::Infallible;
use std::time::Duration;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// How long one waits for a mailbox that another process reads.
const ELSEWHERE: Duration = Duration::from_secs(2);
/// Rests after a line that broke, in seconds.
const RESTS: [u64; 7] = [2, 5, 15, 30, 60, 120, 300];
/// Rests after a refusal to let us in: too many wrong passwords lock an account.
const LOCKED_OUT: [u64; 3] = [60, 300, 900];

/// What is shown where the desk itself failed; what it was stands in the log.
const NOT_KEPT: &str = "the desk could not keep the mail: its log says why";

/// Who reads a mailbox, with what is remembered between two connections.
pub(super) struct Reader {
    pub(super) app: App,
    pub(super) channel: Channel,
    pub(super) settings: domain::Mailbox,
    pub(super) stuck: Stuck,
    access: Access,
    /// Lines that broke, one after the other.
    failures: usize,
}

/// Reads a mailbox until `stop`, whenever no other process does.
pub(super) async fn attend(app: App, channel: Channel, stop: CancellationToken) {
    let (id, settings) = (channel.id, channel.settings.mailbox.clone().unwrap_or_default());
    let mut reader = Reader { app: app.clone(), channel, settings, stuck: Stuck::default(), access: Access::default(), failures: 0 };
    while !stop.is_cancelled() {
        match lease::take(&app, id).await {
            Ok(Some(lease)) => {
                let reading = Box::pin(lease::keeping(&app, lease, reader.read(lease)));
                if let Some(Err(problem)) = stop.run_until_cancelled(reading).await {
                    tracing::warn!(channel = %id, %problem, "a mailbox is read again soon");
                }
                lease::let_go(&app, lease).await;
            }
            Ok(None) => {}
            Err(problem) => tracing::warn!(channel = %id, %problem, "a mailbox cannot be claimed; it is tried again"),
        }
        stop.run_until_cancelled(sleep(ELSEWHERE)).await;
    }
}

impl Reader {
    /// Reads for ever. It ends when the lease is lost, or where nothing can be noted.
    async fn read(&mut self, lease: Lease) -> Result<Infallible> {
        loop {
            let Err(trouble) = self.line(lease).await;
            let (words, rests, at_once) = match trouble {
                Trouble::Desk(Error::Store(candor_store::Error::LeaseLost)) => return Err(candor_store::Error::LeaseLost.into()),
                Trouble::Desk(problem) => {
                    tracing::warn!(channel = %self.channel.id, %problem, "what a mailbox has could not be kept");
                    (NOT_KEPT.to_owned(), RESTS.as_slice(), true)
                }
                Trouble::Server(problem @ ImapError::SignIn(_)) => {
                    self.access.forget();
                    (problem.to_string(), LOCKED_OUT.as_slice(), true)
                }
                // Lines end now and then. One that ends again at once is worth telling.
                Trouble::Server(problem @ ImapError::Broken(_)) => (problem.to_string(), RESTS.as_slice(), false),
                Trouble::Server(problem) => (problem.to_string(), RESTS.as_slice(), true),
            };
            if at_once || self.failures > 0 {
                tracing::warn!(channel = %self.channel.id, problem = words, "a mailbox could not be read; it is tried again");
                self.failed(lease, words).await?;
            }
            let rest = rests.get(self.failures).or(rests.last()).copied().unwrap_or_default();
            self.failures += 1;
            sleep(Duration::from_secs(rest)).await;
        }
    }

    /// One connection, as long as it lasts.
    async fn line(&mut self, lease: Lease) -> Result<Infallible, Trouble> {
        let server = self.channel.settings.server.clone().ok_or_else(|| Error::Broken("a mailbox without a server".to_owned()))?;
        let login = self.access.login(&self.app, &self.channel).await?;
        let mut mailbox = Mailbox::open(&server, &login, &self.app.config.mail_tls).await?;
        let (watched, others) = (self.settings.folders.first().cloned().unwrap_or_default(), self.settings.folders.len() > 1);
        loop {
            let seen = self.pass(lease, &mut mailbox).await?;
            self.failures = 0;
            mailbox = mailbox.watch(&watched, seen, others).await?;
        }
    }

    /// Reads what is new in all folders; answers how the watched one was. A folder that is refused holds up no other.
    async fn pass(&mut self, lease: Lease, mailbox: &mut Mailbox) -> Result<Option<Selected>, Trouble> {
        let (mut watched, mut refusals) = (None, Vec::new());
        for (place, name) in self.settings.folders.clone().iter().enumerate() {
            let refused = match self.folder(lease, mailbox, name).await {
                Ok((selected, refused)) => {
                    watched = watched.or((place == 0).then_some(selected));
                    refused
                }
                Err(Trouble::Server(ImapError::Refused(words))) => Some(words),
                Err(trouble) => return Err(trouble),
            };
            refusals.extend(refused.map(|words| format!("{name}: {words}")));
        }
        if refusals.is_empty() {
            self.succeeded(lease).await?
        } else {
            self.failed(lease, refusals.join("; ")).await?
        }
        Ok(watched)
    }

    async fn succeeded(&self, lease: Lease) -> Result<()> {
        self.app.db.write(Queue::Machines, move |tx| Ok(mailbox::succeeded(tx, lease)?)).await
    }

    async fn failed(&self, lease: Lease, words: String) -> Result<()> {
        self.app.db.write(Queue::Machines, move |tx| Ok(mailbox::failed(tx, lease, &words)?)).await
    }
}
