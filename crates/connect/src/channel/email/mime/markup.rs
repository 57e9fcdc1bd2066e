//! The signs of HTML: where a tag ends, and what a reference stands for.

use mail_parser::decoders::html;

/// Bytes of a named character, `&` and `;` included; the longest has 33.
const MAX_ENTITY: usize = 34;
/// Bytes of a tag that are read with an eye on quotes; longer ones hold a picture in base64, which has no `>`.
const MAX_QUOTED_TAG: usize = 2048;

/// Where the tag ends; a `>` in a quoted value is not its end.
pub(super) fn tag_end(tag: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in tag.bytes().take(MAX_QUOTED_TAG).enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at),
            // A quote counts only as the start of a value; elsewhere it is a stray one.
            (None, b'"' | b'\'') if tag.get(..at).is_some_and(|before| before.trim_end().ends_with('=')) => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    // An open quote must not swallow the page, nor make every tag search to its end.
    tag.find('>')
}

/// What follows the closing tag of `name`.
pub(super) fn past<'a>(text: &'a str, name: &str) -> &'a str {
    let mut rest = text;
    while let Some(at) = rest.find("</") {
        rest = rest.get(at + 2..).unwrap_or_default();
        if rest.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name)) {
            return rest.find('>').and_then(|end| rest.get(end + 1..)).unwrap_or_default();
        }
    }
    ""
}

/// The characters of a reference at the start and its length; `None` where it is only an ampersand.
pub(super) fn entity(text: &str) -> (Option<String>, usize) {
    let name_end = text.bytes().skip(1).take(MAX_ENTITY).position(|byte| !byte.is_ascii_alphanumeric() && byte != b'#');
    let name_end = name_end.unwrap_or(MAX_ENTITY.min(text.len() - 1));
    let end = name_end + 1;
    let Some(name) = text.get(1..end) else { return (None, 1) };
    let closed = usize::from(text.get(end..).is_some_and(|rest| rest.starts_with(';')));
    let found = match name {
        "amp" => Some("&".to_owned()),
        "lt" => Some("<".to_owned()),
        "gt" => Some(">".to_owned()),
        "quot" => Some("\"".to_owned()),
        "nbsp" => Some(" ".to_owned()),
        _ => match name.strip_prefix('#') {
            Some(number) => {
                let hex = number.strip_prefix(['x', 'X']);
                let code = hex.map_or_else(|| number.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok());
                // HTML 13.2.5.80: numbers of C1 mean windows-1252.
                let c = code.and_then(|code| match code {
                    0x80..=0x9f => super::charset::decode(&[code as u8], Some("windows-1252")).chars().next(),
                    _ => char::from_u32(code),
                });
                c.map(String::from)
            }
            None if closed == 1 && !name.is_empty() => {
                let reference = text.get(..=end).unwrap_or_default();
                Some(html::html_to_text(reference).trim().to_owned()).filter(|found| found.chars().count() <= 2 && !found.is_empty())
            }
            None => None,
        },
    };
    if found.is_some() { (found, end + closed) } else { (None, 1) }
}
