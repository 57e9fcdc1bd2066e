//! Lists of words, many in a line, so that a language is a line and not a page; and looking for all words of a list in one
//! pass over a text.

use aho_corasick::AhoCorasick;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::OnceLock;

/// A list of words, in lower case. The first time it is asked it is made what it is asked by.
pub(super) struct Rows {
    /// Lines of words with `|` between them.
    lines: &'static [&'static str],
    words: OnceLock<Vec<&'static str>>,
    set: OnceLock<HashSet<&'static str>>,
    /// `None` only for gigabytes of words.
    searcher: OnceLock<Option<AhoCorasick>>,
}

impl Rows {
    pub(super) const fn new(lines: &'static [&'static str]) -> Self {
        Self { lines, words: OnceLock::new(), set: OnceLock::new(), searcher: OnceLock::new() }
    }

    /// The words, in their order.
    fn words(&self) -> &[&'static str] {
        self.words.get_or_init(|| self.lines.iter().flat_map(|line| line.split('|')).collect())
    }

    /// Whether the list has this word.
    pub(super) fn has(&self, word: &str) -> bool {
        self.set.get_or_init(|| self.words().iter().copied().collect()).contains(word)
    }

    /// Whether this holds for a word of the list.
    pub(super) fn any(&self, holds: impl Fn(&str) -> bool) -> bool {
        self.words().iter().any(|word| holds(word))
    }

    /// Whether a word of the list is anywhere in the text.
    pub(super) fn within(&self, text: &str) -> bool {
        self.found(text).next().is_some()
    }

    /// Whether a word of the list stands in the text with no letter beside it.
    pub(super) fn apart(&self, text: &str) -> bool {
        self.found(text).any(|(_, at)| apart(text, &at))
    }

    /// Everywhere that a word of the list is in the text: which word, counted in the order of the list, and where.
    pub(super) fn found<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (usize, Range<usize>)> {
        let searcher = self.searcher.get_or_init(|| AhoCorasick::new(self.words()).ok());
        let all = searcher.iter().flat_map(move |searcher| searcher.find_overlapping_iter(text));
        all.map(|found| (found.pattern().as_usize(), found.range()))
    }
}

/// Whether no letter stands beside this part of the text.
pub(super) fn apart(text: &str, part: &Range<usize>) -> bool {
    let before = text.get(..part.start).and_then(|head| head.chars().next_back());
    let after = text.get(part.end..).and_then(|tail| tail.chars().next());
    !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
}
