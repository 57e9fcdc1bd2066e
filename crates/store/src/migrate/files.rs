//! The migration files, in order. A file of a number that is published is never edited: add the next one.

use super::{postgres_words, sqlite_words};
use crate::Backend;
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

pub(crate) struct Migration {
    pub(crate) number: i64,
    pub(crate) name: &'static str,
    pub(crate) checksum: String,
    pub(crate) sql: String,
}

struct File {
    name: &'static str,
    shared: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

macro_rules! file {
    ($name:literal) => {
        File { name: $name, shared: include_str!(concat!("../../migrations/", $name, ".sql")), sqlite: "", postgres: "" }
    };
    ($name:literal and own) => {
        File {
            name: $name,
            shared: include_str!(concat!("../../migrations/", $name, ".sql")),
            sqlite: include_str!(concat!("../../migrations/", $name, ".sqlite.sql")),
            postgres: include_str!(concat!("../../migrations/", $name, ".postgres.sql")),
        }
    };
}

/// `and own`: the file has parts of its own for each database, `NAME.sqlite.sql` and `NAME.postgres.sql`.
const FILES: &[File] = &[
    file!("0000_core" and own),
    file!("0001_start"),
    file!("0002_abuse"),
    file!("0003_feed_and_bulk"),
    file!("0004_erasure" and own),
    file!("0005_node_name"),
    file!("0006_thrift"),
    file!("0007_keyed" and own),
    file!("0008_mail" and own),
    file!("0009_mail_address" and own),
    file!("0010_imap"),
    file!("0011_signing"),
    file!("0012_letter"),
    file!("0013_side_thread"),
    file!("0015_confirm"),
    file!("0016_join"),
    file!("0014_scan"),
    file!("0017_pending" and own),
    file!("0018_start"),
];

pub(crate) fn migrations(backend: Backend) -> Vec<Migration> {
    FILES
        .iter()
        .map(|file| {
            let (shared, own) = match backend {
                Backend::Sqlite => (sqlite_words::rewrite(file.shared), file.sqlite),
                Backend::Postgres => (postgres_words::rewrite(file.shared), file.postgres),
            };
            // The checksum is over the files as they stand, so that a better rewriting changes no history.
            let checksum = HEXLOWER.encode(&Sha256::new().chain_update(file.shared).chain_update(own).finalize());
            let number = file.name.split('_').next().and_then(|number| number.parse().ok());
            Migration {
                number: number.expect("a migration's name begins with its number"),
                name: file.name,
                checksum,
                sql: format!("{shared}\n{own}"),
            }
        })
        .collect()
}

/// Names the whole schema: test databases are copied from a template of this name.
#[cfg(feature = "testing")]
pub(crate) fn fingerprint(backend: Backend) -> String {
    let all: String = migrations(backend).into_iter().map(|one| one.checksum).collect();
    HEXLOWER.encode(&Sha256::digest(all.as_bytes())[..8])
}
