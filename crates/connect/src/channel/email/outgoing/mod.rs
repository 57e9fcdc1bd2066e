//! What leaves: a mail is written here and handed to a mail server.

mod compose;
pub mod dkim;
mod relay;

pub use compose::{ComposeError, File, Outgoing, Party, compose};
pub use relay::{Login, Refused, Relay, RelayError};
