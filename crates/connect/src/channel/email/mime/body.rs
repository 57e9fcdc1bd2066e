//! What a mail says as text and as HTML, put together from its parts.

use super::encoding::{line, uuencoded};
use super::plain::html_to_text;
use super::{charset, flowed};
use candor_domain::text::html_escaped;

/// The words of a part, and of all parts below it.
#[derive(Debug, Default)]
pub(super) struct Content {
    pub(super) plain: Option<String>,
    pub(super) html: Option<String>,
}

impl Content {
    /// `plain` says something.
    pub(super) fn says(text: Option<&String>) -> bool {
        text.is_some_and(|text| text.chars().any(|c| !c.is_whitespace()))
    }

    /// Parts one below the other, as readers show them: every part counts, in both forms if there is HTML at all.
    pub(super) fn sequence(mut all: Vec<Self>) -> Self {
        all.retain(|one| one.plain.is_some() || one.html.is_some());
        if all.len() < 2 {
            return all.pop().unwrap_or_default();
        }
        let any_plain = all.iter().any(|one| Self::says(one.plain.as_ref()));
        let any_html = all.iter().any(|one| one.html.is_some());
        let (mut plain, mut html) = (String::new(), String::new());
        for one in all {
            if any_plain {
                match (&one.plain, &one.html) {
                    (Some(text), _) if Self::says(one.plain.as_ref()) => below(&mut plain, text),
                    (_, Some(page)) => below(&mut plain, &html_to_text(page)),
                    _ => {}
                }
            }
            if any_html {
                html.push_str(&one.html.unwrap_or_else(|| escaped(&one.plain.unwrap_or_default())));
                html.push('\n');
            }
        }
        Self { plain: any_plain.then_some(plain), html: any_html.then_some(html) }
    }

    /// Forms of one thing (RFC 2046, 5.1.4): the plain ones that say something, and the last HTML. Plain texts that differ are
    /// all kept, since senders use this type for parts that are no alternatives.
    pub(super) fn alternative(all: Vec<Self>) -> Self {
        let mut out = Self::default();
        let mut last = String::new();
        for one in all {
            if let Some(text) = one.plain.filter(|text| !text.trim().is_empty() && text.trim() != last) {
                last = text.trim().to_owned();
                below(out.plain.get_or_insert_default(), &text);
            }
            if one.html.is_some() && (out.html.is_none() || Self::says(one.html.as_ref())) {
                out.html = one.html;
            }
        }
        out
    }

    /// The text to read: the plain one, else that of the HTML.
    pub(super) fn text(&self) -> String {
        match (&self.plain, &self.html) {
            (Some(plain), _) if Self::says(self.plain.as_ref()) => plain.clone(),
            (_, Some(page)) => html_to_text(page),
            (plain, None) => plain.clone().unwrap_or_default(),
        }
    }
}

fn below(text: &mut String, next: &str) {
    if !text.is_empty() {
        text.truncate(text.trim_end().len());
        text.push_str("\n\n");
    }
    text.push_str(next);
}

fn escaped(text: &str) -> String {
    format!("<div style=\"white-space: pre-wrap\">{}</div>", html_escaped(text))
}

/// How a text part says it is to be read.
#[derive(Debug, Default)]
pub(super) struct Style {
    pub(super) charset: Option<String>,
    pub(super) flowed: bool,
    pub(super) delsp: bool,
}

/// A file found in a text: name and bytes.
pub(super) type Found = (String, Vec<u8>);

/// A plain part as text with LF, and the uuencoded files that stood in it.
pub(super) fn plain(bytes: &[u8], style: &Style) -> (String, Vec<Found>) {
    let (bytes, files) = without_uuencode(bytes);
    let text = tidy(&charset::decode(&bytes, style.charset.as_deref()));
    (if style.flowed { flowed::unflow(&text, style.delsp) } else { text }, files)
}

/// An HTML part as text with LF. The page may name its character set itself.
pub(super) fn html(bytes: &[u8], style: &Style) -> String {
    let named = style.charset.clone().or_else(|| meta_charset(bytes));
    tidy(&charset::decode(bytes, named.as_deref()))
}

/// `<meta charset=...>` in the first bytes, in either spelling.
fn meta_charset(bytes: &[u8]) -> Option<String> {
    let head: String = bytes.iter().take(2048).map(|byte| char::from(byte.to_ascii_lowercase())).collect();
    let after = head.get(head.find("charset=")? + 8..)?.trim_start_matches(['"', '\'', ' ']);
    let name: String = after.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).take(40).collect();
    (!name.is_empty()).then_some(name)
}

/// One kind of line end, and no characters that only steer a terminal.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.strip_prefix('\u{feff}').unwrap_or(text).chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                while chars.next_if_eq(&'\r').is_some() {}
                chars.next_if_eq(&'\n');
                out.push('\n');
            }
            '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push('\n'),
            '\n' | '\t' => out.push(c),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// Cuts a text at so many bytes; true if something was cut.
pub(super) fn cut(text: &mut String, bytes: usize) -> bool {
    let long = text.len() > bytes;
    if long {
        let mut end = bytes;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
    }
    long
}

fn without_uuencode(bytes: &[u8]) -> (std::borrow::Cow<'_, [u8]>, Vec<Found>) {
    let mut files = Vec::new();
    let mut kept: Vec<u8> = Vec::new();
    let (mut from, mut rest) = (bytes, bytes);
    while !rest.is_empty() {
        if rest.starts_with(b"begin ")
            && files.len() < super::MAX_FILES
            && let Some(found) = uuencoded(rest)
        {
            kept.extend_from_slice(from.get(..from.len() - rest.len()).unwrap_or_default());
            files.push((charset::guess(found.name), found.bytes));
            (from, rest) = (found.rest, found.rest);
        } else {
            rest = line(rest).1;
        }
    }
    if files.is_empty() {
        return (bytes.into(), files);
    }
    kept.extend_from_slice(from);
    (kept.into(), files)
}
