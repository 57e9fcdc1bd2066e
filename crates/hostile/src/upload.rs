//! Files that customers and agents send.

use crate::text::lossy;
use candor_domain::file::{Accepted, Check, Cleaner, FilePolicy, Refused};

fn checked(name: &str, bytes: &[u8], piece: usize) -> Result<Accepted, Refused> {
    let mut check = Check::new(FilePolicy::default(), name, "");
    bytes.chunks(piece).try_for_each(|part| check.feed(part))?;
    check.finish()
}

fn cleaned(bytes: &[u8], piece: usize) -> Vec<u8> {
    let (mut cleaner, mut out) = (Cleaner::default(), Vec::new());
    bytes.chunks(piece).for_each(|part| cleaner.feed(part, &mut out));
    // What cannot be cleaned is refused, which is an answer too.
    let _refused = cleaner.finish(&mut out);
    out
}

/// The name in the first line, the file behind it: what it is, whether it is taken, and under which name.
pub fn files(bytes: &[u8]) {
    let at = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let (name, file) = (lossy(&bytes[..at]), &bytes[at..]);
    let file = file.strip_prefix(b"\n").unwrap_or(file);
    let whole = checked(&name, file, usize::MAX);
    assert!(checked(&name, file, 61) == whole, "{whole:?}, in pieces {:?}", checked(&name, file, 61));
    let Ok(accepted) = whole else { return };
    assert!(accepted.size == file.len() as u64, "{} of {}", accepted.size, file.len());
    assert!(!accepted.name.contains(['/', '\\', '"', '\u{202e}']) && !accepted.name.chars().any(char::is_control), "{:?}", accepted.name);
}

/// What pictures tell beside their looks is taken away.
pub fn pictures(file: &[u8]) {
    let whole = cleaned(file, usize::MAX);
    assert!(cleaned(file, 1) == whole, "byte by byte it comes out otherwise");
    assert!(whole.len() <= file.len() + 64, "{} bytes of {}", whole.len(), file.len());
}
