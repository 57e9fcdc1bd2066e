//! The list of destroyed keys, beside the master key and outside the database: what a restored copy must forget again.

use super::cell::KeyId;
use crate::Error;
use std::fs::OpenOptions;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// One key id a line, appended and never changed.
pub struct Erased {
    path: PathBuf,
}

impl Erased {
    pub fn at(path: &Path) -> Erased {
        Erased { path: path.to_owned() }
    }

    /// The keys on the list. A last line without its end was cut off by a crash: its erasure was not done and is repeated.
    pub fn list(&self) -> Result<Vec<KeyId>, Error> {
        let text = self.read()?;
        text[..whole(&text)]
            .lines()
            .map(|line| {
                let wrong = |_| Error::Invalid(format!("{} has a line that is no key id", self.path.display()));
                line.trim().parse().map(KeyId).map_err(wrong)
            })
            .collect()
    }

    /// Adds keys; they are on disk when this returns.
    pub fn add(&self, keys: &[KeyId]) -> Result<(), Error> {
        let failed = |error| Error::io(format!("cannot write {}", self.path.display()), error);
        let new = !self.path.exists();
        let end = whole(&self.read()?) as u64;
        let mut file = OpenOptions::new().write(true).create(true).truncate(false).open(&self.path).map_err(failed)?;
        file.set_len(end).map_err(failed)?;
        file.seek(SeekFrom::End(0)).map_err(failed)?;
        let text: String = keys.iter().map(|key| format!("{}\n", key.0)).collect();
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        if new { crate::lock::sync_dir(self.path.parent().unwrap_or(Path::new("."))) } else { Ok(()) }
    }

    fn read(&self) -> Result<String, Error> {
        match std::fs::read_to_string(&self.path) {
            Ok(text) => Ok(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
            Err(error) => Err(Error::io(format!("cannot read {}", self.path.display()), error)),
        }
    }
}

/// Length of the text up to its last whole line.
fn whole(text: &str) -> usize {
    text.rfind('\n').map_or(0, |end| end + 1)
}
