//! One command and its whole answer. A "no" of the server is never taken for "nothing there".

use super::ImapError;
use super::line::{Line, TOO_MUCH};
use crate::channel::email::said::cut;
use async_imap::Session;
use async_imap::imap_proto::{Outcome, Response, Status};
use async_imap::types::UnsolicitedResponse;
use std::io;
use std::time::Duration;
use tokio::time::timeout;

/// Until something comes, be it a piece of an answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// One untagged response, with its bytes.
pub(super) struct Heard(UnsolicitedResponse);

impl Heard {
    pub(super) fn response(&self) -> Option<&Response<'_>> {
        match &self.0 {
            UnsolicitedResponse::Other(response) => Some(response.parsed()),
            _ => None,
        }
    }
}

/// Asks, and hands each untagged response to `each`; `bytes` is the most an answer may have.
pub(super) async fn ask(
    session: &mut Session<Line>,
    command: &str,
    bytes: usize,
    mut each: impl FnMut(Heard) + Send,
) -> Result<(), ImapError> {
    session.as_mut().allow(bytes);
    let tag = timed(PATIENCE, async { session.run_command(command).await.map_err(|error| broken(&error)) }).await?;
    let (mut farewell, mut left) = (None, bytes);
    loop {
        let read = match timeout(PATIENCE, session.read_response()).await {
            Ok(read) => read.map_err(|error| fault(&error))?,
            Err(_) if session.as_mut().left() == left => return Err(silent()),
            // A large mail on a slow line: nothing that came is lost by looking at the clock.
            Err(_) => {
                left = session.as_mut().left();
                continue;
            }
        };
        let Some(response) = read else {
            return Err(ImapError::Broken(farewell.unwrap_or_else(|| "the mail server ended the connection".to_owned())));
        };
        match response.parsed() {
            Response::Done { tag: done, status, outcome } if *done == tag => {
                return if *status == Status::Ok { Ok(()) } else { Err(ImapError::Refused(words(outcome))) };
            }
            Response::Data { status: Status::Bye, outcome } => farewell = Some(words(outcome)),
            _ => each(Heard(UnsolicitedResponse::Other(response))),
        }
    }
}

/// What the server says about an outcome.
pub(super) fn words(outcome: &Outcome<'_>) -> String {
    outcome.information.as_deref().map_or_else(|| "the mail server refused without a word".to_owned(), cut)
}

/// Gives up after a while.
pub(super) async fn timed<T>(patience: Duration, work: impl Future<Output = Result<T, ImapError>> + Send) -> Result<T, ImapError> {
    timeout(patience, work).await.unwrap_or_else(|_| Err(silent()))
}

fn silent() -> ImapError {
    ImapError::Broken("the mail server does not answer".to_owned())
}

/// What went wrong on the line. Errors of the parser repeat what it read, which may be a customer's mail: they are not told.
pub(super) fn fault(error: &io::Error) -> ImapError {
    match error.kind() {
        io::ErrorKind::Other => ImapError::Garbled,
        kind if kind == TOO_MUCH => ImapError::Garbled,
        _ => ImapError::Broken(cut(&error.to_string())),
    }
}

/// What went wrong below a command of the library.
pub(super) fn broken(error: &async_imap::error::Error) -> ImapError {
    use async_imap::error::Error;
    match error {
        Error::Io(error) => fault(error),
        Error::No(said) | Error::Bad(said) => ImapError::Refused(cut(information(said))),
        Error::ConnectionLost => ImapError::Broken("the mail server ended the connection".to_owned()),
        Error::Validate(_) => ImapError::Refused("a name or a password has a line break in it".to_owned()),
        _ => ImapError::Garbled,
    }
}

/// The server's own words in the library's account of a refusal, `code: Some(..), info: Some("..")`.
fn information(said: &str) -> &str {
    let quoted = said.rsplit_once("info: Some(\"").and_then(|(_, rest)| rest.strip_suffix("\")"));
    quoted.unwrap_or("the mail server refused without a word")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_in_the_servers_words() {
        let said = r#"code: Some(Alert), info: Some("Authentication failed.")"#;
        assert_eq!(information(said), "Authentication failed.");
        assert_eq!(information("code: None, info: None"), "the mail server refused without a word");
    }

    #[test]
    fn what_the_parser_read_is_not_told() {
        let garbled = io::Error::other("Error(..) during parsing of \"* 1 FETCH a customer's words\"");
        assert_eq!(fault(&garbled), ImapError::Garbled);
        assert_eq!(fault(&io::Error::from(TOO_MUCH)), ImapError::Garbled);
        assert!(matches!(fault(&io::ErrorKind::ConnectionReset.into()), ImapError::Broken(_)));
    }
}
