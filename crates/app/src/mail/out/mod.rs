//! Mail that leaves: answers, queued in the command that makes them messages, and receipts of what came. Handed over as a job under an
//! id that every try repeats, and shown with what became of it.

mod again;
mod follow_up;
mod letter;
mod queue;
mod receipt;
mod receipt_words;
mod reply;
mod route;
mod work;

pub use again::send_again;
pub(crate) use follow_up::{AFTER, follow_up, may_follow};
pub(crate) use queue::{queue, sender_of};
pub use work::{QUEUE, next_due, work};
pub(crate) use work::{came_back, telling};

use super::place;
use candor_domain::id::{ConversationId, MessageId};
use candor_domain::locale::Locale;
use candor_store::conversation::Stored;
use uuid::Uuid;

/// A mail of ours, as the unique part of its id names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// An agent's answer.
    Reply(MessageId),
    /// The receipt of a case's first mail.
    Receipt(ConversationId),
}

/// What begins the unique part of a receipt.
const RECEIPT: &str = "r-";

impl Sent {
    fn unique(self) -> String {
        match self {
            Self::Reply(message) => message.0.simple().to_string(),
            Self::Receipt(case) => format!("{RECEIPT}{}", case.0.simple()),
        }
    }

    pub(crate) fn parse(unique: &str) -> Option<Self> {
        match unique.strip_prefix(RECEIPT) {
            Some(case) => Uuid::try_parse(case).ok().map(|id| Self::Receipt(ConversationId(id))),
            None => Uuid::try_parse(unique).ok().map(|id| Self::Reply(MessageId(id))),
        }
    }
}

/// The language a case's customer is written to by the desk itself.
fn locale_of(stored: &Stored) -> Locale {
    stored.language.as_deref().and_then(Locale::nearest).unwrap_or(Locale::English)
}

/// Why a mail stays here, where no other server has said anything.
pub mod code {
    /// Nothing is set up that sends this inbox's mail.
    pub const NO_SENDER: &str = "no_sender";
    /// The customer has no address.
    pub const NO_ADDRESS: &str = "no_address";
    /// It was too old when it could have been sent.
    pub const NOT_WRITTEN: &str = "not_written";
    /// A scanner found something in one of its files.
    pub const INFECTED: &str = "infected";
}
