//! Signing in: by password, or with a token (XOAUTH2, as Google and Microsoft want it).

use super::ImapError;
use super::answer::{broken, timed};
use super::line::Line;
use crate::channel::email::said::without;
use async_imap::imap_proto::{Capability, Response};
use async_imap::types::UnsolicitedResponse;
use async_imap::{Authenticator, Client, Session};
use std::time::Duration;

/// Servers answer a wrong password late on purpose.
const PATIENCE: Duration = Duration::from_secs(60);
/// Responses that are kept of the server's list of what it can do.
const RESPONSES: usize = 16;

/// What is shown to sign in.
#[derive(Clone)]
pub enum Login {
    Password(String),
    /// An access token of OAuth 2.
    Token(String),
}

impl Login {
    fn secret(&self) -> &str {
        match self {
            Self::Password(secret) | Self::Token(secret) => secret,
        }
    }
}

/// Signs in as `user`.
pub(super) async fn sign_in(mut client: Client<Line>, user: &str, login: &Login) -> Result<Session<Line>, ImapError> {
    let offered = offered(&mut client).await?;
    let has = |name: &str| offered.iter().any(|one| one.eq_ignore_ascii_case(name));
    let signing = async {
        let signed = match login {
            Login::Token(token) => client.authenticate("XOAUTH2", Once(Some(token_words(user, token)))).await,
            Login::Password(password) if has("AUTH=PLAIN") => {
                client.authenticate("PLAIN", Once(Some(password_words(user, password)))).await
            }
            Login::Password(_) if has("LOGINDISABLED") => {
                return Err(ImapError::SignIn("the mail server takes no password on this line".to_owned()));
            }
            Login::Password(password) => client.login(user, password).await,
        };
        signed.map_err(|(error, _)| match broken(&error) {
            ImapError::Refused(words) => ImapError::SignIn(without(&words, &[login.secret()])),
            other => other,
        })
    };
    timed(PATIENCE, signing).await
}

/// What the server can do before anybody signed in.
async fn offered(client: &mut Client<Line>) -> Result<Vec<String>, ImapError> {
    let (sender, receiver) = async_channel::bounded(RESPONSES);
    let asked = async { client.run_command_and_check_ok("CAPABILITY", Some(sender)).await.map_err(|error| broken(&error)) };
    timed(PATIENCE, asked).await?;
    let mut all = Vec::new();
    while let Ok(heard) = receiver.try_recv() {
        if let UnsolicitedResponse::Other(response) = heard
            && let Response::Capabilities(list) = response.parsed()
        {
            all.extend(list.iter().map(name));
        }
    }
    Ok(all)
}

/// A capability in the words of the server.
pub(super) fn name(capability: &Capability<'_>) -> String {
    match capability {
        Capability::Imap4rev1 => "IMAP4rev1".to_owned(),
        Capability::Auth(way) => format!("AUTH={way}"),
        Capability::Atom(word) => word.to_string(),
    }
}

/// Says it once; whatever the server asks after that, as Google does to explain a refusal, is answered with nothing.
struct Once(Option<String>);

impl Authenticator for Once {
    type Response = String;

    fn process(&mut self, _challenge: &[u8]) -> String {
        self.0.take().unwrap_or_default()
    }
}

/// RFC 4616.
fn password_words(user: &str, password: &str) -> String {
    format!("\0{user}\0{password}")
}

fn token_words(user: &str, token: &str) -> String {
    format!("user={user}\u{1}auth=Bearer {token}\u{1}\u{1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_to_sign_in_with_are_those_of_the_standards() {
        assert_eq!(password_words("tim", "tanstaaftanstaaf"), "\0tim\0tanstaaftanstaaf");
        let words = token_words("someuser@example.com", "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg");
        assert_eq!(
            data_encoding::BASE64.encode(words.as_bytes()),
            "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2cBAQ=="
        );
    }

    #[test]
    fn an_explanation_of_a_refusal_is_answered_with_nothing() {
        let mut once = Once(Some("words".to_owned()));
        assert_eq!((once.process(b"").as_str(), once.process(b"{\"status\":\"400\"}").as_str()), ("words", ""));
    }
}
