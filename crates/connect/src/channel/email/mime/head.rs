//! The header block of a mail or a part: its fields (RFC 5322, 2.2), and where its body begins.

use super::encoding::line;
use super::params::Params;
use super::{MAX_HEADER, MAX_HEADERS, charset, words};

/// Fields as they stand.
#[derive(Debug, Default)]
pub(super) struct Head<'a> {
    pub(super) fields: Vec<Field<'a>>,
    /// More fields followed.
    pub(super) more: bool,
    /// The set that 8-bit headers are likely written in.
    hint: Option<String>,
}

/// A field: its name as written, its value with its folds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field<'a> {
    pub(super) name: &'a str,
    value: &'a [u8],
}

impl<'a> Head<'a> {
    /// Fields and body. Where there is no header block, everything is body.
    pub(super) fn split(bytes: &'a [u8]) -> (Self, &'a [u8]) {
        let mut head = Self::default();
        let mut rest = bytes;
        while !rest.is_empty() {
            let (first, after) = line(rest);
            if first.trim_ascii().is_empty() {
                rest = after;
                break;
            }
            let Some((name, _)) = named(first) else {
                // A stray line between fields ("From " of mbox, a wrapped value without its indent), or text without a header.
                if goes_on(after) && (!head.fields.is_empty() || first.starts_with(b"From ") || first.starts_with(b">From ")) {
                    rest = after;
                    continue;
                }
                break;
            };
            let length = field_length(rest);
            let (field, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
            if head.fields.len() < MAX_HEADERS {
                let value = field.iter().position(|byte| *byte == b':').and_then(|colon| field.get(colon + 1..));
                head.fields.push(Field { name, value: value.unwrap_or_default() });
            } else {
                head.more = true;
            }
            rest = after;
        }
        head.hint = head.params("content-type").word("charset").filter(|set| !matches!(set.as_str(), "us-ascii" | "utf-8"));
        (head, rest)
    }

    /// All fields of that name, in order.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &Field<'a>> {
        self.fields.iter().filter(move |field| field.name.eq_ignore_ascii_case(name))
    }

    /// The first field of that name as one line of text, encoded words still in it.
    pub(super) fn first(&self, name: &str) -> Option<String> {
        self.all(name).next().map(|field| self.text(field))
    }

    /// The parameters of the first field of that name; empty ones without it.
    pub(super) fn params(&self, name: &str) -> Params {
        Params::read(&self.first(name).unwrap_or_default())
    }

    /// One line of text, encoded words still in it.
    pub(super) fn text(&self, field: &Field<'_>) -> String {
        let text = text(field.raw(), self.hint.as_deref());
        // The white space that follows a fold is kept (RFC 5322, 2.2.3); a CR elsewhere parts words.
        let text = text.replace("\r\n", "").replace('\n', "").replace(['\r', '\0'], " ");
        text.trim().to_owned()
    }

    /// One line of text as people read it.
    pub(super) fn shown(&self, field: &Field<'_>) -> String {
        words::decode(&self.text(field))
    }
}

impl<'a> Field<'a> {
    /// The value, cut at its limit.
    fn raw(&self) -> &'a [u8] {
        self.value.get(..MAX_HEADER).unwrap_or(self.value)
    }

    pub(super) fn is_cut(&self) -> bool {
        self.value.len() > MAX_HEADER
    }
}

/// Headers in raw bytes: UTF-8 (RFC 6532), the set of the body, or the likely one.
fn text(bytes: &[u8], hint: Option<&str>) -> String {
    if let Ok(text) = str::from_utf8(bytes) {
        if !text.contains('\u{1b}') {
            return text.to_owned();
        }
        return charset::guess(bytes);
    }
    let hinted = hint.map(|hint| charset::decode(bytes, Some(hint))).filter(|text| !text.contains('\u{fffd}'));
    hinted.unwrap_or_else(|| charset::guess(bytes))
}

/// Whether a field stands in the next lines of the block.
fn goes_on(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    for _ in 0..MAX_STRAY {
        let (first, after) = line(rest);
        if first.trim_ascii().is_empty() {
            return false;
        }
        if named(first).is_some() {
            return true;
        }
        rest = after;
    }
    false
}

/// The name of a field and what follows its colon.
fn named(line: &[u8]) -> Option<(&str, &[u8])> {
    let colon = line.iter().take(MAX_HEADER_NAME).position(|byte| *byte == b':')?;
    let (name, value) = line.split_at_checked(colon)?;
    let name = name.trim_ascii_end();
    // A boundary line may hold a colon.
    if name.is_empty() || name.starts_with(b"--") || !name.iter().all(u8::is_ascii_graphic) {
        return None;
    }
    Some((str::from_utf8(name).ok()?, value.get(1..)?))
}

/// Stray lines in a header block that are passed over in one go.
const MAX_STRAY: usize = 3;
/// Characters of a field's name; the longest registered one has 38.
const MAX_HEADER_NAME: usize = 200;

/// Bytes of the field at the start: its line and those that begin with white space. A line of nothing but white space belongs
/// to it only if another such line or field follows; else it is a damaged end of the block.
fn field_length(bytes: &[u8]) -> usize {
    let (_, mut rest) = line(bytes);
    loop {
        let (next, after) = line(rest);
        let folded = matches!(next.first(), Some(b' ' | b'\t'));
        let blank = next.trim_ascii().is_empty();
        let goes_on = || {
            let (follow, _) = line(after);
            named(follow).is_some() || (matches!(follow.first(), Some(b' ' | b'\t')) && !follow.trim_ascii().is_empty())
        };
        if !folded || (blank && !goes_on()) {
            return bytes.len() - rest.len();
        }
        rest = after;
    }
}
