//! A mailbox on another server, read over IMAP (RFC 3501): signing in, finding what is new, fetching it, and saying what becomes of it.
//!
//! It remembers nothing between two connections. Whatever a server sends is bounded: no answer is longer than what was asked for may be.

mod answer;
mod folder;
mod line;
mod list;
mod oauth;
mod open;
mod session;
mod sign_in;
#[cfg(test)]
mod tests;
mod tls;
mod watch;

pub use list::Listed;
pub use oauth::{Renewed, renew};
pub use session::{Mailbox, Raw, Selected};
pub use sign_in::Login;
pub use tls::{Tls, TlsError};

/// Why a mailbox could not be read. What it says may be shown: the other server's words, without the secrets it was told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImapError {
    /// It does not let us in.
    #[error("{0}")]
    SignIn(String),
    /// It said no; the connection goes on.
    #[error("{0}")]
    Refused(String),
    /// The line to it broke, or there is none.
    #[error("{0}")]
    Broken(String),
    /// What it sends is no IMAP, or more than was asked for; the connection cannot go on.
    #[error("the mail server's answer cannot be understood")]
    Garbled,
}
