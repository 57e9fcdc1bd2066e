//! Where the corpora lie.

use std::io::Write;
use std::path::{Path, PathBuf};

/// A folder of the corpora: below `CANDOR_SHARED`, else beside the workspace. Without the variable a missing folder is said and
/// skipped; with it a missing folder is a failure.
pub(crate) fn folder(set: &str) -> Option<PathBuf> {
    let named = std::env::var_os("CANDOR_SHARED");
    let shared = named.as_ref().map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let folder = shared.join("data/corpora").join(set);
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(named.is_none(), "CANDOR_SHARED is set, but {} is missing", folder.display());
    // Straight to the stream: a print would be swallowed by the harness of a test that passes.
    let _ = writeln!(std::io::stderr(), "SKIPPED: no data at {}; set CANDOR_SHARED", folder.display());
    None
}

/// The files below a folder of the corpora with one of these endings, in order.
pub(crate) fn files(set: &str, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = folder(set).into_iter().collect();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if endings.is_empty() || endings.iter().any(|ending| path.to_string_lossy().ends_with(ending)) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
