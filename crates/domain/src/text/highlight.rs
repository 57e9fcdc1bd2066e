//! Where a query stands in an opened text, and how good a hit that makes it.
//!
//! Reads the text through the same folding and cut as the index, so that what was found is what is marked.
//! Rights are not checked here: only texts that the reader may see are ever opened.

use super::fold::Mapped;
use super::forms::{Form, forms};
use super::words::query_words;
use super::{fold, preview};
use serde::Serialize;
use std::collections::BTreeSet;

/// A marked part of the original text: half-open, in UTF-16 code units, because that is how browsers count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

/// A query, read once and held against many texts.
#[derive(Clone)]
pub struct Query {
    words: Vec<String>,
    /// The folded query with single spaces; found in a text, it counts as a phrase.
    phrase: String,
}

/// What a text shows for a query.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Words of the query that stand in the text, each counted once.
    pub found: usize,
    /// Words of the query.
    pub wanted: usize,
    /// All of them, side by side as they were typed.
    pub phrase: bool,
}

impl Query {
    pub fn new(query: &str) -> Self {
        Self { words: query_words(query), phrase: single_spaced(&fold(query)) }
    }

    /// The words that the index is asked for; all must match.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// The parts of `text` that match: ascending, not overlapping.
    pub fn highlight(&self, text: &str) -> Vec<Span> {
        self.look(text).1
    }

    pub fn evidence(&self, text: &str) -> Evidence {
        self.look(text).0
    }

    /// Both at once: the text is folded only once.
    pub fn look(&self, text: &str) -> (Evidence, Vec<Span>) {
        let wanted: BTreeSet<&str> = self.words.iter().map(String::as_str).collect();
        let mut evidence = Evidence { wanted: wanted.len(), ..Evidence::default() };
        if wanted.is_empty() {
            return (evidence, Vec::new());
        }
        let mapped = Mapped::new(text);
        let mut spans: Vec<Span> = Vec::new();
        let mut found: BTreeSet<&str> = BTreeSet::new();
        forms(&mapped.folded, |form| {
            let (word, range) = match form {
                Form::Part(range) => (&mapped.folded[range.clone()], range),
                Form::Made(word, range) => (word, range),
            };
            if let Some(word) = wanted.get(word) {
                found.insert(word);
                let source = mapped.source(&range);
                spans.push(Span { start: source.start, end: source.end });
            }
            true
        });
        evidence.found = found.len();
        evidence.phrase = found.len() == wanted.len() && single_spaced(&mapped.folded).contains(&self.phrase);
        (evidence, merged(spans))
    }

    /// A short part of a long text around the first match, with its marks; one line.
    pub fn snippet(&self, text: &str, graphemes: usize) -> (String, Vec<Span>) {
        let start = self.highlight(text).first().map_or(0, |span| byte_of(text, span.start));
        let snippet = preview::window(text, start, graphemes);
        let marks = self.highlight(&snippet);
        (snippet, marks)
    }
}

/// Marks of `query` in `text`; see [`Query::highlight`].
pub fn highlight(text: &str, query: &str) -> Vec<Span> {
    Query::new(query).highlight(text)
}

fn byte_of(text: &str, utf16: usize) -> usize {
    let mut units = 0;
    for (at, c) in text.char_indices() {
        if units >= utf16 {
            return at;
        }
        units += c.len_utf16();
    }
    text.len()
}

fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable_by_key(|span| (span.start, span.end));
    let mut out: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match out.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ if span.start < span.end => out.push(span),
            _ => {}
        }
    }
    out
}

fn single_spaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn marked(text: &str, query: &str) -> Vec<String> {
        let units: Vec<u16> = text.encode_utf16().collect();
        highlight(text, query).into_iter().map(|span| String::from_utf16(&units[span.start..span.end]).expect("whole characters")).collect()
    }

    #[test]
    fn marks_lie_on_the_original_text() {
        assert_eq!(marked("😀 我的提現ＵＳＤＴ沒到", "提现 usdt"), ["提現ＵＳＤＴ"]);
        assert_eq!(marked("Withdrawal and WITHDRAWAL", "withdrawal"), ["Withdrawal", "WITHDRAWAL"]);
        assert_eq!(marked("amount 1,000.50 usdt", "1000.5"), ["1,000.50"]);
        assert_eq!(marked("order ORD-2025-00123!", "ord202500123"), ["ORD-2025-00123"]);
        assert_eq!(marked("hash 0x5C504ed432cb51138bcf09", "5c504e"), ["5C504e"]);
        assert_eq!(marked("提款和现金", "提现"), Vec::<String>::new());
        assert_eq!(marked("ถอนเงินไม่ได้", "เงิน"), ["เงิน"]);
        assert_eq!(marked("anything", ""), Vec::<String>::new());
    }

    #[test]
    fn a_phrase_is_more_than_its_words() {
        let query = Query::new("deposit missing");
        assert_eq!(query.evidence("Deposit  MISSING!"), Evidence { found: 2, wanted: 2, phrase: true });
        assert_eq!(query.evidence("missing my deposit"), Evidence { found: 2, wanted: 2, phrase: false });
        assert_eq!(query.evidence("no deposit"), Evidence { found: 1, wanted: 2, phrase: false });
    }

    #[test]
    fn a_snippet_shows_the_match_of_a_long_text() {
        let text = "x ".repeat(500) + "my withdrawal failed " + &"y ".repeat(500);
        let (snippet, marks) = Query::new("withdrawal").snippet(&text, 60);
        assert!(snippet.contains("my withdrawal failed"), "{snippet}");
        assert_eq!(marks.len(), 1);
        assert_eq!(Query::new("nothing").snippet("short", 60), ("short".into(), vec![]));
    }

    proptest! {
        #[test]
        fn marks_are_ascending_and_inside(text in "\\PC{0,80}|[提现a1 ,.é\u{301}กำ😀①\u{200b}]{0,80}", query in "\\PC{0,10}|[提现a1 ]{0,6}") {
            let length = text.encode_utf16().count();
            let mut before = 0;
            for span in highlight(&text, &query) {
                prop_assert!(span.start >= before && span.start < span.end && span.end <= length);
                before = span.end;
            }
            Query::new(&query).snippet(&text, 20);
        }
    }
}
