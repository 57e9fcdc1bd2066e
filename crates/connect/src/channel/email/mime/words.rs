//! Encoded words (RFC 2047) as senders really write them: split inside a character, without an end, with raw bytes between.

use super::{charset, encoding};

/// A piece of a header value.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Plain(&'a str),
    Decoded(String),
}

/// Characters of the name of a character set; longer ones are no encoded word.
const MAX_LABEL: usize = 60;

/// A header value with its encoded words replaced; it may hold anything, line breaks included.
pub(super) fn decode(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for piece in pieces(value) {
        match piece {
            Piece::Plain(text) => out.push_str(text),
            Piece::Decoded(text) => out.push_str(&text),
        }
    }
    out
}

/// The value in order. Neighbouring words of one character set are joined before they are decoded, since senders split
/// characters between them (against the RFC); white space between words is not text.
pub(super) fn pieces(value: &str) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let mut open: Option<(&str, Vec<u8>)> = None;
    // `from` is where text not yet handed out begins, `at` where the next word is looked for.
    let (mut from, mut at, mut ends_left) = (0, 0, true);
    while let Some(start) = value.get(at..).and_then(|rest| rest.find("=?")).map(|found| at + found) {
        let Some((label, bytes, end)) = word(value, start, &mut ends_left) else {
            at = start + 2;
            continue;
        };
        let between = value.get(from..start).unwrap_or_default();
        let adjacent = open.is_some() && between.trim().is_empty();
        match open.as_mut() {
            Some((before, held)) if adjacent && before.eq_ignore_ascii_case(label) => held.extend_from_slice(&bytes),
            _ => {
                close(open.take(), &mut out);
                if !adjacent && !between.is_empty() {
                    out.push(Piece::Plain(between));
                }
                open = Some((label, bytes));
            }
        }
        (from, at) = (end, end);
    }
    close(open, &mut out);
    if let Some(rest) = value.get(from..).filter(|rest| !rest.is_empty()) {
        out.push(Piece::Plain(rest));
    }
    out
}

fn close(open: Option<(&str, Vec<u8>)>, out: &mut Vec<Piece<'_>>) {
    if let Some((label, bytes)) = open {
        out.push(Piece::Decoded(charset::decode(&bytes, Some(label))));
    }
}

/// The word that starts at `start`: its character set, its bytes, and where it ends. `ends_left` remembers that no `?=`
/// follows, so that a value of many starts is not searched to its end for each.
fn word<'a>(value: &'a str, start: usize, ends_left: &mut bool) -> Option<(&'a str, Vec<u8>, usize)> {
    let rest = value.get(start + 2..)?;
    let label_end = rest.bytes().take(MAX_LABEL).position(|byte| byte == b'?')?;
    let label = rest.get(..label_end)?;
    if label.len() < 2 || label.contains(|c: char| c.is_whitespace() || c == '=') {
        return None;
    }
    let base64 = match rest.get(label_end + 1..label_end + 3)? {
        "B?" | "b?" => true,
        "Q?" | "q?" => false,
        _ => return None,
    };
    let data_at = start + 2 + label_end + 3;
    let data = value.get(data_at..)?;
    let closed = if *ends_left { data.find("?=") } else { None };
    *ends_left = closed.is_some();
    // A word cut by a relay ends with the next white space.
    let length = closed.unwrap_or_else(|| data.find(char::is_whitespace).unwrap_or(data.len()));
    let data = data.get(..length)?;
    let bytes = if base64 { encoding::base64(data.as_bytes()) } else { q(data.trim_end_matches('?')) };
    // RFC 2231, 5: the language behind a star.
    let label = label.split('*').next().unwrap_or_default();
    Some((label, bytes, data_at + length + if closed.is_some() { 2 } else { 0 }))
}

fn q(data: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len());
    let spaced: Vec<u8> = data.bytes().map(|byte| if byte == b'_' { b' ' } else { byte }).collect();
    encoding::escapes(&spaced, b'=', &mut out);
    out
}
