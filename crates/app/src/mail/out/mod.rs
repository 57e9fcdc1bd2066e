//! Mail that leaves: answers, queued in the command that makes them messages, and receipts of what came. Handed over as a job under an
//! id that every try repeats, and shown with what became of it.

mod addressing;
mod again;
mod confirm;
mod copies;
mod follow_up;
mod letter;
mod queue;
mod receipt;
mod receipt_words;
mod reply;
mod route;
mod transcript;
mod transcript_words;
mod work;

pub use addressing::{Addressing, addressing};
pub use again::send_again;
pub(crate) use copies::{Copied, find as find_copies, note as note_copies};
pub use copies::{Copies, Offered};
pub(crate) use follow_up::{AFTER, follow_up, may_follow};
pub(crate) use queue::{customer, first_sender, known_address, queue, sender_of};
pub use transcript::send_transcript;
pub(crate) use transcript::{came_back as transcript_came_back, proven_address};
pub use work::{QUEUE, next_due, work};
pub(crate) use work::{came_back, confirming, missed, telling};

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
    /// A transcript, by its job.
    Transcript(Uuid),
}

/// What begins the unique part of a receipt.
const RECEIPT: &str = "r-";
/// The same of a transcript.
const TRANSCRIPT: &str = "t-";

impl Sent {
    fn unique(self) -> String {
        match self {
            Self::Reply(message) => message.0.simple().to_string(),
            Self::Receipt(case) => format!("{RECEIPT}{}", case.0.simple()),
            Self::Transcript(job) => format!("{TRANSCRIPT}{}", job.simple()),
        }
    }

    pub(crate) fn parse(unique: &str) -> Option<Self> {
        if let Some(case) = unique.strip_prefix(RECEIPT) {
            return Uuid::try_parse(case).ok().map(|id| Self::Receipt(ConversationId(id)));
        }
        match unique.strip_prefix(TRANSCRIPT) {
            Some(job) => Uuid::try_parse(job).ok().map(Self::Transcript),
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
