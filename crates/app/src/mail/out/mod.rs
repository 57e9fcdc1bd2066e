//! Answers that leave by mail: queued in the command that makes them messages, handed over as a job under an id that every try
//! repeats, and shown with what became of them.

mod again;
mod letter;
mod queue;
mod work;

pub use again::send_again;
pub(crate) use queue::queue;
pub use work::{QUEUE, next_due, work};

use super::place;
use candor_domain::id::MessageId;

/// The unique part of the id of a mail of ours.
fn unique(message: MessageId) -> String {
    message.0.simple().to_string()
}

/// Why a mail stays here, where no other server has said anything.
pub mod code {
    /// Nothing is set up that sends this inbox's mail.
    pub const NO_SENDER: &str = "no_sender";
    /// The customer has no address.
    pub const NO_ADDRESS: &str = "no_address";
    /// It was too old when it could have been sent.
    pub const NOT_WRITTEN: &str = "not_written";
}
