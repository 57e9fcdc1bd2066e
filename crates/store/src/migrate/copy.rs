//! A copy of a SQLite database before it is migrated; the last two are kept, none longer than 30 days: a copy holds whoever was
//! erased since.

use crate::conn::Conn;
use crate::{Error, scrub};
use std::path::{Path, PathBuf};

const KEPT: usize = 2;
const KEPT_MS: i64 = 30 * 24 * 3_600_000;
const PREFIX: &str = "before-migration-";

/// Copies `file`, which `conn` has open, into the data directory's folder of copies.
pub(crate) fn copy_first(conn: &mut Conn, dir: &Path, file: &Path, at: i64) -> Result<(), Error> {
    let failed = |error| Error::io("cannot keep a copy of the database before migrating", error);
    let folder = dir.join("copies");
    std::fs::create_dir_all(&folder).map_err(failed)?;
    let copy = folder.join(format!("{PREFIX}{at}.db"));
    // With its log folded back the one file is all of the database, and is copied as fast as the disk writes. `VACUUM INTO` would
    // sort every index anew.
    if !scrub::fold_log(conn)? {
        return Err(Error::Unavailable("another program reads the database, which is to be copied before it is migrated".to_owned()));
    }
    conn.batch("BEGIN IMMEDIATE")?;
    let copied = std::fs::copy(file, &copy);
    conn.batch("ROLLBACK")?;
    copied.map_err(failed)?;
    std::fs::File::open(&copy).and_then(|file| file.sync_all()).map_err(failed)?;
    crate::lock::sync_dir(&folder)?;
    tracing::info!(copy = %copy.display(), "the database was copied before migrating");
    let copies = copies(&folder).map_err(failed)?;
    for (_, old) in &copies[..copies.len().saturating_sub(KEPT)] {
        std::fs::remove_file(old).map_err(failed)?;
    }
    Ok(())
}

/// A copy of the database that is older than something done to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OldCopy {
    pub path: PathBuf,
    /// When it goes at the latest.
    pub until: i64,
}

/// The copies in a data directory, oldest first. Those past their time are removed by [`remove_past`].
pub fn old_copies(dir: &Path) -> Result<Vec<OldCopy>, Error> {
    let folder = dir.join("copies");
    let found = copies(&folder).map_err(|error| Error::io(format!("cannot read {}", folder.display()), error))?;
    Ok(found.into_iter().map(|(at, path)| OldCopy { path, until: at + KEPT_MS }).collect())
}

/// Removes copies whose time is over; says how many.
pub fn remove_past(dir: &Path, now: i64) -> Result<usize, Error> {
    let past: Vec<OldCopy> = old_copies(dir)?.into_iter().filter(|copy| copy.until <= now).collect();
    for copy in &past {
        std::fs::remove_file(&copy.path).map_err(|error| Error::io(format!("cannot remove {}", copy.path.display()), error))?;
    }
    Ok(past.len())
}

fn copies(folder: &Path) -> std::io::Result<Vec<(i64, PathBuf)>> {
    let mut found = Vec::new();
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(found),
        entries => entries?,
    };
    for entry in entries {
        let path = entry?.path();
        let at = path.file_stem().and_then(|name| name.to_str()?.strip_prefix(PREFIX)?.parse::<i64>().ok());
        found.extend(at.map(|at| (at, path)));
    }
    found.sort();
    Ok(found)
}
