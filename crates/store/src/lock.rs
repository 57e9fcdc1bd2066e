//! One owner of a data directory: an exclusive lock on `DIR/lock`, held for the life of the process that writes.

use crate::Error;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

pub struct DirLock {
    file: File,
}

impl DirLock {
    /// Takes the lock, or names the process that holds it. Makes the directory if need be.
    pub fn take(dir: &Path) -> Result<DirLock, Error> {
        let failed = |error| Error::writing("cannot use", dir, error);
        std::fs::create_dir_all(dir).map_err(failed)?;
        let path = dir.join("lock");
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut pid = String::new();
                file.read_to_string(&mut pid).map_err(failed)?;
                let pid = if pid.trim().is_empty() { "unknown".to_owned() } else { pid.trim().to_owned() };
                return Err(Error::Locked { dir: dir.to_owned(), pid });
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        // Whoever meets the lock reads here whom to stop.
        file.set_len(0).map_err(failed)?;
        file.rewind().map_err(failed)?;
        writeln!(file, "{}", std::process::id()).map_err(failed)?;
        Ok(DirLock { file })
    }

    /// Whether somebody holds the lock now.
    pub fn is_held(dir: &Path) -> bool {
        let Ok(file) = File::open(dir.join("lock")) else { return false };
        matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
    }
}

impl Drop for DirLock {
    fn drop(&mut self) {
        // The lock goes with the file in any case.
        let _ = self.file.unlock();
    }
}

/// Makes a new or renamed entry of this directory durable.
pub(crate) fn sync_dir(dir: &Path) -> Result<(), Error> {
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(|error| Error::io(format!("cannot sync {}", dir.display()), error))
}
