//! Where the bytes of files lie: a folder on disk, one file each, named by id.
//!
//! Knows nothing of keys or rights: what comes here is sealed already, and who may read it was decided before. A file
//! appears under its name whole and durable, or not at all.

mod draft;

pub use draft::Draft;

use candor_domain::id::FileId;
use std::io::{Result, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use tokio::fs;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

/// The folder of files.
#[derive(Clone, Debug)]
pub struct Blobs {
    dir: PathBuf,
}

/// A file that can be read in parts.
#[derive(Debug)]
pub struct Blob {
    file: fs::File,
}

/// Files on their way in stand here until they are whole.
const ARRIVING: &str = "arriving";

impl Blobs {
    pub fn at(dir: PathBuf) -> Self {
        Self { dir }
    }

    /// Begins a file. It is nothing until [`Draft::keep`]; a draft that is dropped leaves nothing.
    pub async fn begin(&self, id: FileId) -> Result<Draft> {
        let arriving = self.dir.join(ARRIVING);
        let shelf = self.shelf(id);
        fs::create_dir_all(&arriving).await?;
        if !fs::try_exists(&shelf).await? {
            fs::create_dir_all(&shelf).await?;
            sync_dir(&self.dir).await?;
        }
        Draft::begin(arriving.join(id.to_string()), shelf, id).await
    }

    /// Opens a file for reading.
    pub async fn open(&self, id: FileId) -> Result<Blob> {
        Ok(Blob { file: fs::File::open(self.path(id)).await? })
    }

    /// Removes a file; one that is gone already is no error.
    pub async fn remove(&self, id: FileId) -> Result<()> {
        match fs::remove_file(self.path(id)).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// The ids of kept files last written more than `age` before `now`.
    pub async fn older_than(&self, age: Duration, now: SystemTime) -> Result<Vec<FileId>> {
        let mut found = Vec::new();
        for shelf in entries(&self.dir).await? {
            if shelf.file_name().is_some_and(|name| name == ARRIVING) {
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

    /// Removes what a killed process left half written more than `age` ago; says how many.
    pub async fn sweep_arriving(&self, age: Duration, now: SystemTime) -> Result<usize> {
        let mut removed = 0;
        for path in entries(&self.dir.join(ARRIVING)).await? {
            if is_older(&path, age, now).await && fs::remove_file(&path).await.is_ok() {
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// Spread over 256 folders by the random end of the id.
    fn shelf(&self, id: FileId) -> PathBuf {
        let text = id.0.simple().to_string();
        self.dir.join(&text[text.len() - 2..])
    }

    fn path(&self, id: FileId) -> PathBuf {
        self.shelf(id).join(id.to_string())
    }
}

impl Blob {
    /// Reads exactly `length` bytes from `offset`.
    pub async fn read(&mut self, offset: u64, length: usize) -> Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.file.seek(SeekFrom::Start(offset)).await?;
        self.file.read_exact(&mut bytes).await?;
        Ok(bytes)
    }
}

async fn entries(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut reader = match fs::read_dir(dir).await {
        Ok(reader) => reader,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
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
