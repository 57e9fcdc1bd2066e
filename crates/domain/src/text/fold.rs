//! One form for all ways to write the same text: compatibility forms (NFKC), case, traditional characters.
//!
//! Search words, highlights and detection of secrets all go through here, so that what one finds the other shows.
//! It never strips accents: "nho" and "nhỏ" are different words.

use super::han;
use std::ops::Range;
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// The folded form: NFKC, lower case, traditional to simplified, invisible characters removed.
/// Folding a folded text changes nothing.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let ascii = ascii_run(text, at);
        if ascii > at {
            let from = out.len();
            out.push_str(&text[at..ascii]);
            out[from..].make_ascii_lowercase();
            at = ascii;
            continue;
        }
        at = match piece(text, at) {
            Piece::Simple(c, end) => {
                out.push(c);
                end
            }
            Piece::Involved(range) => {
                involved(&text[range.clone()], &mut out);
                range.end
            }
        };
    }
    out
}

/// A folded text that knows, for each byte, which part of the original it came from.
pub(crate) struct Mapped {
    pub(crate) folded: String,
    /// Start of each piece in `folded`, with its range in the original in UTF-16 code units; ascending.
    pieces: Vec<(usize, Range<usize>)>,
}

impl Mapped {
    pub(crate) fn new(text: &str) -> Self {
        let mut mapped = Self { folded: String::with_capacity(text.len()), pieces: Vec::with_capacity(text.len() / 2) };
        let (mut at, mut utf16) = (0, 0);
        while at < text.len() {
            let end = match piece(text, at) {
                Piece::Simple(c, end) => {
                    mapped.push(&text[at..end], &mut utf16, |out| out.push(c));
                    end
                }
                Piece::Involved(range) => {
                    mapped.push_involved(&text[range.clone()], &mut utf16);
                    range.end
                }
            };
            at = end;
        }
        mapped
    }

    fn push(&mut self, source: &str, utf16: &mut usize, write: impl FnOnce(&mut String)) {
        let start = self.folded.len();
        let end = *utf16 + source.encode_utf16().count();
        write(&mut self.folded);
        if self.folded.len() > start {
            self.pieces.push((start, *utf16..end));
        }
        *utf16 = end;
    }

    /// By grapheme where that gives the same text, so that marks stay narrow in scripts where every letter is
    /// involved (Thai, Arabic, Hindi); else the whole stretch is one piece.
    fn push_involved(&mut self, source: &str, utf16: &mut usize) {
        let mut whole = String::new();
        involved(source, &mut whole);
        let mut parts = String::new();
        source.graphemes(true).for_each(|part| involved(part, &mut parts));
        if parts == whole {
            for part in source.graphemes(true) {
                self.push(part, utf16, |out| involved(part, out));
            }
        } else {
            self.push(source, utf16, |out| out.push_str(&whole));
        }
    }

    /// The part of the original, in UTF-16 code units, that a part of the folded text came from.
    pub(crate) fn source(&self, folded: &Range<usize>) -> Range<usize> {
        let first = self.pieces.partition_point(|piece| piece.0 <= folded.start).saturating_sub(1);
        let last = self.pieces.partition_point(|piece| piece.0 < folded.end).saturating_sub(1);
        match (self.pieces.get(first), self.pieces.get(last)) {
            (Some(first), Some(last)) => first.1.start..last.1.end,
            _ => 0..0,
        }
    }
}

/// End of the ASCII text at `at`. A letter that a following mark may change is left out.
fn ascii_run(text: &str, at: usize) -> usize {
    let bytes = &text.as_bytes()[at..];
    let length = bytes.iter().position(|byte| !byte.is_ascii()).unwrap_or(bytes.len());
    let end = at + length;
    match text[end..].chars().next() {
        Some(next) if length > 0 && simple(next).is_none() => end - 1,
        _ => end,
    }
}

enum Piece {
    /// A character that folds by itself, to one character; and where it ends.
    Simple(char, usize),
    /// A stretch that only the full algorithm folds rightly.
    Involved(Range<usize>),
}

fn piece(text: &str, at: usize) -> Piece {
    let mut chars = text[at..].char_indices().map(|(offset, c)| (at + offset, c));
    let Some((_, first)) = chars.next() else { return Piece::Involved(at..at) };
    let mut next = chars.next();
    let alone = next.is_none_or(|(_, c)| simple(c).is_some());
    if let (Some(folded), true) = (simple(first), alone) {
        return Piece::Simple(folded, at + first.len_utf8());
    }
    while let Some((offset, c)) = next {
        if simple(c).is_some() && offset > at {
            // A simple character may be changed by what follows it, never by what stands before it; when it is
            // followed by an involved one it starts the next piece.
            return Piece::Involved(at..offset);
        }
        next = chars.next();
    }
    Piece::Involved(at..text.len())
}

/// The folded form of characters that are whole under NFKC, fold to one character and never join with the
/// character before them: nearly all of what is written in English, Chinese, Japanese, Korean and Russian.
fn simple(c: char) -> Option<char> {
    Some(match c {
        '\0'..='\x7f' => c.to_ascii_lowercase(),
        '\u{4e00}'..='\u{9fff}' => han::simplified(c),
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0)?.to_ascii_lowercase(),
        '\u{3000}' => ' ',
        '\u{3001}'..='\u{3029}' | '\u{3041}'..='\u{3094}' | '\u{30a1}'..='\u{30fa}' | '\u{30fc}' => c,
        '\u{2013}' | '\u{2014}' | '\u{2018}' | '\u{2019}' | '\u{201c}' | '\u{201d}' | '\u{2022}' | '\u{20ac}' => c,
        '\u{ac00}'..='\u{d7a3}' | '\u{1f300}'..='\u{1faff}' => c,
        'à'..='ö' | 'ø'..='ÿ' | 'а'..='я' => c,
        'À'..='Ö' | 'Ø'..='Þ' | 'А'..='Я' => char::from_u32(u32::from(c) + 0x20)?,
        _ => return None,
    })
}

fn involved(text: &str, out: &mut String) {
    let mut now = once(text);
    // One round is enough for nearly everything; removing an invisible character or lower-casing can make room for
    // one more composition. The bound only guards against a fault in the tables.
    for _ in 0..4 {
        let next = once(&now);
        if next == now {
            break;
        }
        now = next;
    }
    out.push_str(&now);
}

fn once(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.nfkc().filter(|c| !invisible(*c)) {
        match c {
            // Without this the dot would become a mark of its own and "İstanbul" would not be "istanbul".
            'İ' => out.push('i'),
            'ς' => out.push('σ'),
            '\0'..='\x7f' => out.push(c.to_ascii_lowercase()),
            _ => out.extend(c.to_lowercase().map(han::simplified)),
        }
    }
    out
}

/// Characters that show nothing and only hide or steer: soft hyphen, zero-width, bidi controls, variation
/// selectors, tags.
pub(crate) fn invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ways_to_write_the_same_text_fold_alike() {
        for (from, to) in [
            ("提現ＵＳＤＴ", "提现usdt"),
            ("ﾃﾞﾎﾟｼﾞｯﾄ", "デポジット"),
            ("E\u{301}TÉ", "été"),
            ("İstanbul ΟΔΟΣ", "istanbul οδοσ"),
            ("pass\u{200b}word", "password"),
            ("①ﬁ…", "1fi..."),
            ("か\u{3099}", "が"),
            ("", ""),
        ] {
            assert_eq!(fold(from), to);
        }
    }

    #[test]
    fn every_character_folds_once_and_for_all() {
        for c in '\0'..=char::MAX {
            let one = fold(&c.to_string());
            assert_eq!(fold(&one), one, "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn the_quick_way_folds_like_the_full_algorithm() {
        for c in '\0'..=char::MAX {
            if let Some(quick) = simple(c) {
                let mut full = String::new();
                involved(&c.to_string(), &mut full);
                assert_eq!(full, quick.to_string(), "U+{:04X}", u32::from(c));
            }
        }
    }

    #[test]
    fn source_points_into_the_original() {
        let mapped = Mapped::new("😀 提現①");
        let at = mapped.folded.find("现").expect("folded");
        assert_eq!(mapped.source(&(at..at + 3)), 4..5);
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "\\PC*|[a-zÀ-ɏ\u{300}-\u{345}가-힣ᄀ-ᇿ\u{3099}か-ごＡ-ｚ\u{200b}提現]*") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn the_mapped_form_is_the_folded_form(text in "\\PC*|[a-z\u{300}-\u{310}ㄱ-ㅣกำé\u{200d}①提現]*") {
            let mapped = Mapped::new(&text);
            prop_assert_eq!(&mapped.folded, &fold(&text));
            let utf16 = text.encode_utf16().count();
            let source = mapped.source(&(0..mapped.folded.len()));
            prop_assert!(source.end <= utf16);
        }

        #[test]
        fn whole_texts_fold_like_the_full_algorithm(text in "[a-zA-Z\u{300}-\u{345}ÀéßÿВя提現か\u{3099}ＡＢ　、①İ\u{200b}각]*") {
            let mut full = String::new();
            involved(&text, &mut full);
            prop_assert_eq!(fold(&text), full);
        }
    }
}
