//! Brings a database to this program's schema: plain files, forward only, checksummed, each whole or not at all.
//! A newer schema is refused, an altered file too.

mod copy;
mod files;
mod postgres_words;
mod sqlite_words;

pub(crate) use copy::copy_first;
pub use copy::{OldCopy, old_copies, remove_past};
#[cfg(feature = "testing")]
pub(crate) use files::fingerprint;
use files::{Migration, migrations};

use crate::conn::Conn;
use crate::text::Sql;
use crate::{Backend, Error};
use std::ops::ControlFlow;

const TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_migration (number BIGINT PRIMARY KEY, name TEXT NOT NULL,
    checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)";
const DONE: &str = "SELECT number, name, checksum FROM schema_migration ORDER BY number";
const NOTE: &str = "INSERT INTO schema_migration (number, name, checksum, applied_at) VALUES ($1, $2, $3, $4)";
const HAS_TABLE_SQLITE: &str = "SELECT 1 FROM sqlite_schema WHERE name = 'schema_migration'";
const HAS_TABLE_POSTGRES: &str =
    "SELECT 1 FROM pg_catalog.pg_tables WHERE tablename = 'schema_migration' AND schemaname = current_schema()";

/// What a database has and lacks.
pub(crate) struct Standing {
    /// No migration ever ran here.
    pub(crate) empty: bool,
    pub(crate) pending: Vec<Migration>,
}

pub(crate) fn standing(conn: &mut Conn) -> Result<Standing, Error> {
    let all = migrations(conn.backend());
    if !has_table(conn)? {
        return Ok(Standing { empty: true, pending: all });
    }
    let mut done: Vec<(i64, String, String)> = Vec::new();
    conn.each(Sql::Fixed(DONE), &[], &mut |row| {
        done.push((row.get(0)?, row.get(1)?, row.get(2)?));
        Ok(ControlFlow::Continue(()))
    })?;
    let known = all.last().map_or(0, |last| last.number);
    if let Some((found, ..)) = done.iter().find(|(number, ..)| all.iter().all(|known| known.number != *number)) {
        return Err(Error::Newer { found: *found, known });
    }
    for (number, name, checksum) in &done {
        if all.iter().any(|known| known.number == *number && known.checksum != *checksum) {
            return Err(Error::ChangedMigration { name: name.clone() });
        }
    }
    let pending = all.into_iter().filter(|one| done.iter().all(|(number, ..)| *number != one.number)).collect();
    Ok(Standing { empty: done.is_empty(), pending })
}

/// Runs what is pending in one transaction. The caller holds the lock that keeps others away.
pub(crate) fn run(conn: &mut Conn, pending: &[Migration], at: i64) -> Result<(), Error> {
    conn.batch(match conn.backend() {
        Backend::Sqlite => "BEGIN IMMEDIATE",
        Backend::Postgres => "BEGIN",
    })?;
    let result = apply(conn, pending, at).and_then(|()| conn.batch("COMMIT"));
    if result.is_err() {
        // The first failure is the one to tell.
        let _ = conn.batch("ROLLBACK");
    }
    result
}

fn apply(conn: &mut Conn, pending: &[Migration], at: i64) -> Result<(), Error> {
    conn.batch(TABLE)?;
    for migration in pending {
        tracing::info!(migration = migration.name, "migrating");
        conn.batch(&migration.sql)?;
        conn.execute(NOTE, &[&migration.number, &migration.name, &migration.checksum, &at])?;
    }
    Ok(())
}

fn has_table(conn: &mut Conn) -> Result<bool, Error> {
    let sql = match conn.backend() {
        Backend::Sqlite => HAS_TABLE_SQLITE,
        Backend::Postgres => HAS_TABLE_POSTGRES,
    };
    let mut found = false;
    conn.each(Sql::Fixed(sql), &[], &mut |_| {
        found = true;
        Ok(ControlFlow::Break(()))
    })?;
    Ok(found)
}

/// A file's statements, without comments. A semicolon or two dashes inside quotes have no place in a migration.
fn statements(shared: &str) -> Vec<String> {
    let text: String = shared.lines().flat_map(|line| [line.split("--").next().unwrap_or(""), "\n"]).collect();
    text.split(';').map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect()
}

/// Replaces whole words.
fn replace_words(text: &str, replace: impl Fn(&str) -> Option<&'static str>) -> String {
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let word = rest.find(|c| !part_of_word(c)).unwrap_or(rest.len());
        let taken = if word == 0 { rest.find(part_of_word).unwrap_or(rest.len()) } else { word };
        let piece = &rest[..taken];
        out.push_str(replace(piece).unwrap_or(piece));
        rest = &rest[taken..];
    }
    out
}
