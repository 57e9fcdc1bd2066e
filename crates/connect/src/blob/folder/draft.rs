//! A file while it arrives: written under a temporary name, then synced, renamed, and its folder synced.

use super::sync_dir;
use candor_domain::id::FileId;
use std::io::Result;
use std::path::PathBuf;
use tokio::fs;
use tokio::io::AsyncWriteExt;

/// A file that is not kept yet. Dropping it removes what was written.
#[derive(Debug)]
pub(in crate::blob) struct Draft {
    file: fs::File,
    path: PathBuf,
    shelf: PathBuf,
    id: FileId,
    kept: bool,
}

impl Draft {
    pub(super) async fn begin(path: PathBuf, shelf: PathBuf, id: FileId) -> Result<Self> {
        let file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).await?;
        Ok(Self { file, path, shelf, id, kept: false })
    }

    pub(in crate::blob) async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).await
    }

    /// Makes the file durable under its own name. Only then may a row name it.
    pub(in crate::blob) async fn keep(mut self) -> Result<()> {
        self.file.flush().await?;
        self.file.sync_all().await?;
        fs::rename(&self.path, self.shelf.join(self.id.to_string())).await?;
        self.kept = true;
        sync_dir(&self.shelf).await
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.kept {
            // What cannot be removed now is swept later.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
