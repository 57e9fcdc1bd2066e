//! The parts of a letter that may be a bounce: what the server wrote, its report, and what came back of the mail.

use super::cut::{returned_from, without_line_above};
use mail_parser::decoders::html::html_to_text;
use mail_parser::{Message, MessagePart, MimeHeaders, PartType};
use std::borrow::Cow;

/// Bytes of text that are read; a notice is a few lines, the rest is the mail that came back.
const MAX_TEXT: usize = 64 * 1024;
/// Bytes of one report that are read: a hundred recipients fit.
const MAX_REPORT: usize = 128 * 1024;
/// Reports, heads and attached mails that are kept of each kind.
const MAX_PARTS: usize = 8;

#[derive(Default)]
pub(super) struct Letter<'m> {
    /// What the server wrote, up to the mail that came back.
    pub(super) notice: String,
    /// The mail that came back, where it follows in the same text; begins with its head.
    pub(super) returned: String,
    /// `message/delivery-status` parts.
    pub(super) reports: Vec<String>,
    /// `message/feedback-report` parts.
    pub(super) feedback: Vec<String>,
    /// `text/rfc822-headers` parts: the head of the mail that came back.
    pub(super) heads: Vec<String>,
    /// `message/rfc822` parts.
    pub(super) attached: Vec<&'m Message<'m>>,
}

impl<'m> Letter<'m> {
    pub(super) fn read(message: &'m Message<'m>) -> Self {
        let mut letter = Self::default();
        let (mut plain, mut html) = (String::new(), String::new());
        for (index, part) in message.parts.iter().enumerate() {
            if let (1.., Some(head)) = (index, head_of_part(message, part)) {
                keep(&mut letter.heads, &head);
                continue;
            }
            match (&part.body, kind(part).as_str()) {
                (PartType::Message(inner), _) if letter.attached.len() < MAX_PARTS => letter.attached.push(inner),
                (PartType::Message(_) | PartType::Multipart(_), _) => {}
                (_, "message/delivery-status" | "message/global-delivery-status") => keep(&mut letter.reports, &text(part)),
                (_, "message/feedback-report") => keep(&mut letter.feedback, &text(part)),
                (_, kind) if kind.contains("/rfc822") || kind.contains("/global") => keep(&mut letter.heads, &text(part)),
                (PartType::Html(text), _) => append(&mut html, &lines(clip(text, MAX_TEXT))),
                (PartType::Text(text), _) => append(&mut plain, text),
                // A multipart without a boundary is one text.
                (PartType::Binary(_), kind) if kind.starts_with("multipart/") => append(&mut plain, &text(part)),
                (PartType::Binary(_) | PartType::InlineBinary(_), _) => {}
            }
        }
        let text = if plain.trim().is_empty() { html } else { plain };
        let (notice, returned) = text.split_at(returned_from(&text));
        letter.notice = without_line_above(notice).to_owned();
        letter.returned = returned.to_owned();
        letter
    }

    /// Whether a mail, or its head, came back with the notice.
    pub(super) fn returns_mail(&self) -> bool {
        !self.attached.is_empty() || !self.heads.is_empty() || !self.returned.is_empty()
    }
}

/// The media type in lower case; empty where it is not said.
fn kind(part: &MessagePart<'_>) -> String {
    part.content_type()
        .map(|kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()).to_ascii_lowercase())
        .unwrap_or_default()
}

fn text<'p>(part: &'p MessagePart<'_>) -> Cow<'p, str> {
    String::from_utf8_lossy(part.contents())
}

/// The head of a part that is no part but the mail that came back itself, put between two boundaries.
fn head_of_part<'m>(message: &'m Message<'_>, part: &MessagePart<'_>) -> Option<Cow<'m, str>> {
    let mail = |name: &str| name.eq_ignore_ascii_case("message-id") || name.eq_ignore_ascii_case("received");
    let head = || message.raw_message.get(part.offset_header as usize..part.offset_body as usize);
    part.headers.iter().any(|header| mail(header.name())).then(head).flatten().map(String::from_utf8_lossy)
}

fn keep(into: &mut Vec<String>, text: &str) {
    if into.len() < MAX_PARTS {
        into.push(clip(text, MAX_REPORT).to_owned());
    }
}

fn append(into: &mut String, text: &str) {
    if into.len() < MAX_TEXT {
        if !into.is_empty() {
            into.push_str("\n\n");
        }
        into.push_str(clip(text, MAX_TEXT.saturating_sub(into.len())));
    }
}

/// The beginning of a text, at most so many bytes, never within a character.
pub(super) fn clip(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or_default()
}

/// HTML as lines: what the eye sees below each other stays below each other, cells of a table keep a distance. Servers
/// in China send notices as tables only.
fn lines(html: &str) -> String {
    let mut spaced = String::with_capacity(html.len() + html.len() / 8);
    for (index, piece) in html.split('<').enumerate() {
        if index > 0 {
            let name: String = piece.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '/').take(12).collect();
            match name.to_ascii_lowercase().trim_matches('/') {
                "tr" | "div" | "li" | "ul" | "table" | "h1" | "h2" | "h3" | "h4" | "pre" | "blockquote" | "dd" | "dt" => {
                    spaced.push_str("<br>")
                }
                "td" | "th" => spaced.push(' '),
                _ => {}
            }
            spaced.push('<');
        }
        spaced.push_str(piece);
    }
    html_to_text(&spaced)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_and_rows_of_a_table_do_not_run_together() {
        let text = lines("<table><tr><td>to:</td><td>a@example.org</td></tr><tr><td>b</td></tr></table>");
        assert!(text.contains("to: a@example.org"), "{text}");
        assert!(text.contains("\nb") || text.contains("\n b"), "{text}");
    }
}
