//! What this process is called among the nodes: a setting, or a name that the first start writes into the data directory.
//! A copied directory therefore brings a name that is in use, and is refused.

use crate::config::{Config, is_node_name};
use std::fs::OpenOptions;
use std::hash::{BuildHasher, RandomState};
use std::io::Write;

const FILE: &str = "node";

pub(super) fn name(config: &Config) -> String {
    if let Some(name) = &config.node {
        return name.clone();
    }
    let path = config.data.join(FILE);
    let kept = std::fs::read_to_string(&path).ok().map(|name| name.trim().to_owned());
    if let Some(name) = kept.filter(|name| is_node_name(name)) {
        return name;
    }
    let name = format!("{}-{:08x}", host(), RandomState::new().hash_one(std::process::id()) >> 32);
    let written = OpenOptions::new().write(true).create(true).truncate(true).open(&path).and_then(|mut file| writeln!(file, "{name}"));
    if let Err(error) = written {
        // The store's own lock, which is taken next, says what is wrong with the directory.
        tracing::debug!(%error, "the node's name could not be kept");
    }
    name
}

fn host() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host: String = host.trim().chars().filter(|one| is_node_name(one.encode_utf8(&mut [0; 4]))).take(40).collect();
    if host.is_empty() { "node".to_owned() } else { host }
}
