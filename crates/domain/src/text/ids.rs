//! Ids in text: transaction hashes, addresses, order numbers.
//!
//! An id is one word; people also know it by its ends, so those are words too. Which chain an id belongs to, and
//! whether its checksum holds, is not decided here.

use std::ops::Range;

/// Characters of an end that make a word.
pub(crate) const END: usize = 6;

/// Looks like an id rather than a word: long, and with digits in it. `word` is folded.
pub(crate) fn is_id(word: &str) -> bool {
    let bytes = word.as_bytes();
    if word.starts_with("0x") && bytes.len() >= 2 + END && word.is_ascii() {
        return true;
    }
    if bytes.len() < 10 || !word.is_ascii() {
        return false;
    }
    let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    digits >= 4 || (digits >= 1 && bytes.len() >= 24)
}

/// The ends of an id that are words of their own: its first six characters, the first six after a fixed prefix
/// (`0x`, `bc1`, TRON's `T`, letters and a date), and the last six.
pub(crate) fn ends(id: &str) -> impl Iterator<Item = Range<usize>> {
    let length = id.len();
    let prefix = length - strip(id).len();
    let dated = prefix > 0 && date_length(id).is_some();
    let first = (!dated && length >= END).then_some(0..END);
    let inner = (prefix > 0 && length >= prefix + END).then_some(prefix..prefix + END);
    let last = length.checked_sub(END).map(|at| at..length);
    [first, inner, last].into_iter().flatten()
}

/// `0x` and six more characters is how people quote the beginning of a hash: the six are what the index knows.
pub(crate) fn bare_end(word: &str) -> &str {
    match word.strip_prefix("0x") {
        Some(body) if body.len() == END => body,
        _ => word,
    }
}

/// An id without its fixed prefix.
fn strip(id: &str) -> &str {
    for prefix in ["0x", "bc1", "tb1", "ltc1", "addr1"] {
        if let Some(body) = id.strip_prefix(prefix) {
            return body;
        }
    }
    // An address of TRON has 34 characters.
    if id.len() == 34 && id.starts_with('t') {
        return &id[1..];
    }
    date_length(id).map_or(id, |length| &id[length..])
}

/// Length of `letters, yyyymmdd` at the start of an order number, when something is left after it.
fn date_length(id: &str) -> Option<usize> {
    let letters = id.bytes().take_while(u8::is_ascii_lowercase).count();
    let date = id.get(letters..letters + 8)?;
    if letters > 5 || id.len() == letters + 8 || !date.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, to: usize| date[from..to].parse::<u32>().unwrap_or(0);
    let plausible = (2009..2100).contains(&part(0, 4)) && (1..=12).contains(&part(4, 6)) && (1..=31).contains(&part(6, 8));
    plausible.then_some(letters + 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_addresses_and_order_numbers_are_ids() {
        assert!(is_id("0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060"));
        assert!(is_id("tr7nhqjekqxgtci8q8zy4pl8otszgjlj6t"));
        assert!(is_id("ord202511210042"));
        assert!(!is_id("withdrawal"));
        assert!(!is_id("2fa"));
        assert!(!is_id("提现提现提现提现123456"));
    }

    #[test]
    fn ends_leave_the_fixed_prefix_out() {
        let of = |id: &'static str| ends(id).map(|end| &id[end]).collect::<Vec<_>>();
        assert_eq!(of("0x5c504ed432cb51138bcf"), ["0x5c50", "5c504e", "138bcf"]);
        assert_eq!(of("bc1qw508d6qejxtdg4y5r3"), ["bc1qw5", "qw508d", "g4y5r3"]);
        assert_eq!(of("tr7nhqjekqxgtci8q8zy4pl8otszgjlj6t"), ["tr7nhq", "r7nhqj", "gjlj6t"]);
        assert_eq!(of("ord20251121004821"), ["004821", "004821"]);
        assert_eq!(of("20259921004821"), ["202599", "004821"]);
        assert_eq!(of("ord2025112142"), ["112142"]);
    }
}
