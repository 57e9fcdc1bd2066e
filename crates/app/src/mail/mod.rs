//! Mail: kept byte for byte before anybody reads it, then made a message of a case.
//!
//! [`keep`] is what an acknowledgement to another server means. [`work`] reads what was kept, one mail at a time, as often as it
//! takes: the row of the mail says whether it is a message already, so a worker that dies in between doubles nothing.

mod enter;
mod head;
pub mod imap;
mod intake;
mod join;
mod keep;
mod left;
mod original;
mod ours;
pub mod out;
mod own;
mod phishing;
mod pictures;
pub(crate) mod pieces;
pub(crate) mod place;
mod read;
mod reading;
mod receipt;
mod relays;
mod returned;
mod stopped;
mod work;

pub use candor_connect::channel::email::imap::{Tls, TlsError};
pub use candor_connect::channel::email::verdict::{Check, Judge, Means, Standing, Trust, Verdict};
pub use head::{Answers, Head, LeftOut, Missed, Person};
pub use intake::{Blocked, Failed, again, blocked, failed, unread};
pub use join::{Joined, join};
pub use keep::{Envelope, Kept, keep};
pub use left::erase_left;
pub use original::{Original, Page, PageFacts, bytes, original, page};
pub(crate) use own::Own;
pub(crate) use relays::Relays;
pub use work::{QUEUE, next_due, work};

/// The largest mail that is taken, in bytes: a file of 25 MB grows by a third on its way.
pub const MAX_BYTES: u64 = 40 << 20;
