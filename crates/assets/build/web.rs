//! Builds `web/` with npm. Asks cargo to look again when a source changes, file by file: whole folders would
//! include the types that the build itself writes, and cargo would never be done.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

const LEAST_NODE: u32 = 20;
/// Not sources: installed, built or generated.
const SKIPPED: [&str; 3] = ["node_modules", "dist", "schema.d.ts"];

pub(crate) fn build(out: &Path) -> Result<PathBuf, String> {
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web");
    let web = web.canonicalize().map_err(|error| format!("web/: {error}"))?;
    watch(&web);
    node()?;
    if needs_install(&web) {
        run(Command::new("npm").args(["ci", "--no-audit", "--no-fund"]), &web)?;
    }
    run(Command::new("npm").args(["run", "build"]).env("UI_OUT", out), &web)?;
    if out.join("index.html").is_file() { Ok(out.to_path_buf()) } else { Err("npm run build made no index.html".to_owned()) }
}

fn watch(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.file_name().is_some_and(|name| SKIPPED.iter().any(|skipped| name == OsStr::new(skipped))) {
            continue;
        }
        if path.is_dir() {
            watch(&path);
        } else {
            println!("cargo:rerun-if-changed={}", path.display());
        }
    }
}

fn node() -> Result<(), String> {
    let missing = || format!("install Node {LEAST_NODE} or newer, or set UI_DIST to a built interface");
    let output = Command::new("node").arg("--version").output().map_err(|_| missing())?;
    let version = String::from_utf8_lossy(&output.stdout);
    let major = version.trim().trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    match major {
        Some(major) if major >= LEAST_NODE => Ok(()),
        _ => Err(missing()),
    }
}

/// Whether what is installed is missing or older than the lock file.
fn needs_install(web: &Path) -> bool {
    let changed = |path: &str| fs::metadata(web.join(path)).and_then(|found| found.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
    changed("node_modules/.package-lock.json") < changed("package-lock.json")
}

fn run(command: &mut Command, web: &Path) -> Result<(), String> {
    let shown = format!("{command:?}");
    let output = command.current_dir(web).output().map_err(|error| format!("{shown}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).rev().take(5).collect();
    Err(format!("{shown} failed: {}", last.into_iter().rev().collect::<Vec<_>>().join(" | ")))
}
