//! Values with parameters: `Content-Type` and `Content-Disposition` (RFC 2045, 5.1; RFC 2231), and their frequent faults.

use super::{charset, encoding, words};

/// Parameters of one field; honest ones have five.
const MAX_PARAMS: usize = 100;

/// A value and its parameters.
#[derive(Clone, Debug, Default)]
pub(super) struct Params {
    /// In lower case, without comments; `text/plain`, `attachment`.
    pub(super) value: String,
    list: Vec<(String, String)>,
}

/// A parameter as RFC 2231 writes it: `name*0*=value`.
struct Raw {
    name: String,
    part: Option<u32>,
    encoded: bool,
    value: String,
}

impl Params {
    /// Reads an unfolded value.
    pub(super) fn read(text: &str) -> Self {
        let text = text.trim_start();
        let end = text.find([';', ' ', '\t', '(', ',']).unwrap_or(text.len());
        let (value, rest) = text.split_at(end);
        // A value without a name in front is a parameter whose value is missing: `name="a.png"`.
        let (value, rest) = if value.contains('=') { ("", text) } else { (value, rest) };
        Self { value: value.trim_matches('"').to_ascii_lowercase(), list: join(split(rest)) }
    }

    /// The first parameter of that name, `RFC 2231` forms before plain ones.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.list.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// A parameter that is one word: whatever follows white space is a comment or a missing semicolon.
    pub(super) fn word(&self, name: &str) -> Option<String> {
        self.get(name).and_then(|value| value.split_whitespace().next()).map(str::to_ascii_lowercase)
    }
}

fn split(text: &str) -> Vec<Raw> {
    let mut out = Vec::new();
    let mut rest = text;
    while out.len() < MAX_PARAMS {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ';' | ','));
        let Some(equals) = rest.find(['=', ';']) else { break };
        let name = rest.get(..equals).unwrap_or_default();
        let after = rest.get(equals..).unwrap_or_default();
        let Some(after) = after.strip_prefix('=') else {
            rest = after;
            continue;
        };
        let (value, left) = value(after.trim_start());
        rest = left;
        // A comment or a stray word in front of the name.
        let name = name.trim().rsplit([' ', '\t', ')']).next().unwrap_or_default().to_ascii_lowercase();
        out.push(raw(&name, value));
    }
    out
}

fn value(text: &str) -> (String, &str) {
    let plain = |text: &str| {
        let end = text.find(';').unwrap_or(text.len());
        let (value, rest) = text.split_at(end);
        (value.trim().trim_end_matches('"').to_owned(), rest.len())
    };
    if let Some(quoted) = text.strip_prefix('"') {
        let (mut out, mut escaped) = (String::new(), false);
        for (at, c) in quoted.char_indices() {
            match c {
                '"' if !escaped => return (out, quoted.get(at + 1..).unwrap_or_default()),
                '\\' if !escaped => {
                    escaped = true;
                    continue;
                }
                _ => {}
            }
            // Only quotes and backslashes are escaped by those who know how; the others write paths.
            if escaped && !matches!(c, '"' | '\\') {
                out.push('\\');
            }
            escaped = false;
            out.push(c);
        }
        let (value, left) = plain(quoted);
        return (value, quoted.get(quoted.len() - left..).unwrap_or_default());
    }
    let (value, left) = plain(text);
    (value, text.get(text.len() - left..).unwrap_or_default())
}

fn raw(name: &str, value: String) -> Raw {
    let (name, encoded) = name.strip_suffix('*').map_or((name, false), |name| (name, true));
    let part = name.rsplit_once('*').and_then(|(name, part)| Some((name, Some(part.parse::<u32>().ok()?))));
    let (name, part) = part.unwrap_or((name, None));
    Raw { name: name.trim_end().to_owned(), part, encoded, value }
}

/// Puts the pieces of each name together, in order of their numbers.
fn join(mut raws: Vec<Raw>) -> Vec<(String, String)> {
    // Stable: of two plain ones of a name the first wins. Those of RFC 2231 win over plain ones, which are for old readers.
    raws.sort_by(|a, b| (&a.name, a.part).cmp(&(&b.name, b.part)).then(b.encoded.cmp(&a.encoded)));
    let mut out: Vec<(String, String)> = Vec::new();
    for of_name in raws.chunk_by(|a, b| a.name == b.name) {
        let Some(first) = of_name.first() else { continue };
        let mut bytes = Vec::new();
        let mut label = None;
        let mut last = None;
        let new = |piece: &&Raw| piece.encoded || piece.part.is_some();
        let any_new = of_name.iter().any(|piece| new(&piece));
        for piece in of_name.iter().filter(|piece| !any_new || new(piece)) {
            if last == Some(piece.part) {
                continue;
            }
            let mut value = piece.value.as_str();
            if piece.encoded && last.is_none() {
                let mut quoted = value.splitn(3, '\'');
                if let (Some(set), Some(_), Some(text)) = (quoted.next(), quoted.next(), quoted.next()) {
                    (label, value) = (Some(set), text);
                }
            }
            last = Some(piece.part);
            match piece.encoded {
                true => encoding::escapes(value.as_bytes(), b'%', &mut bytes),
                false => bytes.extend_from_slice(value.as_bytes()),
            }
        }
        let decoded = label.is_some() || of_name.iter().any(|piece| piece.encoded);
        let text = if decoded { charset::decode(&bytes, label) } else { plainly(&String::from_utf8_lossy(&bytes)) };
        out.push((first.name.clone(), text));
    }
    out
}

/// A plain value: encoded words and percent escapes do not belong there, and are there.
fn plainly(value: &str) -> String {
    let value = words::decode(value);
    if value.contains('%') {
        let mut bytes = Vec::new();
        encoding::escapes(value.as_bytes(), b'%', &mut bytes);
        if let Some(text) = String::from_utf8(bytes).ok().filter(|text| !text.is_ascii()) {
            return text;
        }
    }
    value
}
