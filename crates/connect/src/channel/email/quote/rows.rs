//! Lists of words, many in a line, so that a language is a line and not a page.

/// Lines of words with `|` between them.
pub(super) type Rows = &'static [&'static str];

/// The words of a list.
pub(super) fn words(rows: Rows) -> impl Iterator<Item = &'static str> {
    rows.iter().flat_map(|row| row.split('|'))
}

/// Whether the list has this word.
pub(super) fn has(rows: Rows, word: &str) -> bool {
    words(rows).any(|entry| entry == word)
}
