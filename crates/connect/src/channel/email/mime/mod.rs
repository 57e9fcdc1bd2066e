//! Reads a mail: any bytes in, one [`Inbound`] out.
//!
//! Pure and total. The structure (RFC 2045, 2046) is walked here rather than taken from `mail_parser`: its tree is as deep as
//! the sender likes and is searched anew for each boundary, so a hostile mail can cost seconds and the stack. Addresses,
//! dates and character sets are `mail_parser`'s. Nothing here judges a mail; the doubts are facts for those who do.

mod address;
mod body;
mod charset;
pub(super) mod date;
mod encoding;
mod flowed;
mod guard;
mod head;
mod inbound;
mod kind;
mod markup;
mod names;
mod params;
mod parts;
mod plain;
mod read;
mod split;
#[cfg(test)]
mod tests;
mod tnef;
mod words;

pub use guard::parse;
pub use inbound::{Address, Doubt, Inbound, Part};
pub use plain::html_to_text;
pub use read::read;

/// Multiparts inside each other; people need three or four, a chain of forwards ten. What lies deeper stays a file.
pub const MAX_DEPTH: usize = 20;
/// Files of one mail, unpacked ones included; a list of more helps nobody, and the rest is still in the raw mail.
pub const MAX_FILES: usize = 200;
/// Parts looked at, empty and unreadable ones included: two bytes of boundary must not cost an entry each without end.
pub const MAX_PARTS: usize = 10_000;
/// Bytes of plain text kept, and bytes of HTML kept: about 500 pages, and more than mail programs show.
pub const MAX_TEXT: usize = 1 << 20;
/// Bytes of one header field; the largest honest ones are signatures and lists of recipients of some 30 kB.
pub const MAX_HEADER: usize = 64 << 10;
/// Header fields of one part; a mail that crossed twenty servers has about a hundred.
pub const MAX_HEADERS: usize = 1000;
/// Bytes of all header values kept to be shown.
pub const MAX_HEADERS_SHOWN: usize = 256 << 10;
/// Ids of References kept: the first and the newest ones tell the conversation.
pub const MAX_IDS: usize = 100;
/// Mailboxes of one address field.
pub const MAX_ADDRESSES: usize = 1000;
/// Characters of a name of a file, its ending included; disks hold 255 bytes, and a number may be added.
pub const MAX_NAME: usize = 120;
/// Characters of a subject or a display name as people count them.
pub const MAX_LINE: usize = 400;
