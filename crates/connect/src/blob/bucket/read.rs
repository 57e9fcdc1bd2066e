//! Reading an object in parts. Who reads on and on gets more at once: a request for each chunk would be slow.

use super::failed;
use bytes::Bytes;
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectStore};
use std::io::{ErrorKind, Result};
use std::sync::Arc;

/// The most that is asked for at once.
const MOST: usize = 4 << 20;

#[derive(Debug)]
pub(in crate::blob) struct Blob {
    store: Arc<dyn ObjectStore>,
    path: Path,
    /// What was fetched last, and where it begins.
    window: Bytes,
    begins: u64,
}

impl Blob {
    pub(super) fn of(store: Arc<dyn ObjectStore>, path: Path) -> Self {
        Self { store, path, window: Bytes::new(), begins: 0 }
    }

    pub(in crate::blob) async fn read(&mut self, offset: u64, length: usize) -> Result<Vec<u8>> {
        if let Some(part) = self.held(offset, length) {
            return Ok(part);
        }
        let ends = self.begins + self.window.len() as u64;
        // The first read takes what was asked for; whoever goes on behind it gets twice as much as before.
        let goes_on = !self.window.is_empty() && (self.begins..=ends).contains(&offset);
        let wanted = if goes_on { (self.window.len() * 2).clamp(length, MOST.max(length)) } else { length };
        let range = GetRange::Bounded(offset..offset + wanted as u64);
        let options = GetOptions { range: Some(range), ..GetOptions::default() };
        let found = self.store.get_opts(&self.path, options).await.map_err(failed)?;
        self.window = found.bytes().await.map_err(failed)?;
        self.begins = offset;
        self.held(offset, length).ok_or_else(|| ErrorKind::UnexpectedEof.into())
    }

    fn held(&self, offset: u64, length: usize) -> Option<Vec<u8>> {
        let from = usize::try_from(offset.checked_sub(self.begins)?).ok()?;
        self.window.get(from..from.checked_add(length)?).map(<[u8]>::to_vec)
    }
}
