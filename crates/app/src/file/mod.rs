//! Files: taken in while they are checked and sealed, given out in parts, swept when nobody sent them.
//!
//! The order of a file's life keeps every row true: bytes durable, then the row, then the message that carries it. What
//! is left behind between two of these steps belongs to nobody and goes after a day.

mod claim;
mod download;
mod link;
mod scan;
mod small;
mod sweep;
mod upload;

pub use candor_connect::scanner::{NoPlace, Scanner};
pub use claim::{Unclaimed, accept, claim, is_own};
pub use download::{Opened, infos, open};
pub(crate) use download::{open_unasked, read_whole};
pub use link::{Link, check_link, link};
pub use scan::{Watch, scan_due};
pub(crate) use scan::{check_harmless, job_for, next_due, order_due};
pub use small::{Small, Smalls, has_small, small};
pub use sweep::{Swept, sweep};
pub use upload::{Incoming, upload};
pub(crate) use upload::{disk, take_in};

/// The type of a mail as it came in. Nobody may upload it; it is only ever sent as a download, to whom the customer's record is open.
pub const RAW_MAIL: &str = "message/rfc822";
