//! The list of destroyed keys, beside the master key and outside the database: what a restored copy must forget again.

use super::cell::KeyId;
use crate::Error;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

/// One key id a line, appended and never changed.
pub struct Erased {
    path: PathBuf,
}

impl Erased {
    pub fn at(path: &Path) -> Erased {
        Erased { path: path.to_owned() }
    }

    pub fn list(&self) -> Result<Vec<KeyId>, Error> {
        let failed = |error| Error::io(format!("cannot read {}", self.path.display()), error);
        let text = match std::fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed(error)),
        };
        text.lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| {
                line.trim()
                    .parse()
                    .map(KeyId)
                    .map_err(|_| Error::Invalid(format!("{} has a line that is no key id", self.path.display())))
            })
            .collect()
    }

    /// Adds keys; they are on disk when this returns.
    pub fn add(&self, keys: &[KeyId]) -> Result<(), Error> {
        let failed = |error| Error::io(format!("cannot write {}", self.path.display()), error);
        let mut file = OpenOptions::new().append(true).create(true).open(&self.path).map_err(failed)?;
        let text: String = keys.iter().map(|key| format!("{}\n", key.0)).collect();
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)
    }
}
