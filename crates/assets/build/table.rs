//! Writes the table that `lib.rs` includes: every file once, with its packed forms beside it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};
use std::{fs, io};

const LEFT_OUT: &str = include_str!("left-out.html");

pub(crate) fn write(folder: Option<&Path>, out: &Path) -> io::Result<()> {
    let mut files = BTreeMap::new();
    match folder {
        Some(folder) => collect(folder, folder, &mut files)?,
        None => {
            let page = out.join("left-out.html");
            fs::write(&page, LEFT_OUT)?;
            for name in ["index.html", "widget/index.html"] {
                files.insert(name.to_owned(), page.clone());
            }
        }
    }
    let mut table = format!("pub const BUILT: bool = {};\nstatic TABLE: &[Asset] = &[\n", folder.is_some());
    for (name, path) in files.iter().filter(|(name, _)| !is_packed(name, &files)) {
        line(&mut table, name, path, &files)?;
    }
    table.push_str("];\n");
    fs::write(out.join("table.rs"), table)
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else {
            let name = path.strip_prefix(root).expect("the walk stays under its root").to_string_lossy().replace('\\', "/");
            files.insert(name, path);
        }
    }
    Ok(())
}

/// Whether this is the packed form of another file.
fn is_packed(name: &str, files: &BTreeMap<String, PathBuf>) -> bool {
    [".br", ".gz"].iter().any(|end| name.strip_suffix(end).is_some_and(|plain| files.contains_key(plain)))
}

fn line(table: &mut String, name: &str, path: &Path, files: &BTreeMap<String, PathBuf>) -> io::Result<()> {
    let packed = |end: &str| match files.get(&format!("{name}{end}")) {
        Some(path) => format!("Some(include_bytes!({:?}))", path.display().to_string()),
        None => "None".to_owned(),
    };
    let mut hash = DefaultHasher::new();
    hash.write(&fs::read(path)?);
    let (plain, br, gz) = (path.display().to_string(), packed(".br"), packed(".gz"));
    let (kind, tag, immutable) = (media_type(name), format!("\"{:016x}\"", hash.finish()), is_hashed(name));
    writeln!(table, "    Asset {{ path: {name:?}, bytes: include_bytes!({plain:?}), br: {br}, gz: {gz}, media_type: {kind:?}, etag: {tag:?}, immutable: {immutable} }},")
        .expect("writing to a string cannot fail");
    Ok(())
}

/// The bundler puts the content's hash into every name in these folders.
fn is_hashed(name: &str) -> bool {
    ["console/", "widget/assets/"].iter().any(|folder| name.starts_with(folder))
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, end)| end) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "jpg" | "jpeg" => "image/jpeg",
        "woff2" => "font/woff2",
        "mp3" => "audio/mpeg",
        "ogg" => "audio/ogg",
        "wav" => "audio/wav",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
