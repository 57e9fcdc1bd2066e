//! The kinds of files on the list.

use crate::word::words;

words! {
    /// A kind of file, told by its content.
    FileKind {
        Png = "png",
        Jpeg = "jpeg",
        Gif = "gif",
        Webp = "webp",
        Heic = "heic",
        Pdf = "pdf",
        Text = "text",
        Csv = "csv",
        Mp4 = "mp4",
        Mov = "mov",
        Webm = "webm",
    }
}

/// Kinds that people and programs take for one another without meaning harm: a screenshot saved as `.jpg` that is a
/// PNG is normal, a PDF that calls itself a picture is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    Picture,
    Document,
    Text,
    Video,
}

impl FileKind {
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
            Self::Heic => "image/heic",
            Self::Pdf => "application/pdf",
            Self::Text => "text/plain",
            Self::Csv => "text/csv",
            Self::Mp4 => "video/mp4",
            Self::Mov => "video/quicktime",
            Self::Webm => "video/webm",
        }
    }

    /// Extensions, the usual one first.
    pub fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Png => &["png"],
            Self::Jpeg => &["jpg", "jpeg", "jfif"],
            Self::Gif => &["gif"],
            Self::Webp => &["webp"],
            Self::Heic => &["heic", "heif"],
            Self::Pdf => &["pdf"],
            Self::Text => &["txt", "log"],
            Self::Csv => &["csv", "tsv"],
            Self::Mp4 => &["mp4", "m4v"],
            Self::Mov => &["mov"],
            Self::Webm => &["webm"],
        }
    }

    pub fn family(self) -> Family {
        match self {
            Self::Png | Self::Jpeg | Self::Gif | Self::Webp | Self::Heic => Family::Picture,
            Self::Pdf => Family::Document,
            Self::Text | Self::Csv => Family::Text,
            Self::Mp4 | Self::Mov | Self::Webm => Family::Video,
        }
    }

    pub fn of_extension(extension: &str) -> Option<Self> {
        let lower = extension.to_ascii_lowercase();
        Self::ALL.iter().copied().find(|kind| kind.extensions().contains(&lower.as_str()))
    }
}

/// What a file chooser offers: media types, and extensions for kinds that browsers do not know by type.
pub fn accept_list() -> Vec<String> {
    let types = FileKind::ALL.iter().map(|kind| kind.media_type().to_owned());
    let extensions =
        [FileKind::Heic, FileKind::Csv, FileKind::Text].iter().flat_map(|kind| kind.extensions()).map(|extension| format!(".{extension}"));
    types.chain(extensions).collect()
}

/// What the declared type says about the family: nothing when it is absent, general or unknown to us, unless its main
/// part speaks.
pub(super) fn declared_family(declared: &str) -> Option<Family> {
    let essence = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.split_once('/') {
        // A table that a spreadsheet program knows is declared as its own; the content is text all the same.
        Some(("application", "vnd.ms-excel" | "csv" | "json")) | Some(("text", _)) => Some(Family::Text),
        Some(("application", "pdf")) => Some(Family::Document),
        Some(("image", _)) => Some(Family::Picture),
        Some(("video", _)) => Some(Family::Video),
        _ => None,
    }
}
