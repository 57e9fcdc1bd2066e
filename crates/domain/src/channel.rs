//! The ways on which mail comes to an inbox and leaves it, and what each needs to know.

mod around;
mod mailbox;
mod selector;

pub use around::{Around, Known, fill};
pub use mailbox::{Afterwards, Mailbox, OAuth};
pub use selector::selector;

use crate::contact::IdentityKind;
use crate::locale::Locale;
use crate::word::words;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

words! {
    /// A way of mail.
    ChannelKind {
        /// Another mail server hands it to ours, by SMTP or LMTP.
        Listener = "listener",
        /// A program pipes it into `candor channel deliver`.
        Pipe = "pipe",
        /// It is fetched from a mailbox on another server.
        Imap = "imap",
        /// What leaves the inbox is handed to a mail server.
        Sender = "sender",
    }
    /// How far a mail has come.
    MailState {
        Received = "received",
        /// Of ours: waits to be handed over, or to be tried again.
        Queued = "queued",
        /// Another server has taken it.
        Handed = "handed",
        /// It came back.
        Bounced = "bounced",
        /// Nobody took it; a person decides.
        Failed = "failed",
    }
    /// How a line to a mail server is protected.
    Security {
        /// Only to a server on the same machine.
        None = "none",
        /// Begun in the clear, and not without STARTTLS.
        StartTls = "starttls",
        Tls = "tls",
    }
}

/// A mail server that takes what we send, or from which we fetch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    pub host: String,
    pub port: u16,
    pub security: Security,
    /// Who signs in there; the password is kept apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
}

/// What a channel needs to know.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelSettings {
    /// The addresses whose mail belongs here, in lower case; of a sender the one it writes from. A pipe takes whatever it is given.
    #[serde(default)]
    pub addresses: Vec<String>,
    /// The name customers read beside a sender's address.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Whether a sender tells customers that their first mail has arrived.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub acknowledges: bool,
    /// What a sender sets around answers, for each language that has words of its own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub around: BTreeMap<Locale, Around>,
    /// Where a sender hands mail over, or where a mailbox is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<Server>,
    /// What is read of a mailbox.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mailbox: Option<Mailbox>,
}

/// Addresses one channel may have.
const MAX_ADDRESSES: usize = 50;
/// Of the name customers read, in characters.
const MAX_NAME: usize = 100;
/// Of who signs in, in bytes.
const MAX_USER: usize = 320;

type Wrong = (&'static str, &'static str);

impl ChannelSettings {
    /// The settings as they are kept, or which field is wrong and why.
    pub fn checked(self, kind: ChannelKind) -> Result<Self, Wrong> {
        let mut addresses = Vec::with_capacity(self.addresses.len());
        for typed in &self.addresses {
            let address = IdentityKind::Email.normal(typed).ok_or(("settings.addresses", "an address looks like name@example.com"))?;
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
        match (kind, addresses.len()) {
            (ChannelKind::Listener, 0) => return Err(("settings.addresses", "a listener needs to know whose mail it takes")),
            (ChannelKind::Sender, 0 | 2..) => return Err(("settings.addresses", "a sender writes from one address")),
            (_, count) if count > MAX_ADDRESSES => return Err(("settings.addresses", "at most 50 addresses")),
            _ => {}
        }
        let name = crate::text::clean_line(&self.name, MAX_NAME);
        let server = match (kind, self.server) {
            (ChannelKind::Sender | ChannelKind::Imap, Some(server)) => Some(server.checked(kind)?),
            (ChannelKind::Sender, None) => return Err(("settings.server", "a sender needs a server that takes its mail")),
            (ChannelKind::Imap, None) => return Err(("settings.server", "a mailbox is on a server")),
            (_, Some(_)) => return Err(("settings.server", "only a sender and a mailbox have a server")),
            (_, None) => None,
        };
        if self.acknowledges && kind != ChannelKind::Sender {
            return Err(("settings.acknowledges", "only a sender tells anybody anything"));
        }
        let around = around(kind, self.around)?;
        let mailbox = match (kind, self.mailbox) {
            (ChannelKind::Imap, mailbox) => Some(mailbox.unwrap_or_default().checked()?),
            (_, Some(_)) => return Err(("settings.mailbox", "only what is fetched has a mailbox")),
            (_, None) => None,
        };
        Ok(Self { addresses, name, acknowledges: self.acknowledges, around, server, mailbox })
    }

    /// Whether mail to this address belongs here. What follows a plus sign in the part before the @ is the sender's own business.
    pub fn takes(&self, address: &str) -> bool {
        let Some(address) = IdentityKind::Email.normal(address) else { return false };
        let plain = address.split_once('@').map(|(user, host)| format!("{}@{host}", user.split('+').next().unwrap_or(user)));
        self.addresses.iter().any(|own| *own == address || plain.as_ref() == Some(own))
    }
}

/// The words around answers; a language without any is left out.
fn around(kind: ChannelKind, typed: BTreeMap<Locale, Around>) -> Result<BTreeMap<Locale, Around>, Wrong> {
    let mut kept = BTreeMap::new();
    for (locale, words) in typed {
        let words = words.checked().map_err(|why| ("settings.around", why))?;
        if !words.is_empty() {
            kept.insert(locale, words);
        }
    }
    if !kept.is_empty() && kind != ChannelKind::Sender {
        return Err(("settings.around", "only a sender writes answers"));
    }
    Ok(kept)
}

impl Server {
    fn checked(self, kind: ChannelKind) -> Result<Self, Wrong> {
        let host = self.host.trim().to_ascii_lowercase();
        let named = !host.is_empty() && host.len() <= 253 && host.chars().all(|c| c.is_ascii_alphanumeric() || "-.:[]".contains(c));
        if !named {
            return Err(("settings.server.host", "the name or address of a mail server"));
        }
        if self.port == 0 {
            return Err(("settings.server.port", "1 to 65535"));
        }
        let user = self.user.filter(|user| !user.is_empty());
        if user.as_ref().is_some_and(|user| user.len() > MAX_USER || user.contains(char::is_control)) {
            return Err(("settings.server.user", "a name in one line"));
        }
        match (self.security, kind) {
            (Security::None, _) if !is_here(&host) => Err(("settings.server.security", "in the clear only to this machine")),
            (Security::None, ChannelKind::Sender) if user.is_some() => {
                Err(("settings.server.security", "in the clear only to this machine, and without a password"))
            }
            (_, ChannelKind::Imap) if user.is_none() => Err(("settings.server.user", "whose mailbox it is")),
            _ => Ok(Self { host, user, ..self }),
        }
    }
}

/// Whether a host is this machine itself.
fn is_here(host: &str) -> bool {
    ["localhost", "127.0.0.1", "::1", "[::1]"].contains(&host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(addresses: &[&str]) -> ChannelSettings {
        ChannelSettings { addresses: addresses.iter().map(ToString::to_string).collect(), ..ChannelSettings::default() }
    }

    #[test]
    fn mail_to_an_address_or_its_plus_form_belongs_to_the_channel() {
        let settings = with(&["Support@Example.com", "support@example.com"]).checked(ChannelKind::Listener).unwrap();
        assert_eq!(settings.addresses, ["support@example.com"], "kept once");
        for address in ["support@example.com", "SUPPORT@EXAMPLE.COM", "support+c.abc@example.com"] {
            assert!(settings.takes(address), "{address}");
        }
        for address in ["sales@example.com", "support@example.org", "support", "+x@example.com", ""] {
            assert!(!settings.takes(address), "{address}");
        }
    }

    #[test]
    fn a_listener_needs_an_address_and_a_pipe_none() {
        assert_eq!(with(&[]).checked(ChannelKind::Listener).unwrap_err().0, "settings.addresses");
        assert_eq!(with(&["no address"]).checked(ChannelKind::Pipe).unwrap_err().0, "settings.addresses");
        assert_eq!(with(&[]).checked(ChannelKind::Pipe).unwrap(), ChannelSettings::default());
    }

    #[test]
    fn a_sender_speaks_in_the_clear_only_to_its_own_machine() {
        let to = |host: &str, security, user: Option<&str>| {
            let server = Server { host: host.to_owned(), port: 25, security, user: user.map(str::to_owned) };
            ChannelSettings { server: Some(server), ..with(&["support@example.com"]) }.checked(ChannelKind::Sender)
        };
        assert!(to("localhost", Security::None, None).is_ok());
        assert!(to("smtp.example.com", Security::StartTls, Some("desk")).is_ok());
        assert_eq!(to("smtp.example.com", Security::None, None).unwrap_err().0, "settings.server.security");
        assert_eq!(to("localhost", Security::None, Some("desk")).unwrap_err().0, "settings.server.security");
        assert_eq!(to("a b", Security::Tls, None).unwrap_err().0, "settings.server.host");
        assert_eq!(with(&["a@b.test"]).checked(ChannelKind::Sender).unwrap_err().0, "settings.server");
    }

    #[test]
    fn a_mailbox_is_on_a_server_and_somebodys() {
        let on = |host: &str, security, user: Option<&str>| {
            let server = Server { host: host.to_owned(), port: 993, security, user: user.map(str::to_owned) };
            ChannelSettings { server: Some(server), ..with(&[]) }.checked(ChannelKind::Imap)
        };
        let kept = on("IMAP.example.com ", Security::Tls, Some("desk")).unwrap();
        assert_eq!((kept.server.unwrap().host.as_str(), kept.mailbox), ("imap.example.com", Some(Mailbox::default())));
        assert!(on("127.0.0.1", Security::None, Some("desk")).is_ok(), "to a server on the same machine");
        assert_eq!(on("imap.example.com", Security::None, Some("desk")).unwrap_err().0, "settings.server.security");
        assert_eq!(on("imap.example.com", Security::Tls, Some("")).unwrap_err().0, "settings.server.user");
        assert_eq!(with(&[]).checked(ChannelKind::Imap).unwrap_err().0, "settings.server");
        let pipe = ChannelSettings { mailbox: Some(Mailbox::default()), ..with(&[]) };
        assert_eq!(pipe.checked(ChannelKind::Pipe).unwrap_err().0, "settings.mailbox");
    }
}
