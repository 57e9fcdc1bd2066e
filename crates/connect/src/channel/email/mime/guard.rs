//! `mail_parser`'s own tree, for those who read reports and list headers in it, behind limits that it does not have.

use mail_parser::{Message, MessageParser};

/// Mails in each other that the tree may hold: it is taken down by recursion, and threads have 2 MB of stack.
const MAX_MAILS: usize = 200;
/// Boundaries that may each be searched to the end of the mail.
const FEW_BOUNDARIES: usize = 16;
/// Bytes looked at for more boundaries than that: about half a second.
const MAX_SEARCHED: usize = 200_000_000;
/// Numbered or encoded parameters, each of which is compared with all before it.
const MAX_NUMBERED: usize = 5000;

/// The parsed tree of a mail; `None` where it has no header at all, or where the tree would cost more than its answer is worth.
/// [`super::read`] answers for those, too.
pub fn parse(raw: &[u8]) -> Option<Message<'_>> {
    affordable(raw).then(|| MessageParser::default().parse(raw)).flatten()
}

/// Counts, in one pass, what makes the tree deep or slow. Counts are of words, so that a text about the subject costs too; the
/// limits are far above that.
fn affordable(raw: &[u8]) -> bool {
    let (mut mails, mut boundaries, mut numbered) = (0usize, 0usize, 0usize);
    for (at, byte) in raw.iter().enumerate() {
        let starts = |word: &[u8]| raw.get(at..at + word.len()).is_some_and(|found| found.eq_ignore_ascii_case(word));
        match byte {
            b'r' | b'R' if starts(b"rfc822") => mails += 1,
            b'g' | b'G' if starts(b"global") => mails += 1,
            b'd' | b'D' if starts(b"digest") => mails += 1,
            b'b' | b'B' if starts(b"boundary") => boundaries += 1,
            b'*' if raw.get(at + 1).is_some_and(|next| next.is_ascii_digit() || next.is_ascii_whitespace() || *next == b'=') => {
                numbered += 1
            }
            _ => {}
        }
    }
    mails <= MAX_MAILS && numbered <= MAX_NUMBERED && (boundaries <= FEW_BOUNDARIES || boundaries.saturating_mul(raw.len()) <= MAX_SEARCHED)
}
