//! A folder of files: on this node's disk, or mounted from elsewhere for several nodes.

mod draft;

pub(super) use draft::Draft;

use super::shelf;
use candor_domain::id::FileId;
use std::io::{ErrorKind, Result, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use tokio::fs;
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

/// The folder of files.
#[derive(Clone, Debug)]
pub(in crate::blob) struct Folder {
    dir: PathBuf,
}

/// A file that can be read in parts.
#[derive(Debug)]
pub(in crate::blob) struct Blob {
    file: fs::File,
}

/// Files on their way in stand here until they are whole.
const ARRIVING: &str = "arriving";
const MARK: &str = "candor.mark";

impl Folder {
    pub(super) fn at(dir: PathBuf) -> Self {
        Self { dir }
    }

    pub(super) async fn begin(&self, id: FileId) -> Result<Draft> {
        let arriving = self.dir.join(ARRIVING);
        let shelf = self.dir.join(shelf(id));
        fs::create_dir_all(&arriving).await?;
        if !fs::try_exists(&shelf).await? {
            fs::create_dir_all(&shelf).await?;
            sync_dir(&self.dir).await?;
        }
        Draft::begin(arriving.join(id.to_string()), shelf, id).await
    }

    pub(super) async fn open(&self, id: FileId) -> Result<Blob> {
        Ok(Blob { file: fs::File::open(self.path(id)).await? })
    }

    pub(super) async fn remove(&self, id: FileId) -> Result<()> {
        match fs::remove_file(self.path(id)).await {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    pub(super) async fn older_than(&self, age: Duration, now: SystemTime) -> Result<Vec<FileId>> {
        let mut found = Vec::new();
        for shelf in entries(&self.dir).await? {
            if shelf.file_name().is_some_and(|name| name == ARRIVING || name == MARK) {
                continue;
            }
            for path in entries(&shelf).await? {
                if is_older(&path, age, now).await {
                    found.extend(path.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse::<FileId>().ok()));
                }
            }
        }
        Ok(found)
    }

    pub(super) async fn sweep_arriving(&self, age: Duration, now: SystemTime) -> Result<usize> {
        let mut removed = 0;
        for path in entries(&self.dir.join(ARRIVING)).await? {
            if is_older(&path, age, now).await && fs::remove_file(&path).await.is_ok() {
                removed += 1;
            }
        }
        Ok(removed)
    }

    pub(super) async fn mark(&self) -> Result<Option<String>> {
        match fs::read_to_string(self.dir.join(MARK)).await {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            text => text.map(Some),
        }
    }

    /// Written beside and linked, so that of two who leave one at a time only one does, and nobody reads half of it.
    pub(super) async fn leave_mark(&self, text: &str, replace: bool) -> Result<()> {
        let arriving = self.dir.join(ARRIVING);
        fs::create_dir_all(&arriving).await?;
        let (beside, own) = (arriving.join(format!("{MARK}.{}", std::process::id())), self.dir.join(MARK));
        let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside).await?;
        file.write_all(text.as_bytes()).await?;
        file.sync_all().await?;
        let left = match replace {
            true => fs::rename(&beside, &own).await,
            false => fs::hard_link(&beside, &own).await,
        };
        // Renamed away, or not needed any more.
        let _ = fs::remove_file(&beside).await;
        match left {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
            _ => sync_dir(&self.dir).await,
        }
    }

    fn path(&self, id: FileId) -> PathBuf {
        self.dir.join(shelf(id)).join(id.to_string())
    }
}

impl Blob {
    pub(super) async fn read(&mut self, offset: u64, length: usize) -> Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.file.seek(SeekFrom::Start(offset)).await?;
        self.file.read_exact(&mut bytes).await?;
        Ok(bytes)
    }
}

async fn entries(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut reader = match fs::read_dir(dir).await {
        Ok(reader) => reader,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    while let Some(entry) = reader.next_entry().await? {
        found.push(entry.path());
    }
    Ok(found)
}

async fn is_older(path: &Path, age: Duration, now: SystemTime) -> bool {
    let written = fs::metadata(path).await.and_then(|about| about.modified());
    written.is_ok_and(|at| now.duration_since(at).is_ok_and(|since| since >= age))
}

/// Makes names in a folder durable.
async fn sync_dir(dir: &Path) -> Result<()> {
    fs::File::open(dir).await?.sync_all().await
}

#[cfg(test)]
mod tests;
