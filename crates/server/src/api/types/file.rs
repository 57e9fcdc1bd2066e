//! Files as clients see them. The bytes are fetched by id, with the caller's own rights.

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
    /// Where this caller fetches it, under the desk's own address.
    pub url: String,
}

impl FileInfo {
    /// As agents fetch it.
    pub fn for_agents(file: File) -> Self {
        Self::under("/api/v1/files", file)
    }

    /// As visitors fetch it.
    pub fn for_visitors(file: File) -> Self {
        Self::under("/visitor/v1/files", file)
    }

    fn under(root: &str, file: File) -> Self {
        Self {
            url: format!("{root}/{}", file.id),
            id: file.id.0,
            name: file.name,
            media_type: file.media_type,
            size: file.size,
            width: file.width,
            height: file.height,
        }
    }
}
