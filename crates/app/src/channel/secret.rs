//! What one signs in with at another mail server.

use crate::{Error, Result};
use candor_domain::channel::ChannelKind;
use serde::{Deserialize, Serialize};

/// The longest password of a sender, in bytes.
const MAX_PASSWORD: usize = 500;
/// The longest secret of a mailbox: tokens of some providers have several thousand letters.
const MAX_TOKEN: usize = 8 << 10;

/// A password; of a mailbox that signs in by OAuth 2 a refresh token, with the secret of the client where it has one.
#[derive(Clone, Serialize, Deserialize)]
pub struct Secret {
    pub word: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
}

impl Secret {
    /// As it was typed. An empty one is none.
    pub(super) fn checked(typed: Option<Self>, kind: ChannelKind) -> Result<Option<Self>> {
        let Some(typed) = typed.filter(|typed| !typed.word.is_empty() || typed.client.is_some()) else { return Ok(None) };
        let limit = match kind {
            ChannelKind::Sender => MAX_PASSWORD,
            ChannelKind::Imap => MAX_TOKEN,
            ChannelKind::Listener | ChannelKind::Pipe => {
                return Err(Error::invalid("secret", "only a sender and a mailbox have a password"));
            }
        };
        let client = typed.client.filter(|client| !client.is_empty());
        let wrong = |word: &String| word.len() > limit || word.contains(char::is_control);
        if typed.word.is_empty() || wrong(&typed.word) {
            return Err(Error::invalid("secret", "in one line"));
        }
        if client.as_ref().is_some_and(wrong) || (client.is_some() && kind != ChannelKind::Imap) {
            return Err(Error::invalid("client_secret", "of a mailbox alone, in one line"));
        }
        Ok(Some(Self { client, ..typed }))
    }

    /// As it is kept: a sender has a password and nothing else.
    pub(crate) fn kept(&self, kind: ChannelKind) -> Result<String> {
        if kind == ChannelKind::Sender {
            return Ok(self.word.clone());
        }
        serde_json::to_string(self).map_err(|error| Error::Broken(error.to_string()))
    }

    /// A mailbox's, as it was kept.
    pub(crate) fn of_mailbox(kept: &str) -> Result<Self> {
        serde_json::from_str(kept).map_err(|_| Error::Broken("the secret of a mailbox cannot be read".to_owned()))
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(word: &str, client: Option<&str>) -> Option<Secret> {
        Some(Secret { word: word.to_owned(), client: client.map(str::to_owned) })
    }

    #[test]
    fn a_mailbox_keeps_both_of_its_secrets_and_a_sender_its_password() {
        let both = Secret::checked(typed("1//refresh", Some("client")), ChannelKind::Imap).unwrap().unwrap();
        let kept = Secret::of_mailbox(&both.kept(ChannelKind::Imap).unwrap()).unwrap();
        assert_eq!((kept.word.as_str(), kept.client.as_deref()), ("1//refresh", Some("client")));
        let password = Secret::checked(typed("hush", None), ChannelKind::Sender).unwrap().unwrap();
        assert_eq!(password.kept(ChannelKind::Sender).unwrap(), "hush");
        assert!(Secret::checked(typed("", None), ChannelKind::Imap).unwrap().is_none());
        assert!(!format!("{both:?}").contains("refresh"));
    }

    #[test]
    fn secrets_stand_in_one_line_where_they_belong() {
        for (wrong, kind) in [
            (typed("a\nb", None), ChannelKind::Imap),
            (typed("", Some("client")), ChannelKind::Imap),
            (typed("hush", Some("client")), ChannelKind::Sender),
            (typed("hush", None), ChannelKind::Pipe),
        ] {
            assert!(Secret::checked(wrong, kind).is_err(), "{kind:?}");
        }
        assert!(Secret::checked(typed(&"x".repeat(501), None), ChannelKind::Sender).is_err());
        assert!(Secret::checked(typed(&"x".repeat(4000), None), ChannelKind::Imap).is_ok());
    }
}
