//! An object while it arrives: small ones wait in memory for one request, large ones go up in parts.

use super::failed;
use object_store::path::Path;
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt, PutPayload};
use std::io::Result;
use std::sync::Arc;

/// The least that S3 takes as a part that is not the last.
const PART: usize = 5 << 20;

/// An object that is not kept yet. Dropping it gives up the parts that went up.
pub(in crate::blob) struct Draft {
    store: Arc<dyn ObjectStore>,
    path: Path,
    waiting: Vec<u8>,
    parts: Option<Box<dyn MultipartUpload>>,
}

impl std::fmt::Debug for Draft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Draft").field("path", &self.path).field("waiting", &self.waiting.len()).finish_non_exhaustive()
    }
}

impl Draft {
    pub(super) fn begin(store: Arc<dyn ObjectStore>, path: Path) -> Self {
        Self { store, path, waiting: Vec::new(), parts: None }
    }

    /// Waits while a part goes up: whoever sends faster than the store takes is held back.
    pub(in crate::blob) async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() < PART {
            return Ok(());
        }
        let part = PutPayload::from(std::mem::take(&mut self.waiting));
        let parts = match &mut self.parts {
            Some(parts) => parts,
            none => none.insert(self.store.put_multipart(&self.path).await.map_err(failed)?),
        };
        parts.put_part(part).await.map_err(failed)
    }

    pub(in crate::blob) async fn keep(mut self) -> Result<()> {
        let last = PutPayload::from(std::mem::take(&mut self.waiting));
        let Some(parts) = &mut self.parts else {
            return self.store.put(&self.path, last).await.map(|_| ()).map_err(failed);
        };
        if last.content_length() > 0 {
            parts.put_part(last).await.map_err(failed)?;
        }
        parts.complete().await.map_err(failed)?;
        self.parts = None;
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        let (Some(mut parts), Ok(runtime)) = (self.parts.take(), tokio::runtime::Handle::try_current()) else { return };
        runtime.spawn(async move {
            if let Err(error) = parts.abort().await {
                tracing::warn!(%error, "parts of an unfinished upload stay until the bucket's own rule takes them");
            }
        });
    }
}
