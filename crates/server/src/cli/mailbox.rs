//! The flags of `candor channel create` that describe a mailbox on another server.

use super::Failure;
use super::staff::typed;
use anyhow::Context;
use candor_domain::channel::{Afterwards, Mailbox, OAuth, Security, Server};
use clap::Args;
use std::time::{SystemTime, UNIX_EPOCH};

#[derive(Debug, Args)]
pub(super) struct MailboxArgs {
    /// imap: the mail server.
    #[arg(long, value_name = "HOST", help_heading = "A mailbox (imap)")]
    host: Option<String>,
    /// Its port; 993 with tls, else 143.
    #[arg(long, help_heading = "A mailbox (imap)")]
    port: Option<u16>,
    /// tls, starttls, or none to a server on this machine.
    #[arg(long, default_value = "tls", value_parser = security, help_heading = "A mailbox (imap)")]
    security: Security,
    /// Who signs in there.
    #[arg(long, help_heading = "A mailbox (imap)")]
    user: Option<String>,
    /// Reads the password from standard input, one line; with --oauth-client-id the refresh token, and the client's secret on a second
    /// line where it has one.
    #[arg(long, help_heading = "A mailbox (imap)")]
    password_stdin: bool,
    /// A folder that is read; may be given several times. The first is watched, the others are looked at every minute.
    #[arg(long = "folder", value_name = "FOLDER", default_value = "INBOX", help_heading = "A mailbox (imap)")]
    folders: Vec<String>,
    /// What becomes of mail there that is kept here: leave, read (marked as read) or move.
    #[arg(long, default_value = "read", value_parser = afterwards, help_heading = "A mailbox (imap)")]
    afterwards: Afterwards,
    /// The folder it is moved to; it has to be there.
    #[arg(long, value_name = "FOLDER", help_heading = "A mailbox (imap)")]
    move_to: Option<String>,
    /// Leaves mail alone that has come to the server before now.
    #[arg(long, help_heading = "A mailbox (imap)")]
    new_only: bool,
    /// Signs in by OAuth 2 (XOAUTH2) as this client.
    #[arg(long, value_name = "ID", requires = "oauth_token_url", help_heading = "A mailbox (imap)")]
    oauth_client_id: Option<String>,
    /// Where its access tokens come from.
    #[arg(long, value_name = "URL", requires = "oauth_client_id", help_heading = "A mailbox (imap)")]
    oauth_token_url: Option<String>,
}

/// What the flags say.
pub(super) struct Described {
    pub server: Server,
    pub mailbox: Mailbox,
    pub secret: Option<String>,
    pub client_secret: Option<String>,
}

impl MailboxArgs {
    pub(super) fn described(self) -> Result<Described, Failure> {
        let host = self.host.context("a mailbox needs --host")?;
        let port = self.port.unwrap_or(if self.security == Security::Tls { 993 } else { 143 });
        let server = Server { host, port, security: self.security, user: self.user };
        let oauth = self.oauth_client_id.zip(self.oauth_token_url).map(|(client_id, token_url)| OAuth { client_id, token_url });
        let (mut secret, mut client_secret) = (None, None);
        if self.password_stdin {
            secret = Some(typed()?);
            client_secret = oauth.as_ref().map(|_| typed()).transpose()?.filter(|line| !line.is_empty());
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).ok().and_then(|since| i64::try_from(since.as_millis()).ok());
        let since = now.filter(|_| self.new_only);
        let mailbox = Mailbox { folders: self.folders, afterwards: self.afterwards, move_to: self.move_to, since, oauth };
        Ok(Described { server, mailbox, secret, client_secret })
    }
}

fn security(text: &str) -> Result<Security, String> {
    Security::parse(text).ok_or_else(|| "tls, starttls or none".to_owned())
}

fn afterwards(text: &str) -> Result<Afterwards, String> {
    Afterwards::parse(text).ok_or_else(|| "leave, read or move".to_owned())
}
