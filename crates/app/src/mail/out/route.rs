//! The way out of an inbox: its sender, and the line to the sender's server.

use super::code;
use super::queue::sender_of;
use crate::signing::signer_of;
use crate::{App, Error, Result};
use candor_connect::channel::email::outgoing::{self, Login, Outgoing, Recipients, Refused, Relay, Signer, Taken};
use candor_domain::channel::Server;
use candor_store::Query;
use candor_store::channel::{self, Channel};
use candor_store::conversation::Stored;

/// What became of a try; `None` where there is nothing to send any more.
pub(super) type Tried = Option<std::result::Result<Taken, Refused>>;

pub(super) struct Route {
    pub sender: Channel,
    server: Server,
    login: Option<Login>,
    /// What signs for the sender's domain, where its key is published.
    signer: Option<Signer>,
}

impl Route {
    /// The way of a case's mail as it is set up now.
    pub(super) fn of(q: &mut impl Query, stored: &Stored) -> Result<Self> {
        let Some(sender) = sender_of(q, stored)? else { return Err(Error::Conflict("nothing sends the mail of this inbox now")) };
        Self::through(q, sender)
    }

    /// The way of whatever this sender sends.
    pub(super) fn through(q: &mut impl Query, sender: Channel) -> Result<Self> {
        let server = sender.settings.server.clone().ok_or_else(|| Error::Broken("a sender without a server".into()))?;
        let password = channel::secret(q, sender.id)?;
        let login = server.user.clone().zip(password).map(|(user, password)| Login { user, password });
        let signer = signer_of(q, &sender)?;
        Ok(Self { sender, server, login, signer })
    }

    /// Writes a mail and hands it over once, to all of them. What comes back goes to `back`, and nowhere without it.
    pub(super) async fn hand_over(&self, app: &App, mail: &Outgoing, to: Recipients<'_>, back: Option<&str>) -> Result<Tried> {
        let raw = match outgoing::compose(mail) {
            Ok(raw) => match &self.signer {
                Some(signer) => signer.sign(&raw).map_err(|error| Error::Broken(error.to_string()))?,
                None => raw,
            },
            Err(error) => return Ok(Some(Err(Refused { permanent: true, words: format!("{}: {error}", code::NOT_WRITTEN) }))),
        };
        Ok(Some(self.relay(app)?.send_all(back, to, &raw).await))
    }

    /// The same to its one recipient.
    pub(super) async fn hand_over_to_one(&self, app: &App, mail: &Outgoing, back: Option<&str>) -> Result<Tried> {
        self.hand_over(app, mail, Recipients { main: Some(&mail.to.mail), copies: &[] }, back).await
    }

    /// The line to the server, kept while its settings stay the same.
    fn relay(&self, app: &App) -> Result<Relay> {
        let tls = &app.config.mail_tls;
        let make = || Relay::new(&self.server, self.login.clone(), app.host(), tls).map_err(|error| Error::Broken(error.to_string()));
        app.relays.get(self.sender.id, self.sender.version, make)
    }
}
