//! What a parser is tried with first: its own inputs, and the files of the corpora where they are there.

use crate::Parser;
use std::path::{Path, PathBuf};

/// The inputs of a parser, in order; none is longer than what it is tried with. Without the corpora, below `CANDOR_SHARED` or beside
/// the workspace, only its own.
pub fn seeds(parser: &Parser) -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = parser.own.iter().map(|seed| seed.to_vec()).collect();
    for path in parser.corpora.iter().flat_map(|set| files(&corpora().join(set))) {
        let Ok(bytes) = std::fs::read(&path) else { continue };
        match strings(&bytes) {
            Some(strings) => all.extend(strings),
            None => all.push(bytes),
        }
    }
    all.retain(|seed| (1..=parser.longest).contains(&seed.len()));
    all
}

fn corpora() -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    std::env::var_os("CANDOR_SHARED").map_or_else(beside, PathBuf::from).join("data/corpora")
}

/// The entries of a file that is a list of texts, which no input of a parser is at such a length.
fn strings(bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    const MANY: usize = 20;
    let all: Vec<serde_json::Value> = serde_json::from_slice(bytes).ok()?;
    let text = |one: &serde_json::Value| one.get("payload").unwrap_or(one).as_str().map(|text| text.as_bytes().to_vec());
    (all.len() >= MANY).then(|| all.iter().filter_map(text).collect())
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let (mut found, mut open) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = open.pop() {
        for path in std::fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}
