//! Channels as the API shows and takes them.

use super::addressing::MailArounds;
use super::words::{self, present};
use candor_app::channel::{New, Patch, Reading, Secret};
use candor_app::mail;
use candor_domain::channel::{Afterwards, ChannelKind, ChannelSettings, Mailbox, OAuth, Security, Server};
use candor_store::channel::Channel;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A way of mail into an inbox or out of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MailChannel {
    pub id: Uuid,
    pub inbox: Uuid,
    #[schema(value_type = words::ChannelKind)]
    pub kind: ChannelKind,
    pub name: String,
    pub enabled: bool,
    /// Whose mail it takes, or the one address a sender writes from.
    pub addresses: Vec<String>,
    /// The name customers read beside a sender's address.
    pub sender_name: String,
    /// Whether a sender tells customers that their first mail has arrived.
    pub acknowledges: bool,
    /// What a sender sets around answers, by language.
    pub around: MailArounds,
    /// Where a sender hands mail over, or where a mailbox is.
    #[schema(required)]
    pub server: Option<MailServer>,
    /// What is read of a mailbox.
    #[schema(required)]
    pub mailbox: Option<MailboxRead>,
    /// How reading a mailbox goes; `null` until it was tried.
    #[schema(required)]
    pub reading: Option<MailboxReading>,
    /// Whether a password is kept for it.
    pub secret_set: bool,
    pub version: i64,
}

impl MailChannel {
    pub(crate) fn of(kept: Channel, reading: Option<Reading>) -> Self {
        Self {
            id: kept.id.0,
            inbox: kept.inbox.0,
            kind: kept.kind,
            name: kept.name,
            enabled: kept.enabled,
            addresses: kept.settings.addresses,
            sender_name: kept.settings.name,
            acknowledges: kept.settings.acknowledges,
            around: kept.settings.around.into(),
            server: kept.settings.server.map(MailServer::from),
            mailbox: kept.settings.mailbox.map(MailboxRead::from),
            reading: reading.map(MailboxReading::from),
            secret_set: kept.secret_set,
            version: kept.version,
        }
    }
}

/// A mail server that takes what a sender sends, or that has a mailbox.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailServer {
    pub host: String,
    pub port: u16,
    #[schema(value_type = words::Security)]
    pub security: Security,
    /// Who signs in there.
    #[serde(default)]
    #[schema(required)]
    pub user: Option<String>,
}

impl From<Server> for MailServer {
    fn from(server: Server) -> Self {
        Self { host: server.host, port: server.port, security: server.security, user: server.user }
    }
}

impl From<MailServer> for Server {
    fn from(server: MailServer) -> Self {
        Self { host: server.host, port: server.port, security: server.security, user: server.user.filter(|user| !user.is_empty()) }
    }
}

/// What is read of a mailbox, and what becomes of it there.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailboxRead {
    /// Read in this order; the first is watched, the others are looked at every minute. Empty: `INBOX`.
    pub folders: Vec<String>,
    #[schema(value_type = words::Afterwards)]
    pub afterwards: Afterwards,
    /// The folder mail is moved to; it has to be there.
    #[serde(default)]
    #[schema(required)]
    pub move_to: Option<String>,
    /// Mail that came to its server before this time is left alone; absent, everything in the folders is taken.
    #[serde(default)]
    #[schema(required)]
    pub since: Option<i64>,
    /// Present: signs in with a token instead of a password (XOAUTH2).
    #[serde(default)]
    #[schema(required)]
    pub oauth: Option<MailOAuth>,
}

/// Where access tokens come from, by OAuth 2.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailOAuth {
    pub client_id: String,
    /// Where a refresh token is exchanged for an access token.
    pub token_url: String,
}

/// How reading a mailbox goes.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MailboxReading {
    /// When all folders were read last without a problem.
    #[schema(required)]
    pub read_at: Option<i64>,
    /// What has kept it from being read since then, in the words of the mail server.
    #[schema(required)]
    pub problem: Option<String>,
    #[schema(required)]
    pub problem_at: Option<i64>,
}

impl From<Mailbox> for MailboxRead {
    fn from(kept: Mailbox) -> Self {
        let oauth = kept.oauth.map(|oauth| MailOAuth { client_id: oauth.client_id, token_url: oauth.token_url });
        Self { folders: kept.folders, afterwards: kept.afterwards, move_to: kept.move_to, since: kept.since, oauth }
    }
}

impl From<MailboxRead> for Mailbox {
    fn from(typed: MailboxRead) -> Self {
        let oauth = typed.oauth.map(|oauth| OAuth { client_id: oauth.client_id, token_url: oauth.token_url });
        Self { folders: typed.folders, afterwards: typed.afterwards, move_to: typed.move_to, since: typed.since, oauth }
    }
}

impl From<Reading> for MailboxReading {
    fn from(reading: Reading) -> Self {
        Self { read_at: reading.read_at, problem: reading.problem, problem_at: reading.problem_at }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelNew {
    /// An inbox for e-mail.
    inbox: Uuid,
    #[schema(value_type = words::ChannelKind)]
    kind: ChannelKind,
    name: String,
    #[serde(default)]
    addresses: Vec<String>,
    #[serde(default)]
    sender_name: String,
    #[serde(default)]
    acknowledges: bool,
    #[serde(default)]
    around: MailArounds,
    #[serde(default)]
    server: Option<MailServer>,
    #[serde(default)]
    mailbox: Option<MailboxRead>,
    /// A password, or the refresh token of a mailbox with `oauth`; never read back.
    #[serde(default)]
    secret: Option<String>,
    /// The secret of the OAuth client, where it has one; kept and replaced together with `secret`.
    #[serde(default)]
    client_secret: Option<String>,
}

impl ChannelNew {
    pub(crate) fn wanted(self) -> New {
        let settings = ChannelSettings {
            addresses: self.addresses,
            name: self.sender_name,
            acknowledges: self.acknowledges,
            around: self.around.into(),
            server: self.server.map(Server::from),
            mailbox: self.mailbox.map(Mailbox::from),
        };
        let secret = secret(self.secret, self.client_secret);
        New { inbox: self.inbox.into(), kind: self.kind, name: self.name, settings, secret }
    }
}

/// What is changed; what is absent stays.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelPatch {
    name: Option<String>,
    enabled: Option<bool>,
    addresses: Option<Vec<String>>,
    sender_name: Option<String>,
    acknowledges: Option<bool>,
    /// Replaces the words of all languages.
    around: Option<MailArounds>,
    server: Option<MailServer>,
    mailbox: Option<MailboxRead>,
    /// A new password or refresh token; `null` takes it away, and with it the secret of the OAuth client.
    #[schema(value_type = Option<String>)]
    #[serde(default, deserialize_with = "present")]
    secret: Option<Option<String>>,
    /// The secret of the OAuth client, together with `secret`.
    client_secret: Option<String>,
}

impl ChannelPatch {
    /// What it changes of these settings.
    pub(crate) fn wanted(self, before: ChannelSettings) -> Patch {
        let own = self.addresses.is_some() || self.sender_name.is_some() || self.acknowledges.is_some() || self.around.is_some();
        let touched = own || self.server.is_some() || self.mailbox.is_some();
        let settings = touched.then(|| ChannelSettings {
            addresses: self.addresses.unwrap_or(before.addresses),
            name: self.sender_name.unwrap_or(before.name),
            acknowledges: self.acknowledges.unwrap_or(before.acknowledges),
            around: self.around.map_or(before.around, Into::into),
            server: self.server.map(Server::from).or(before.server),
            mailbox: self.mailbox.map(Mailbox::from).or(before.mailbox),
        });
        let secret = match (self.secret, self.client_secret) {
            (None, None) => None,
            (word, client) => Some(secret(word.flatten(), client)),
        };
        Patch { name: self.name, enabled: self.enabled, settings, secret }
    }
}

/// One without the other is refused by the use case.
fn secret(word: Option<String>, client: Option<String>) -> Option<Secret> {
    (word.is_some() || client.is_some()).then(|| Secret { word: word.unwrap_or_default(), client })
}

/// A mail that is kept and could not be made a message.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FailedMail {
    pub id: Uuid,
    pub channel: Uuid,
    pub received_at: i64,
    /// Why, without a name and without a word of the mail: `inbox_off`, `ended_process`, else what the error says.
    pub problem: String,
}

impl From<mail::Failed> for FailedMail {
    fn from(failed: mail::Failed) -> Self {
        Self { id: failed.id.0, channel: failed.channel.0, received_at: failed.received_at, problem: failed.problem }
    }
}

/// A mail whose sender is not heard.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BlockedMail {
    pub id: Uuid,
    pub channel: Uuid,
    pub received_at: i64,
    /// What is blocked.
    #[schema(value_type = words::BlockKind)]
    pub what: &'static str,
}

impl From<mail::Blocked> for BlockedMail {
    fn from(blocked: mail::Blocked) -> Self {
        Self { id: blocked.id.0, channel: blocked.channel.0, received_at: blocked.received_at, what: blocked.what.as_str() }
    }
}
