//! What a part is, by its header and by where it stands.

use super::body::Style;
use super::encoding::Encoding;
use super::head::Head;
use super::params::Params;

/// Where a part stands.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) depth: usize,
    /// The first of its multipart, or the mail itself.
    pub(super) first: bool,
    pub(super) related: bool,
    pub(super) alternative: bool,
    pub(super) digest: bool,
}

impl Place {
    pub(super) const MAIL: Self = Self { depth: 0, first: true, related: false, alternative: false, digest: false };
}

/// What the header of a part says about it.
#[derive(Clone)]
pub(super) struct Kind {
    /// In lower case.
    pub(super) mime: String,
    pub(super) content_type: Params,
    pub(super) name: Option<String>,
    attachment: bool,
    pub(super) encoding: Encoding,
    pub(super) content_id: Option<String>,
}

impl Kind {
    pub(super) fn read(head: &Head<'_>, digest: bool) -> Self {
        let content_type = head.params("content-type");
        let disposition = head.params("content-disposition");
        let name = disposition.get("filename").or_else(|| content_type.get("name")).or_else(|| disposition.get("name")).map(str::to_owned);
        let attachment = disposition.value == "attachment";
        let mime = match content_type.value.as_str() {
            "" if digest => "message/rfc822".to_owned(),
            // RFC 2045, 5.2: what cannot be read is plain text; with a name it is more likely a file.
            value if value.split('/').filter(|side| !side.is_empty()).count() != 2 => match value {
                "html" => "text/html".to_owned(),
                _ if name.is_some() || attachment => "application/octet-stream".to_owned(),
                _ => "text/plain".to_owned(),
            },
            value => value.chars().filter(|c| c.is_ascii_graphic()).take(100).collect(),
        };
        let encoding = Encoding::named(&head.first("content-transfer-encoding").unwrap_or_default());
        let content_id = head.first("content-id").map(|id| id.trim_matches(['<', '>', ' ']).chars().take(500).collect::<String>());
        Self { mime, content_type, name, attachment, encoding, content_id: content_id.filter(|id| !id.is_empty()) }
    }

    pub(super) fn unwrapped(&self) -> Self {
        Self { encoding: Encoding::Identity, ..self.clone() }
    }

    /// Words of the mail rather than a file. A name makes a file of it, except of the first part and of alternatives, where
    /// senders name what is plainly the body.
    pub(super) fn is_body(&self, place: Place) -> bool {
        let text = matches!(self.mime.as_str(), "text/plain" | "text/html");
        text && !self.attachment && (place.alternative || place.first || (self.name.is_none() && !place.related))
    }

    pub(super) fn is_tnef(&self) -> bool {
        matches!(self.mime.as_str(), "application/ms-tnef" | "application/vnd.ms-tnef")
            || self.name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case("winmail.dat"))
    }

    pub(super) fn style(&self) -> Style {
        let flowed = self.content_type.word("format").is_some_and(|format| format == "flowed");
        let delsp = self.content_type.word("delsp").is_some_and(|delsp| delsp == "yes");
        Style { charset: self.content_type.word("charset"), flowed, delsp }
    }
}
