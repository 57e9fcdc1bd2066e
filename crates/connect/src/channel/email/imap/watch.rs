//! Waiting for new mail: told by the server where it can (RFC 2177), and asked again where it cannot.

use super::answer::{PATIENCE, broken, timed};
use super::line::SHORT;
use super::session::Mailbox;
use super::{ImapError, Selected};
use async_imap::types::UnsolicitedResponse;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// How long one waits for a server to speak by itself. It may end a line after 30 minutes without a word (RFC 2177), and a line that
/// is dead is noticed only when it is spoken on: both ask for less.
const TOLD: Duration = Duration::from_secs(5 * 60);
/// How often one asks a server that does not speak by itself, and looks into folders that are not watched.
const ASKED: Duration = Duration::from_secs(60);

impl Mailbox {
    /// Waits until something may be new in this folder, or until it is time to look; `seen` is how it was when it was read.
    /// `others`: there are folders that are not watched.
    ///
    /// # Errors
    ///
    /// The folder is gone, or the line breaks.
    pub async fn watch(mut self, folder: &str, seen: Option<Selected>, others: bool) -> Result<Self, ImapError> {
        if !self.can.idle {
            sleep(ASKED).await;
            return Ok(self);
        }
        // Entered anew, so that the server counts from here; what came since it was read shows in the next number.
        let now = self.select(folder).await?;
        if seen.is_some_and(|seen| seen != now) {
            return Ok(self);
        }
        self.idle(if others { ASKED } else { TOLD }).await
    }

    async fn idle(mut self, patience: Duration) -> Result<Self, ImapError> {
        let (can, heard) = (self.can, self.session.unsolicited_responses.clone());
        while heard.try_recv().is_ok() {}
        self.session.as_mut().allow(SHORT);
        let mut handle = self.session.idle();
        timed(PATIENCE, async { handle.init().await.map_err(|error| broken(&error)) }).await?;
        // What was said before the server agreed to speak by itself is not said again.
        let told = std::iter::from_fn(|| heard.try_recv().ok()).any(|one| matches!(one, UnsolicitedResponse::Exists(_)));
        if !told {
            let (speaks, stop) = handle.wait_with_timeout(patience);
            if let Ok(Err(error)) = timeout(patience, speaks).await {
                return Err(broken(&error));
            }
            drop(stop);
        }
        let session = timed(PATIENCE, async { handle.done().await.map_err(|error| broken(&error)) }).await?;
        Ok(Self { session, can })
    }
}
