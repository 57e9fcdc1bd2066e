//! What leaves: a mail is written here and handed to a mail server.

mod compose;
mod dkim;
mod relay;

pub use compose::{ComposeError, File, Outgoing, Party, compose};
pub use dkim::{DkimError, Signer, new_key, record};
pub use relay::{Login, Refused, Relay, RelayError};
