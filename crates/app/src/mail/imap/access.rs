//! What a mailbox is signed in with: the password that is kept, or an access token, renewed when it is about to end.

use super::Trouble;
use crate::channel::Secret;
use crate::{App, Error};
use candor_connect::channel::email::imap::{ImapError, Login, Renewed, renew};
use candor_domain::channel::OAuth;
use candor_store::channel::{self, Channel};
use candor_store::{Pool, Queue};
use std::time::Duration;
use tokio::time::Instant;

/// So long before its end a token is not used any more.
const MARGIN: Duration = Duration::from_secs(60);

#[derive(Default)]
pub(super) struct Access {
    token: Option<(String, Instant)>,
}

impl Access {
    pub(super) async fn login(&mut self, app: &App, channel: &Channel) -> Result<Login, Trouble> {
        let id = channel.id;
        let kept = app.db.read(Pool::Quick, move |rx| Ok::<_, Error>(channel::secret(rx, id)?)).await?;
        let kept = kept.ok_or_else(|| ImapError::SignIn("no password is kept for it".to_owned()))?;
        let secret = Secret::of_mailbox(&kept)?;
        match channel.settings.mailbox.as_ref().and_then(|mailbox| mailbox.oauth.as_ref()) {
            None => Ok(Login::Password(secret.word)),
            Some(oauth) => Ok(Login::Token(self.token(app, channel, oauth, secret).await?)),
        }
    }

    /// The server did not take it.
    pub(super) fn forget(&mut self) {
        self.token = None;
    }

    async fn token(&mut self, app: &App, channel: &Channel, oauth: &OAuth, secret: Secret) -> Result<String, Trouble> {
        if let Some((token, until)) = &self.token
            && Instant::now() < *until
        {
            return Ok(token.clone());
        }
        let Renewed { access, lives, refresh } = renew(oauth, secret.client.as_deref(), &secret.word).await?;
        if let Some(word) = refresh.filter(|refresh| *refresh != secret.word) {
            replace(app, channel, Secret { word, ..secret }).await?;
        }
        self.token = Some((access.clone(), Instant::now() + lives.saturating_sub(MARGIN)));
        Ok(access)
    }
}

/// Some providers give out a new refresh token each time, and the old one ends.
async fn replace(app: &App, channel: &Channel, secret: Secret) -> Result<(), Trouble> {
    let (id, version, kept) = (channel.id, channel.version, secret.kept(channel.kind)?);
    let replaced = app.db.write(Queue::Machines, move |tx| Ok::<_, Error>(channel::replace_secret(tx, id, version, &kept)?)).await?;
    if !replaced {
        tracing::info!(channel = %id, "a mailbox was set up anew while its token was renewed");
    }
    Ok(())
}
