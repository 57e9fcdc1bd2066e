//! Bytes to text: the declared character set where it fits, the likely one where it does not.
//!
//! Chinese mail is mislabelled more than any other: GB18030 sent as ISO-8859-1, as GB2312 or without a label.

use mail_parser::decoders::charsets::map::charset_decoder;

/// Text of bytes in the set named `label`, or in the likely set without one or when the label is plainly wrong.
pub(super) fn decode(bytes: &[u8], label: Option<&str>) -> String {
    let label = label.map(|label| label.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | ';')));
    let label = label.unwrap_or_default().to_ascii_lowercase();
    let label = label.as_str();
    if label.starts_with("utf-16") || label.starts_with("utf-7") || label.starts_with("iso-2022") || label.starts_with("csiso2022") {
        return labelled(&single_escapes(bytes), label).unwrap_or_else(|| guess(bytes));
    }
    if label.starts_with("hz") {
        return labelled(&plain_hz(bytes), "gb18030").unwrap_or_else(|| guess(bytes));
    }
    if bytes.is_ascii() {
        return guess(bytes);
    }
    // Other sets form valid UTF-8 only by chance; the two-byte Asian ones more easily than the rest.
    let double = double_byte(label);
    if let Ok(text) = str::from_utf8(bytes) {
        let wide = text.chars().filter(|c| !c.is_ascii()).take(3).count();
        if !double || wide > 2 {
            return text.to_owned();
        }
    }
    match label {
        "" | "us-ascii" | "ascii" | "unknown" | "unknown-8bit" | "x-unknown" | "default" | "none" | "binary" => guess(bytes),
        "utf-8" | "utf8" if mostly_utf8(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        "utf-8" | "utf8" => guess(bytes),
        "iso-8859-1" | "latin1" | "windows-1252" | "cp1252" if plausible_gb(bytes) => guess(bytes),
        _ if gb(label) => labelled(bytes, "gb18030").unwrap_or_else(|| guess(bytes)),
        _ => labelled(bytes, label).unwrap_or_else(|| guess(bytes)),
    }
}

/// The likely text: UTF-8 where valid, ISO-2022-JP by its escapes, GB18030 where plausible, else windows-1252.
pub(super) fn guess(bytes: &[u8]) -> String {
    if bytes.windows(3).any(|three| matches!(three, [0x1b, b'$', b'B' | b'@'])) {
        return labelled(bytes, "iso-2022-jp").unwrap_or_default();
    }
    if let Ok(text) = str::from_utf8(bytes) {
        return text.to_owned();
    }
    let likely = if plausible_gb(bytes) {
        "gb18030"
    } else if mostly_utf8(bytes) {
        return String::from_utf8_lossy(bytes).into_owned();
    } else {
        "windows-1252"
    };
    labelled(bytes, likely).unwrap_or_else(|| String::from_utf8_lossy(bytes).into_owned())
}

/// A set that is known by name; `None` for others and for those the decoder refuses with one replacement character.
fn labelled(bytes: &[u8], label: &str) -> Option<String> {
    let text = charset_decoder(label.as_bytes())?(bytes);
    (text != "\u{fffd}").then_some(text)
}

fn gb(label: &str) -> bool {
    label.starts_with("gb") || label.starts_with("x-gb") || matches!(label, "chinese" | "cp936" | "ms936" | "windows-936" | "csgb2312")
}

fn double_byte(label: &str) -> bool {
    gb(label)
        || ["big5", "cn-big5", "shift", "sjis", "x-sjis", "euc", "ks", "cp932", "windows-31j"].iter().any(|set| label.starts_with(set))
}

/// A damaged or cut UTF-8 text, rather than one of another set: most characters that are not ASCII are whole.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut whole, mut broken) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        whole += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    whole >= 2 * broken
}

/// Chinese in two bytes: the high bytes come in pairs of the GB2312 plane, and most pairs are frequent characters (first
/// level, rows 16 to 55) or punctuation. Latin text has single high bytes; Cyrillic text has words of odd length.
fn plausible_gb(bytes: &[u8]) -> bool {
    let (mut pairs, mut frequent, mut odd, mut at) = (0usize, 0usize, 0usize, 0);
    while let Some(&lead) = bytes.get(at) {
        at += 1;
        if lead < 0x80 {
            continue;
        }
        match bytes.get(at) {
            Some(0xa1..=0xfe) if lead >= 0xa1 => {
                pairs += 1;
                frequent += usize::from(matches!(lead, 0xa1 | 0xa3 | 0xb0..=0xd7));
                at += 1;
            }
            // GBK and the four-byte forms of GB18030: valid, but no evidence.
            Some(0x30..=0x39 | 0x40..=0x7e | 0x80..=0xfe) if (0x81..=0xfe).contains(&lead) => {
                odd += 1;
                at += 1;
            }
            // A pair cut at the end of the text.
            None => {}
            Some(_) => odd += 2,
        }
    }
    pairs > 0 && odd * 8 <= pairs && frequent * 10 >= pairs * 7
}

/// ISO-2022 without the return to ASCII that another escape follows at once, as where encoded words were joined; decoders take
/// that for an attack.
fn single_escapes(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let [byte, after @ ..] = rest {
        if let [0x1b, b'(', b'B' | b'J', 0x1b, ..] = rest {
            rest = rest.get(3..).unwrap_or_default();
        } else {
            out.push(*byte);
            rest = after;
        }
    }
    out
}

/// HZ (RFC 1843): between `~{` and `~}` the bytes are GB2312 without their high bit.
fn plain_hz(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let (mut wide, mut rest) = (false, bytes);
    loop {
        rest = match rest {
            [b'~', b'{', rest @ ..] => {
                wide = true;
                rest
            }
            [b'~', b'}', rest @ ..] => {
                wide = false;
                rest
            }
            [b'~', b'\n', rest @ ..] => rest,
            [b'~', b'~', rest @ ..] if !wide => {
                out.push(b'~');
                rest
            }
            [byte, rest @ ..] => {
                out.push(if wide && *byte > b' ' { byte | 0x80 } else { *byte });
                rest
            }
            [] => return out,
        };
    }
}
