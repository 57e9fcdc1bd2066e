//! What leaves: a mail is written here and handed to a mail server.

mod compose;
mod line;
mod relay;

pub use compose::{ComposeError, File, Outgoing, Party, compose, is_address};
pub use line::{NotTaken, Recipients, Taken};
pub use relay::{Login, Refused, Relay, RelayError};
