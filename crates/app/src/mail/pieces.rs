//! Which stretches of a mail's text are new, as it is kept: `n120 q4000 s30`, lengths in bytes in the order of the text.

use candor_connect::channel::email::quote::{Folded, Kind};
use std::fmt::Write;

/// The line for a text that was folded.
pub(super) fn write(folded: &Folded) -> String {
    let mut line = String::new();
    for piece in &folded.pieces {
        let letter = match piece.kind {
            Kind::New => 'n',
            Kind::Quote => 'q',
            Kind::Signature => 's',
        };
        let gap = if line.is_empty() { "" } else { " " };
        // Writing into a string cannot fail.
        let _ = write!(line, "{gap}{letter}{}", piece.range.len());
    }
    line
}

/// The letters and lengths of a line.
pub(crate) fn read(line: &str) -> Vec<(char, usize)> {
    let piece = |word: &str| Some((word.chars().next()?, word.get(1..)?.parse().ok()?));
    line.split(' ').filter_map(piece).collect()
}

/// The new words of a text; all of it where the line does not fit.
pub(crate) fn fresh(text: &str, line: &str) -> String {
    fresh_of(text, &read(line))
}

/// The same by letters and lengths.
pub(super) fn fresh_of(text: &str, pieces: &[(char, usize)]) -> String {
    let (mut begins, mut fresh) = (0, String::new());
    for &(letter, length) in pieces {
        let Some(part) = text.get(begins..begins + length) else { return text.to_owned() };
        begins += length;
        if letter == 'n' {
            fresh.push_str(part);
        }
    }
    if begins == text.len() && !fresh.trim().is_empty() { fresh.trim_end().to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_new_words_are_read_from_the_line() {
        let text = "hello\n\nOn Mon, Jan 1, 2024 at 10:00 AM Ann <ann@example.com> wrote:\n> old\n";
        let line = write(&candor_connect::channel::email::quote::fold(text));
        assert_eq!(fresh(text, &line), "hello");
        assert_eq!(fresh(text, "n1 q9999"), text);
        assert_eq!(fresh(text, ""), text);
    }
}
