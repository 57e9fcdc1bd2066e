//! Which files customers and agents may send, decided by what is in them.
//!
//! A closed list: pictures, PDF, plain text and tables, short videos: what a support case of an exchange needs. The
//! declared type is only compared with the content, never believed. Refused on purpose: SVG, HTML, XML and scripts (they
//! run), office documents and **all archives** (they hide what is in them, and a zip bomb costs whoever opens it; a
//! log goes as text, several files go as several files).
//!
//! Pure: bytes go in as they arrive ([`Check`]), nothing is kept but the head and a little of the end. What the files are
//! served with (attachment, `nosniff`, sandbox) is the server's business; scanning for malware is a hook outside.

mod check;
mod clean;
mod kind;
mod name;
mod pixels;
mod scan;
mod signature;
#[cfg(test)]
mod tests;

pub use check::{Accepted, Check, Refused};
pub use clean::Cleaner;
pub use kind::{Family, FileKind, accept_list};
pub use name::safe_name;
pub use scan::Scan;

/// The limits of one desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FilePolicy {
    /// Bytes of one file.
    pub max_bytes: u64,
    /// Files of one message.
    pub max_files: usize,
    /// Pixels of a picture: what a browser needs to show it is four bytes each, however small the file.
    pub max_pixels: u64,
    /// Pixels of one side.
    pub max_side: u32,
}

impl Default for FilePolicy {
    /// 25 MiB, ten files, 64 megapixels: above what telephones make, and a very long screenshot.
    fn default() -> Self {
        Self { max_bytes: 25 << 20, max_files: 10, max_pixels: 64_000_000, max_side: 30_000 }
    }
}

impl FilePolicy {
    /// Whether one message may carry so many files.
    pub fn allows_count(&self, files: usize) -> bool {
        files <= self.max_files
    }
}
