//! The walk over the parts of a mail: which are words, which are files.

use super::body::{self, Content};
use super::encoding::Encoding;
use super::head::Head;
use super::inbound::{Doubt, Inbound, Part};
use super::kind::{Kind, Place};
use super::split::split;
use super::{MAX_DEPTH, MAX_FILES, MAX_PARTS, MAX_TEXT, names, tnef, words};
use std::collections::HashSet;

/// Encoded bytes of a text part that are decoded: enough for [`MAX_TEXT`] in the widest wrapping (three for one in
/// quoted-printable, two for one in UTF-16).
const MAX_ENCODED_TEXT: usize = 6 * MAX_TEXT;

/// What the walk gathers.
#[derive(Default)]
pub(super) struct Walk {
    pub(super) files: Vec<Part>,
    pub(super) doubts: Vec<Doubt>,
    pub(super) left_out: usize,
    /// Texts of `winmail.dat`, for mails that have no other.
    packed: Content,
    rtf: Option<Vec<u8>>,
    parts: usize,
    /// Bytes of plain text and of HTML held so far.
    kept: [usize; 2],
    taken: HashSet<String>,
}

impl Walk {
    /// Reads one part whose header is `head`, and all below it.
    pub(super) fn part(&mut self, head: &Head<'_>, bytes: &[u8], place: Place) -> Content {
        self.parts += 1;
        let kind = Kind::read(head, place.digest);
        if kind.mime.starts_with("multipart/") {
            return self.multipart(&kind, bytes, place);
        }
        if kind.is_body(place) {
            return self.words(&kind, bytes);
        }
        // Another rendering of the same words for programs of few.
        if place.alternative && matches!(kind.mime.as_str(), "text/x-amp-html" | "text/watch-html") {
            return Content::default();
        }
        self.attach(&kind, bytes);
        Content::default()
    }

    fn multipart(&mut self, kind: &Kind, bytes: &[u8], place: Place) -> Content {
        if place.depth >= MAX_DEPTH {
            self.doubts.push(Doubt::TooDeep);
            self.attach(kind, bytes);
            return Content::default();
        }
        let pieces = split(bytes, kind.content_type.get("boundary"), MAX_PARTS.saturating_sub(self.parts));
        if !pieces.found && kind.encoding != Encoding::Identity {
            // Against RFC 2045, 6.4, and seen: the whole multipart in one wrapping.
            let bytes = kind.encoding.decode(bytes);
            return self.multipart(&kind.unwrapped(), &bytes, place);
        }
        self.left_out += pieces.left_out;
        if !pieces.found || pieces.parts.is_empty() {
            self.doubts.push(Doubt::BrokenStructure);
            let text = if pieces.found { pieces.preamble } else { bytes };
            let words = self.words(kind, text);
            return if Content::says(words.plain.as_ref()) { words } else { Content::default() };
        }
        let subtype = kind.mime.strip_prefix("multipart/").unwrap_or_default();
        let below = Place {
            depth: place.depth + 1,
            first: true,
            related: subtype == "related",
            alternative: subtype == "alternative",
            digest: subtype == "digest",
        };
        let mut all = Vec::new();
        for (at, piece) in pieces.parts.into_iter().enumerate() {
            let (head, body) = Head::split(piece);
            if self.parts >= MAX_PARTS {
                self.left_out += 1;
                continue;
            }
            all.push(self.part(&head, body, Place { first: at == 0, ..below }));
        }
        if below.alternative { Content::alternative(all) } else { Content::sequence(all) }
    }

    fn words(&mut self, kind: &Kind, bytes: &[u8]) -> Content {
        let bytes = kind.encoding.decode(bytes.get(..MAX_ENCODED_TEXT).unwrap_or(bytes));
        let style = kind.style();
        let mut content = Content::default();
        if kind.mime == "text/html" {
            content.html = Some(body::html(&bytes, &style));
        } else {
            let (text, files) = body::plain(&bytes, &style);
            content.plain = Some(text);
            for (name, bytes) in files {
                self.keep(Some(&name), "application/octet-stream", None, bytes);
            }
        }
        let mut cut = false;
        for (text, kept) in [&mut content.plain, &mut content.html].into_iter().zip(&mut self.kept) {
            if let Some(text) = text {
                // Twice the limit, since some of it may turn out to be another form of the same.
                cut |= body::cut(text, (2 * MAX_TEXT).saturating_sub(*kept).min(MAX_TEXT));
                *kept += text.len();
            }
        }
        if cut {
            self.doubts.push(Doubt::TextCut);
        }
        content
    }

    fn attach(&mut self, kind: &Kind, bytes: &[u8]) {
        if self.files.len() >= MAX_FILES {
            self.left_out += 1;
            return;
        }
        let bytes = kind.encoding.decode(bytes);
        if kind.is_tnef()
            && let Some(packed) = tnef::unpack(&bytes)
        {
            return self.unpacked(packed, kind, bytes);
        }
        let subject = || {
            let (head, _) = Head::split(bytes.get(..super::MAX_HEADER).unwrap_or(&bytes));
            let subject = head.first("subject").map(|subject| words::decode(&subject)).unwrap_or_default();
            // A subject is no path, and its full stops are no ending.
            let safe = names::safe(&subject.replace(['/', '\\'], "-"));
            (!safe.is_empty()).then(|| format!("{}.eml", safe.chars().take(super::MAX_NAME - 4).collect::<String>()))
        };
        let mail = matches!(kind.mime.as_str(), "message/rfc822" | "message/global" | "message/news");
        let name = kind.name.clone().or_else(|| mail.then(subject).flatten());
        self.keep(name.as_deref(), &kind.mime, kind.content_id.clone(), bytes);
    }

    fn unpacked(&mut self, packed: tnef::Packed, kind: &Kind, bytes: Vec<u8>) {
        for file in packed.files {
            let mime = if file.mime.is_empty() { "application/octet-stream" } else { file.mime.as_str() };
            self.keep(Some(&file.name), mime, file.content_id, file.bytes);
        }
        self.packed = Content { plain: packed.text, html: packed.html };
        self.rtf = packed.rtf;
        if packed.damaged {
            self.keep(kind.name.as_deref(), &kind.mime, kind.content_id.clone(), bytes);
        }
    }

    fn keep(&mut self, name: Option<&str>, mime: &str, content_id: Option<String>, bytes: Vec<u8>) {
        if self.files.len() >= MAX_FILES {
            self.left_out += 1;
            return;
        }
        let name = names::unique(names::or_default(name, mime), &mut self.taken);
        self.files.push(Part { name, mime: mime.to_owned(), content_id, inline: false, bytes });
    }

    /// The words of the whole mail go to `mail`, then what was gathered.
    pub(super) fn finish(mut self, mut content: Content, mail: &mut Inbound) {
        if !Content::says(content.plain.as_ref()) && !Content::says(content.html.as_ref()) {
            content = std::mem::take(&mut self.packed);
            if let Some(rtf) = self.rtf.take().filter(|_| !Content::says(content.plain.as_ref()) && content.html.is_none()) {
                self.keep(None, "application/rtf", None, rtf);
            }
        }
        mail.text = content.text();
        mail.text.truncate(mail.text.trim_end().len());
        mail.text.drain(..mail.text.len() - mail.text.trim_start_matches('\n').len());
        mail.html = content.html;
        let mut cut = body::cut(&mut mail.text, MAX_TEXT);
        if let Some(html) = mail.html.as_mut() {
            cut |= body::cut(html, MAX_TEXT);
            let shown = shown_ids(html);
            for file in &mut self.files {
                file.inline = file.content_id.as_ref().is_some_and(|id| shown.contains(&id.to_lowercase()));
            }
        }
        mail.files = self.files;
        self.doubts.into_iter().for_each(|doubt| mail.doubt(doubt));
        if cut {
            mail.doubt(Doubt::TextCut);
        }
        if self.left_out > 0 {
            mail.doubt(Doubt::TooManyParts(self.left_out));
        }
    }
}

/// The ids that `cid:` addresses (RFC 2392) in a page name.
fn shown_ids(html: &str) -> HashSet<String> {
    let lower = html.to_ascii_lowercase();
    let ids = lower.split("cid:").skip(1).map(|rest| {
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '>' | ')' | '<' | '&')).unwrap_or(rest.len().min(500));
        let mut bytes = Vec::new();
        super::encoding::escapes(rest.get(..end).unwrap_or_default().as_bytes(), b'%', &mut bytes);
        String::from_utf8_lossy(&bytes).to_lowercase()
    });
    ids.filter(|id| !id.is_empty()).collect()
}
