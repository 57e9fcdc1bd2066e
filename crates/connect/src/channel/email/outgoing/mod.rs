//! What leaves: a mail is written here and handed to a mail server.

mod compose;
mod dkim;
mod line;
mod relay;

pub use compose::{ComposeError, File, Outgoing, Party, compose, is_address};
pub use dkim::{DkimError, Signer, new_key, record};
pub use line::{NotTaken, Recipients, Taken};
pub use relay::{Login, Refused, Relay, RelayError};
