//! The ways on which mail comes to an inbox and leaves it, and what each needs to know.

use crate::contact::IdentityKind;
use crate::word::words;
use serde::{Deserialize, Serialize};

words! {
    /// A way of mail.
    ChannelKind {
        /// Another mail server hands it to ours, by SMTP or LMTP.
        Listener = "listener",
        /// A program pipes it into `candor channel deliver`.
        Pipe = "pipe",
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

/// A mail server that takes what we send.
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
    /// Where a sender hands mail over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<Server>,
}

/// Addresses one channel may have.
const MAX_ADDRESSES: usize = 50;
/// Of the name customers read, in characters.
const MAX_NAME: usize = 100;

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
            (ChannelKind::Sender, Some(server)) => Some(server.checked()?),
            (ChannelKind::Sender, None) => return Err(("settings.server", "a sender needs a server that takes its mail")),
            (_, Some(_)) => return Err(("settings.server", "only a sender has a server")),
            (_, None) => None,
        };
        if self.acknowledges && kind != ChannelKind::Sender {
            return Err(("settings.acknowledges", "only a sender tells anybody anything"));
        }
        Ok(Self { addresses, name, acknowledges: self.acknowledges, server })
    }

    /// Whether mail to this address belongs here. What follows a plus sign in the part before the @ is the sender's own business.
    pub fn takes(&self, address: &str) -> bool {
        let Some(address) = IdentityKind::Email.normal(address) else { return false };
        let plain = address.split_once('@').map(|(user, host)| format!("{}@{host}", user.split('+').next().unwrap_or(user)));
        self.addresses.iter().any(|own| *own == address || plain.as_ref() == Some(own))
    }
}

impl Server {
    fn checked(self) -> Result<Self, Wrong> {
        let host = self.host.trim().to_ascii_lowercase();
        let named = !host.is_empty() && host.len() <= 253 && host.chars().all(|c| c.is_ascii_alphanumeric() || "-.:[]".contains(c));
        if !named {
            return Err(("settings.server.host", "the name or address of a mail server"));
        }
        if self.port == 0 {
            return Err(("settings.server.port", "1 to 65535"));
        }
        let here = ["localhost", "127.0.0.1", "::1", "[::1]"].contains(&host.as_str());
        if self.security == Security::None && (!here || self.user.is_some()) {
            return Err(("settings.server.security", "in the clear only to this machine, and without a password"));
        }
        Ok(Self { host, ..self })
    }
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
}
