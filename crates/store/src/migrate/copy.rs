//! A copy of a SQLite database before it is migrated; the last two are kept.

use crate::Error;
use crate::conn::Conn;
use std::path::{Path, PathBuf};

const KEPT: usize = 2;
const PREFIX: &str = "before-migration-";

pub(crate) fn copy_first(conn: &mut Conn, dir: &Path, at: i64) -> Result<(), Error> {
    let failed = |error| Error::io("cannot keep a copy of the database before migrating", error);
    let folder = dir.join("copies");
    std::fs::create_dir_all(&folder).map_err(failed)?;
    let copy = folder.join(format!("{PREFIX}{at}.db"));
    // The path is ours: no quotes in it unless the data directory has them.
    let quoted = copy.to_string_lossy().replace('\'', "''");
    conn.batch(&format!("VACUUM INTO '{quoted}'"))?;
    std::fs::File::open(&copy).and_then(|file| file.sync_all()).map_err(failed)?;
    crate::lock::sync_dir(&folder)?;
    tracing::info!(copy = %copy.display(), "the database was copied before migrating");
    for old in older(&folder).map_err(failed)? {
        std::fs::remove_file(old).map_err(failed)?;
    }
    Ok(())
}

fn older(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut copies = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let at = path.file_stem().and_then(|name| name.to_str()?.strip_prefix(PREFIX)?.parse::<i64>().ok());
        copies.extend(at.map(|at| (at, path)));
    }
    copies.sort();
    copies.truncate(copies.len().saturating_sub(KEPT));
    Ok(copies.into_iter().map(|(_, path)| path).collect())
}
