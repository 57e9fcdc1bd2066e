//! Words for the search index and for queries.
//!
//! Index: Unicode words; runs of scripts without spaces as single characters and pairs; amounts in one form; ids
//! whole and by their ends. Query: the same cut, where a run of two or more gives its pairs only. All words of a
//! query must be in the index of a hit. Hashing them is the store's business.

use super::fold;
use super::forms::{Form, forms, pairs};
use super::ids;
use super::scan::{Kind, Token, tokens};

/// Distinct words that one text may put into the index; of a text with more, some are left out.
pub const MAX_WORDS: usize = 4096;
/// Bytes of one word; longer ones (encoded data) are no words.
pub const MAX_WORD_BYTES: usize = 128;
/// Distinct words of one query; the rest of it is not looked for.
pub const MAX_QUERY_WORDS: usize = 32;

/// The distinct words of a text, in no particular order, in one buffer: this runs for every message.
#[derive(Clone, Default)]
pub struct Words {
    text: Text,
    entries: Vec<Entry>,
}

/// The folded text and, behind it, the words that had to be made.
#[derive(Clone, Default)]
struct Text {
    folded: String,
    made: String,
}

/// The first eight bytes of a word stand in front, so that sorting seldom looks at the text; then start and length.
type Entry = (u64, u32, u32);

/// The words under which a text is found.
pub fn index_words(text: &str) -> Words {
    let folded = fold(text);
    let mut made = String::new();
    let mut entries: Vec<Entry> = Vec::with_capacity(folded.len() / 3 + 4);
    forms(&folded, |form| {
        let (word, start) = match form {
            Form::Part(range) => (&folded[range.clone()], range.start),
            Form::Made(word, _) => {
                made.push_str(word);
                (word, folded.len() + made.len() - word.len())
            }
        };
        if let (true, Ok(start), Ok(length)) = (word.len() <= MAX_WORD_BYTES, u32::try_from(start), u32::try_from(word.len())) {
            entries.push((front(word), start, length));
        }
        // Only distinct words count: a long text that repeats itself is read to its end.
        if entries.len() >= 2 * MAX_WORDS {
            dedup(&mut entries, &folded, &made);
            return entries.len() < MAX_WORDS;
        }
        true
    });
    dedup(&mut entries, &folded, &made);
    entries.truncate(MAX_WORDS);
    Words { text: Text { folded, made }, entries }
}

/// The same as strings of their own.
pub fn words(text: &str) -> Vec<String> {
    index_words(text).iter().map(str::to_owned).collect()
}

/// The distinct words that must all be in the index of a hit, in the order of the query. An id may be cut short with
/// an ellipsis (`0x5c504ed4…dfba1b22060`): then its ends are looked for.
pub fn query_words(query: &str) -> Vec<String> {
    let folded = fold(query);
    let mut found: Vec<String> = Vec::new();
    let mut add = |word: &str| {
        if word.len() <= MAX_WORD_BYTES && found.len() < MAX_QUERY_WORDS && !found.iter().any(|known| known == word) {
            found.push(word.to_owned());
        }
    };
    let mut done = 0;
    for Token { kind, range } in tokens(&folded) {
        if range.start < done {
            continue;
        }
        if kind != Kind::Run
            && let Some((word, end)) = cut_short(&folded, range.start)
        {
            add(word);
            done = end;
            continue;
        }
        match kind {
            Kind::Word => add(ids::bare_end(&folded[range])),
            Kind::Number => add(&super::forms::amount(&folded[range])),
            Kind::Run => {
                let mut any = false;
                pairs(&folded[range.clone()], |pair| {
                    any = true;
                    add(&folded[range.start + pair.start..range.start + pair.end]);
                });
                if !any {
                    add(&folded[range]);
                }
            }
        }
    }
    found
}

/// The searchable end of an id that an ellipsis cuts short, and where what is left of it ends.
fn cut_short(folded: &str, start: usize) -> Option<(&str, usize)> {
    let length = folded[start..].bytes().take_while(u8::is_ascii_alphanumeric).count();
    let (word, end) = (&folded[start..start + length], start + length);
    if length <= ids::END || !word.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if folded[..start].ends_with("...") {
        return Some((&word[length - ids::END..], end));
    }
    let first = || ids::ends(word).nth(usize::from(word.starts_with("0x") && length >= 2 + ids::END));
    folded[end..].starts_with("...").then(first).flatten().map(|part| (&word[part], end))
}

impl Words {
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| word(entry, &self.text.folded, &self.text.made))
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl std::fmt::Debug for Words {
    /// Words are somebody's text: only their number may reach a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Words({})", self.entries.len())
    }
}

fn front(word: &str) -> u64 {
    let mut bytes = [0; 8];
    let length = word.len().min(8);
    bytes[..length].copy_from_slice(&word.as_bytes()[..length]);
    u64::from_be_bytes(bytes)
}

fn word<'a>(entry: &Entry, folded: &'a str, made: &'a str) -> &'a str {
    let (start, length) = (entry.1 as usize, entry.2 as usize);
    match start.checked_sub(folded.len()) {
        None => &folded[start..start + length],
        Some(start) => &made[start..start + length],
    }
}

fn dedup(entries: &mut Vec<Entry>, folded: &str, made: &str) {
    let long = |entry: &Entry| if entry.2 > 8 { word(entry, folded, made) } else { "" };
    entries.sort_unstable_by(|a, b| (a.0, a.2).cmp(&(b.0, b.2)).then_with(|| long(a).cmp(long(b))));
    entries.dedup_by(|a, b| a.0 == b.0 && a.2 == b.2 && long(a) == long(b));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn set(text: &str) -> BTreeSet<String> {
        words(text).into_iter().collect()
    }

    fn finds(query: &str, text: &str) -> bool {
        let (query, text) = (query_words(query), set(text));
        !query.is_empty() && query.iter().all(|word| text.contains(word))
    }

    #[test]
    fn chinese_gives_characters_and_pairs() {
        assert_eq!(set("提現失敗"), BTreeSet::from(["提", "现", "失", "败", "提现", "现失", "失败"].map(String::from)));
        assert_eq!(query_words("提現失敗"), ["提现", "现失", "失败"]);
        assert_eq!(query_words("款"), ["款"]);
        assert_eq!(query_words("USDT充值 没到 USDT"), ["usdt", "充值", "没到"]);
    }

    #[test]
    fn a_query_finds_the_text_however_either_is_written() {
        for (query, text) in [
            ("提现", "我的提現一直沒到帳"),
            ("ＵＳＤＴ", "sent 100usdt yesterday"),
            ("1000.5 usdt", "amount: 1,000.50 USDT"),
            ("100 usdt", "转了100USDT过去"),
            ("100usdt", "100 usdt"),
            ("john.doe@mail.com", "write to John.Doe@mail.com please"),
            ("ORD-2025-00123", "order ord-2025-00123 is late"),
            ("ord202500123", "order ORD-2025-00123 is late"),
            ("550e8400-e29b-41d4-a716-446655440000", "id 550E8400-E29B-41D4-A716-446655440000"),
            ("bitcoin", "Bitcoin."),
            ("출금", "출금이 안돼요"),
        ] {
            assert!(finds(query, text), "{query} in {text}: {:?} in {:?}", query_words(query), set(text));
        }
        for (query, text) in [("提失", "提现失败"), ("coin", "bitcoin"), ("1000", "1,000.50"), ("...", "anything"), ("", "x")] {
            assert!(!finds(query, text), "{query} in {text}");
        }
    }

    #[test]
    fn an_id_is_found_whole_and_by_its_ends() {
        let text = "hash 0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060 and TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t";
        for query in [
            "0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060",
            "5c504e",
            "0x5c504e",
            "0x5c50",
            "b22060",
            "0x5c504ed4…a1b22060",
            "5c504ed432...",
            "...dfba1b22060",
            "TR7NHq",
            "r7nhqj",
            "TR7NHqje...zgjLj6t",
        ] {
            assert!(finds(query, text), "{query}: {:?}", query_words(query));
        }
        assert!(!finds("0x5c504f", text));
    }

    #[test]
    fn an_end_that_reads_like_an_amount_is_found() {
        let text = "to bc1qar0srrr7xfkvy5l643lydnw9re59129trx";
        assert!(finds("129trx", text) && finds("...59129trx", text) && finds("129 trx", text));
    }

    proptest! {
        #[test]
        fn every_end_of_an_id_finds_it(id in "0x[0-9a-f]{40}|[1-9A-HJ-NP-Za-km-z]{34}|bc1q[02-9ac-hj-np-z]{38}|ORD-2025-[0-9]{8}|[0-9]{12}") {
            let text = format!("see {id}, please");
            let bare: String = id.chars().filter(char::is_ascii_alphanumeric).collect();
            let digits = bare.bytes().filter(u8::is_ascii_digit).count();
            prop_assume!(digits >= 4);
            for query in [&id[..], &bare, &bare[bare.len() - 6..]] {
                prop_assert!(finds(query, &text), "{} in {}", query, text);
            }
        }
    }

    #[test]
    fn long_texts_stay_within_the_limits() {
        let chinese: String = ('\u{4e00}'..='\u{9fff}').collect();
        assert_eq!(index_words(&chinese).len(), MAX_WORDS);
        assert!(words(&"a1".repeat(200)).is_empty());
        let repeated = "same words again and again ".repeat(10_000) + "finally";
        assert!(set(&repeated).contains("finally"));
        assert_eq!(query_words(&chinese).len(), MAX_QUERY_WORDS);
    }

    proptest! {
        #[test]
        fn words_are_distinct_folded_and_bounded(text in "\\PC{0,200}|[a-f0-9提现,.\\-_/ x]{0,200}") {
            let list = words(&text);
            let distinct: BTreeSet<&String> = list.iter().collect();
            prop_assert_eq!(distinct.len(), list.len());
            for word in &list {
                prop_assert!(!word.is_empty() && word.len() <= MAX_WORD_BYTES);
                prop_assert_eq!(&fold(word), word);
            }
        }

        #[test]
        fn a_text_is_found_by_itself(text in "[a-f0-9提现到账 ,\\-_/xG가나]{1,60}") {
            let index = set(&text);
            for word in query_words(&text) {
                prop_assert!(index.contains(&word), "{:?} of {:?} in {:?}", word, text, index);
            }
        }
    }
}
