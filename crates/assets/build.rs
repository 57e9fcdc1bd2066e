//! Puts the built user interface into the program.
//!
//! `UI_DIST` names a folder that was built before (the Makefile does that); without it the sources in `web/` are
//! built here when Node 20 or newer is installed. Failing that, one page says how to get the interface; a release
//! build fails instead. Nothing is written beside the sources but `node_modules` and the generated types.

#[path = "build/table.rs"]
mod table;
#[path = "build/web.rs"]
mod web;

use std::env;
use std::path::PathBuf;

fn main() {
    println!("cargo:rerun-if-env-changed=UI_DIST");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=build");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let found = match env::var_os("UI_DIST") {
        Some(folder) => given(PathBuf::from(folder)),
        None => web::build(&out.join("ui")),
    };
    let folder = match found {
        Ok(folder) => Some(folder),
        Err(why) if env::var("PROFILE").is_ok_and(|profile| profile == "release") => {
            panic!("a release needs the user interface: {why}");
        }
        Err(why) => {
            println!("cargo:warning=the user interface is left out: {why}");
            None
        }
    };
    table::write(folder.as_deref(), &out).expect("the table of assets can be written into OUT_DIR");
}

/// A folder that somebody built before.
fn given(folder: PathBuf) -> Result<PathBuf, String> {
    println!("cargo:rerun-if-changed={}", folder.display());
    let folder = folder.canonicalize().map_err(|error| format!("UI_DIST={}: {error}", folder.display()))?;
    if !folder.join("index.html").is_file() {
        return Err(format!("UI_DIST={} has no index.html", folder.display()));
    }
    Ok(folder)
}
