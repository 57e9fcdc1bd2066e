//! Transfer encodings (RFC 2045, 6), as tolerant as readers are: damage costs the damaged bytes only.

/// How a part's bytes are wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Identity,
    Base64,
    QuotedPrintable,
    Uuencode,
}

impl Encoding {
    /// The encoding a header names; unknown names mean the bytes as they are.
    pub(super) fn named(value: &str) -> Self {
        let value = value.trim().trim_matches(['"', '\'']).to_ascii_lowercase();
        let name = value.split([';', ' ', '\t', '(', ',']).next().unwrap_or_default();
        match name {
            "base64" | "base-64" | "x-base64" => Self::Base64,
            "quoted-printable" | "quotedprintable" | "x-quoted-printable" | "qp" => Self::QuotedPrintable,
            "x-uuencode" | "uuencode" | "x-uue" | "uue" => Self::Uuencode,
            _ => Self::Identity,
        }
    }

    /// The bytes without their wrapping.
    pub(super) fn decode(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Identity => bytes.to_vec(),
            // Text under the wrong label: better shown as it is than as noise.
            Self::Base64 if !looks_base64(bytes) => bytes.to_vec(),
            Self::Base64 => base64(bytes),
            Self::QuotedPrintable => quoted_printable(bytes),
            Self::Uuencode => uuencoded(bytes).map_or_else(|| bytes.to_vec(), |found| found.bytes),
        }
    }
}

fn sextet(byte: u8) -> Option<u32> {
    let value = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

/// Whether seven of eight bytes at the start belong to the alphabet, or the first line is plainly a coded one (what follows may
/// be a footer).
fn looks_base64(bytes: &[u8]) -> bool {
    let head = bytes.get(..4096).unwrap_or(bytes).trim_ascii();
    let foreign = |bytes: &[u8]| bytes.iter().filter(|byte| sextet(**byte).is_none() && !matches!(byte, b'=' | b'\r' | b'\n')).count();
    let (first, _) = line(head);
    let coded = first.len() % 4 == 0 && foreign(first) == 0 && (first.len() >= 60 || first.ends_with(b"="));
    coded || foreign(head) * 8 <= head.len()
}

/// Base64 (RFC 4648) of any alphabet, foreign bytes skipped. Padding ends a run, so joined pieces decode; a footer that a list
/// put behind the padding is kept as it is.
pub(super) fn base64(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() / 4 * 3 + 3);
    let (mut bits, mut held, mut padded) = (0u32, 0u32, false);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let words = line.trim_ascii();
        if padded && words.iter().any(|byte| sextet(*byte).is_none() && *byte != b'=') {
            out.extend_from_slice(line);
            continue;
        }
        for byte in words {
            if *byte == b'=' {
                (held, padded) = (0, true);
            }
            let Some(value) = sextet(*byte) else { continue };
            bits = bits << 6 | value;
            held += 6;
            if held >= 8 {
                held -= 8;
                out.push((bits >> held & 0xff) as u8);
            }
        }
    }
    out
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|digit| digit as u8)
}

/// Quoted-printable; what is no valid `=XX` stays as written.
pub(super) fn quoted_printable(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let ending = line.len() - line.trim_ascii_end().len();
        let (words, ending) = line.split_at(line.len() - ending);
        // Spaces at the end of a line were put there on the way (rule 3), and `=` there joins the lines.
        let soft = words.last() == Some(&b'=');
        escapes(words.strip_suffix(b"=").unwrap_or(words), b'=', &mut out);
        match ending {
            _ if soft => {}
            [.., b'\r', b'\n'] => out.extend_from_slice(b"\r\n"),
            [.., b'\n'] => out.push(b'\n'),
            _ => out.extend_from_slice(ending),
        }
    }
    out
}

/// Puts `words` into `out` with each `mark` and two hex digits replaced by their byte.
pub(super) fn escapes(words: &[u8], mark: u8, out: &mut Vec<u8>) {
    let mut rest = words;
    while let [byte, after @ ..] = rest {
        let pair = after.first().copied().and_then(hex).zip(after.get(1).copied().and_then(hex));
        match pair {
            Some((high, low)) if *byte == mark => {
                out.push(high << 4 | low);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                out.push(*byte);
                rest = after;
            }
        }
    }
}

/// A uuencoded file in a text.
#[derive(Debug)]
pub(super) struct Uuencoded<'a> {
    pub(super) name: &'a [u8],
    pub(super) bytes: Vec<u8>,
    /// What follows its `end`.
    pub(super) rest: &'a [u8],
}

/// The file at the start of `bytes` (after blank lines): a `begin 644 name` line, lines of the right length, and `end`.
pub(super) fn uuencoded(bytes: &[u8]) -> Option<Uuencoded<'_>> {
    let start = bytes.trim_ascii_start();
    let (first, mut rest) = line(start);
    let first = first.strip_prefix(b"begin ")?;
    let mode = first.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let name = first.get(mode..)?.strip_prefix(b" ")?.trim_ascii();
    let mut out = Vec::new();
    if !(3..=4).contains(&mode) || name.is_empty() {
        return None;
    }
    loop {
        if rest.is_empty() {
            // Cut on the way: what came is kept.
            return (!out.is_empty()).then_some(Uuencoded { name, bytes: out, rest });
        }
        let (words, after) = line(rest);
        if words == b"end" {
            return Some(Uuencoded { name, bytes: out, rest: after });
        }
        rest = after;
        uu_line(words, &mut out)?;
    }
}

fn uu_line(words: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let Some((length, data)) = words.split_first() else { return Some(()) };
    let length = usize::from(length.checked_sub(b' ')? & 63);
    // Mailers trim spaces at the end, which stand for zero; some add a check character.
    if data.len() > length.div_ceil(3) * 4 + 2 || (length > 0 && data.is_empty()) || data.iter().any(|byte| !(b' '..=b'`').contains(byte)) {
        return None;
    }
    let from = out.len();
    for group in data.chunks(4) {
        let bits = (0..4).fold(0u32, |bits, at| bits << 6 | u32::from(group.get(at).map_or(0, |byte| byte.wrapping_sub(b' ') & 63)));
        out.extend_from_slice(&[(bits >> 16 & 0xff) as u8, (bits >> 8 & 0xff) as u8, (bits & 0xff) as u8]);
    }
    out.resize(from + length, 0);
    Some(())
}

/// The first line without its ending, and what follows.
pub(super) fn line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let (line, rest) = end.map_or((bytes, &[][..]), |at| (bytes.get(..at).unwrap_or_default(), bytes.get(at + 1..).unwrap_or_default()));
    let kept = line.iter().rposition(|byte| *byte != b'\r').map_or(0, |at| at + 1);
    (line.get(..kept).unwrap_or_default(), rest)
}
