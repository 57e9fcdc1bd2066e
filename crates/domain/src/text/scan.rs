//! Cuts a folded text into tokens: words, numbers, and runs of scripts that are written without spaces.
//!
//! Index, query, highlight and ranking all read this one cut. Allocates nothing; offsets are bytes of the folded text.

use std::ops::Range;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) range: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Letters and digits.
    Word,
    /// An amount: digits, grouped by commas or with decimals.
    Number,
    /// Characters of a script without spaces between words; indexed as single characters and pairs.
    Run,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Gap,
    Letter,
    Glyph,
}

pub(crate) fn tokens(folded: &str) -> impl Iterator<Item = Token> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let (start, class) = next_start(folded, at)?;
        let token = match class {
            Class::Glyph => Token { kind: Kind::Run, range: start..end_of(folded, start, Class::Glyph) },
            _ => number(folded, start)
                .map(|end| Token { kind: Kind::Number, range: start..end })
                .unwrap_or_else(|| Token { kind: Kind::Word, range: start..end_of(folded, start, Class::Letter) }),
        };
        at = token.range.end;
        Some(token)
    })
}

fn next_start(text: &str, from: usize) -> Option<(usize, Class)> {
    let bytes = text.as_bytes();
    let mut at = from;
    while at < bytes.len() {
        if bytes[at].is_ascii() {
            if bytes[at].is_ascii_alphanumeric() {
                return Some((at, Class::Letter));
            }
            at += 1;
            continue;
        }
        let c = text[at..].chars().next()?;
        match class(c) {
            Class::Gap => at += c.len_utf8(),
            class => return Some((at, class)),
        }
    }
    None
}

fn end_of(text: &str, from: usize, wanted: Class) -> usize {
    let bytes = text.as_bytes();
    let mut at = from;
    while at < bytes.len() {
        if bytes[at].is_ascii() {
            if wanted != Class::Letter || !bytes[at].is_ascii_alphanumeric() {
                return at;
            }
            at += 1;
            continue;
        }
        match text[at..].chars().next() {
            Some(c) if class(c) == wanted || (at > from && mark(c)) => at += c.len_utf8(),
            _ => return at,
        }
    }
    at
}

fn class(c: char) -> Class {
    match c {
        '\0'..='\x7f' if c.is_ascii_alphanumeric() => Class::Letter,
        '\0'..='\x7f' => Class::Gap,
        // Han, kana, and what repeats or lengthens them.
        '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{20000}'..='\u{3fffd}' | '\u{3005}'..='\u{3007}' => Class::Glyph,
        '\u{3041}'..='\u{3096}' | '\u{309d}'..='\u{309f}' | '\u{30a1}'..='\u{30fa}' | '\u{30fc}'..='\u{30ff}' => Class::Glyph,
        // Hangul glues particles to words; Thai, Lao, Burmese and Khmer have no spaces: pairs find what words would miss.
        '\u{ac00}'..='\u{d7a3}' | '\u{1100}'..='\u{11ff}' => Class::Glyph,
        '\u{e01}'..='\u{e3a}' | '\u{e40}'..='\u{e4e}' | '\u{e81}'..='\u{ecf}' => Class::Glyph,
        '\u{1000}'..='\u{103f}' | '\u{1050}'..='\u{109d}' | '\u{1780}'..='\u{17d3}' => Class::Glyph,
        '\u{2000}'..='\u{206f}' | '\u{3000}'..='\u{303f}' => Class::Gap,
        _ if c.is_alphanumeric() => Class::Letter,
        _ => Class::Gap,
    }
}

fn mark(c: char) -> bool {
    c >= '\u{300}' && unicode_normalization::char::is_combining_mark(c)
}

/// End of the amount that starts at `from`, if one does: `1,000.50`, `0.5`, `100` before up to five letters
/// (`100usdt` is an amount and a word; letters that could all be hexadecimal make it a piece of a hash). Anything else
/// that starts with a digit is a word.
fn number(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let digits = |at: usize| bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let first = digits(from);
    if first == 0 {
        return None;
    }
    let mut end = from + first;
    if first <= 3 {
        while bytes.get(end) == Some(&b',') && digits(end + 1) == 3 {
            end += 4;
        }
    }
    let mut fraction = false;
    if bytes.get(end) == Some(&b'.') && digits(end + 1) > 0 {
        let after = end + 1 + digits(end + 1);
        // A second point makes it an address or a version, not an amount.
        let again = bytes.get(after) == Some(&b'.') && digits(after + 1) > 0;
        let before = from > 1 && bytes[from - 1] == b'.' && bytes[from - 2].is_ascii_digit();
        if !again && !before {
            end = after;
            fraction = true;
        }
    }
    if end < bytes.len() {
        let rest = end_of(text, end, Class::Letter) - end;
        let letters = &bytes[end..end + rest];
        let named = letters.iter().all(u8::is_ascii_lowercase) && letters.iter().any(|byte| *byte > b'f');
        let unit = rest == 0 || ((2..=5).contains(&rest) && named);
        if !unit || (rest > 0 && !fraction && first > 8) {
            return None;
        }
    }
    Some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        tokens(text).map(|token| &text[token.range]).collect()
    }

    #[test]
    fn text_is_cut_into_words_numbers_and_runs() {
        assert_eq!(cut("my deposit, 1,000.50usdt 未到账!"), ["my", "deposit", "1,000.50", "usdt", "未到账"]);
        assert_eq!(cut("提现100usdt失败"), ["提现", "100", "usdt", "失败"]);
        assert_eq!(cut("10.0.0.1 v1.2"), ["10", "0", "0", "1", "v1", "2"]);
        assert_eq!(cut("0x1f9c 3f2a9"), ["0x1f9c", "3f2a9"]);
        assert_eq!(cut("1234567890xyz"), ["1234567890xyz"]);
        assert_eq!(cut("052dcc 052usd"), ["052dcc", "052", "usd"]);
        assert_eq!(cut("デポジット 출금이 ถอนเงิน"), ["デポジット", "출금이", "ถอนเงิน"]);
        assert_eq!(cut("हिन्दी мой кошелёк"), ["हिन्दी", "мой", "кошелёк"]);
        assert_eq!(cut(" ,.!? 。，"), Vec::<&str>::new());
    }

    #[test]
    fn amounts_are_numbers() {
        let kinds: Vec<Kind> = tokens("0.5btc a1 12").map(|token| token.kind).collect();
        assert_eq!(kinds, [Kind::Number, Kind::Word, Kind::Word, Kind::Number]);
    }
}
