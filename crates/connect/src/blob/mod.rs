//! Where the bytes of files lie, named by id: a folder, which all nodes may share, or a bucket of an S3-compatible store.
//!
//! Knows nothing of keys or rights: what comes here is sealed already, and who may read it was decided before. A file
//! appears under its name whole and durable, or not at all.

mod bucket;
mod folder;

pub use bucket::BucketPlace;

use candor_domain::id::FileId;
use std::io::Result;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// Which store it is, as the operator says it.
#[derive(Clone, Debug)]
pub enum Place {
    Folder(PathBuf),
    Bucket(BucketPlace),
}

/// A store of files.
#[derive(Clone, Debug)]
pub struct Blobs(Store);

#[derive(Clone, Debug)]
enum Store {
    Folder(folder::Folder),
    Bucket(bucket::Bucket),
}

/// A file that is not kept yet. Dropping it removes what was written.
#[derive(Debug)]
pub struct Draft(Arriving);

#[derive(Debug)]
enum Arriving {
    Folder(folder::Draft),
    Bucket(bucket::Draft),
}

/// A file that can be read in parts.
#[derive(Debug)]
pub struct Blob(Kept);

#[derive(Debug)]
enum Kept {
    Folder(folder::Blob),
    Bucket(bucket::Blob),
}

impl Blobs {
    /// Asks nothing of the store yet; fails only for a place that cannot be one.
    pub fn open(place: Place) -> Result<Self> {
        Ok(Self(match place {
            Place::Folder(dir) => Store::Folder(folder::Folder::at(dir)),
            Place::Bucket(place) => Store::Bucket(bucket::Bucket::open(place)?),
        }))
    }

    /// A folder.
    pub fn at(dir: PathBuf) -> Self {
        Self(Store::Folder(folder::Folder::at(dir)))
    }

    /// Begins a file. It is nothing until [`Draft::keep`]; a draft that is dropped leaves nothing.
    pub async fn begin(&self, id: FileId) -> Result<Draft> {
        Ok(Draft(match &self.0 {
            Store::Folder(folder) => Arriving::Folder(folder.begin(id).await?),
            Store::Bucket(bucket) => Arriving::Bucket(bucket.begin(id)),
        }))
    }

    /// Opens a file for reading.
    pub async fn read(&self, id: FileId) -> Result<Blob> {
        Ok(Blob(match &self.0 {
            Store::Folder(folder) => Kept::Folder(folder.open(id).await?),
            Store::Bucket(bucket) => Kept::Bucket(bucket.read(id)),
        }))
    }

    /// Removes a file; one that is gone already is no error.
    pub async fn remove(&self, id: FileId) -> Result<()> {
        match &self.0 {
            Store::Folder(folder) => folder.remove(id).await,
            Store::Bucket(bucket) => bucket.remove(id).await,
        }
    }

    /// The ids of kept files last written more than `age` before `now`.
    pub async fn older_than(&self, age: Duration, now: SystemTime) -> Result<Vec<FileId>> {
        match &self.0 {
            Store::Folder(folder) => folder.older_than(age, now).await,
            Store::Bucket(bucket) => bucket.older_than(age, now).await,
        }
    }

    /// Removes what a killed process left half written more than `age` ago; says how many. A bucket shows no halves: its
    /// own rule on unfinished uploads takes them.
    pub async fn sweep_arriving(&self, age: Duration, now: SystemTime) -> Result<usize> {
        match &self.0 {
            Store::Folder(folder) => folder.sweep_arriving(age, now).await,
            Store::Bucket(_) => Ok(0),
        }
    }

    /// What the mark of the store says; `None` where none was ever left. Reads from a store that cannot be reached fail.
    pub async fn mark(&self) -> Result<Option<String>> {
        match &self.0 {
            Store::Folder(folder) => folder.mark().await,
            Store::Bucket(bucket) => bucket.mark().await,
        }
    }

    /// Leaves the mark, durable, unless there is one: then nothing changes. `replace`: over another.
    pub async fn leave_mark(&self, text: &str, replace: bool) -> Result<()> {
        match &self.0 {
            Store::Folder(folder) => folder.leave_mark(text, replace).await,
            Store::Bucket(bucket) => bucket.leave_mark(text, replace).await,
        }
    }
}

impl Draft {
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        match &mut self.0 {
            Arriving::Folder(draft) => draft.write(bytes).await,
            Arriving::Bucket(draft) => draft.write(bytes).await,
        }
    }

    /// Makes the file durable under its own name. Only then may a row name it.
    pub async fn keep(self) -> Result<()> {
        match self.0 {
            Arriving::Folder(draft) => draft.keep().await,
            Arriving::Bucket(draft) => draft.keep().await,
        }
    }
}

impl Blob {
    /// Reads exactly `length` bytes from `offset`.
    pub async fn read(&mut self, offset: u64, length: usize) -> Result<Vec<u8>> {
        match &mut self.0 {
            Kept::Folder(blob) => blob.read(offset, length).await,
            Kept::Bucket(blob) => blob.read(offset, length).await,
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Folder(dir) => write!(f, "the folder {}", dir.display()),
            Self::Bucket(place) => place.fmt(f),
        }
    }
}

/// Spread over 256 shelves by the random end of the id.
fn shelf(id: FileId) -> String {
    let text = id.0.simple().to_string();
    text[text.len() - 2..].to_owned()
}
