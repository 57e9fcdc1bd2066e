//! Files as clients see them. The bytes are fetched by id, with the caller's own rights.

use super::words;
use candor_app::file::{Link, has_small};
use candor_store::file::File;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A file of a message.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FileInfo {
    pub id: Uuid,
    pub name: String,
    pub media_type: String,
    /// In bytes.
    pub size: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<i64>,
    /// Where this caller fetches it, under the desk's own address. In a browser's session it takes a link besides: `POST /files/links`.
    pub url: String,
    /// Where a small picture of it is fetched, by the same rules; absent for what has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub small: Option<String>,
    /// What a scanner for malware said. What is `infected` is not given out.
    #[schema(value_type = words::FileScan)]
    pub scan: &'static str,
    /// What it found, or why it could not look; for agents alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scan_note: Option<String>,
}

/// A file with an address that is good for this session and a few minutes.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LinkedFile {
    /// Its `url` and `small` can be used as they are.
    pub file: FileInfo,
    /// When they end.
    pub until: i64,
}

impl FileInfo {
    /// As agents fetch it.
    pub fn for_agents(mut file: File) -> Self {
        let scan_note = file.scan_note.take();
        Self { scan_note, ..Self::under("/api/v1/files", file) }
    }

    /// As visitors fetch it.
    pub fn for_visitors(file: File) -> Self {
        Self::under("/visitor/v1/files", file)
    }

    fn under(root: &str, file: File) -> Self {
        let url = format!("{root}/{}", file.id);
        Self {
            small: has_small(&file).then(|| format!("{url}/small")),
            url,
            id: file.id.0,
            name: file.name,
            media_type: file.media_type,
            size: file.size,
            width: file.width,
            height: file.height,
            scan: file.scan.as_str(),
            scan_note: None,
        }
    }
}

impl LinkedFile {
    pub fn new(file: File, link: &Link) -> Self {
        let mut file = FileInfo::for_agents(file);
        file.url = linked(&file.url, link);
        file.small = file.small.map(|small| linked(&small, link));
        Self { file, until: link.until }
    }
}

/// An address with its link.
pub fn linked(url: &str, link: &Link) -> String {
    format!("{url}?link={}", link.token)
}
