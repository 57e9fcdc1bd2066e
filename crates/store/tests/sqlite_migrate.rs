//! Opening a SQLite store of another age.

use candor_store::testing::{START, options};
use candor_store::{Db, Error, ManualClock, Place};
use rusqlite::Connection;
use std::path::Path;
use std::sync::Arc;

fn open(dir: &Path, at: i64) -> Result<Db, Error> {
    Db::open(options(Place::Sqlite { dir: dir.to_owned() }, &Arc::new(ManualClock::at(at))))
}

fn outside(dir: &Path, sql: &str) {
    Connection::open(dir.join("candor.db")).and_then(|conn| conn.execute_batch(sql)).expect("runs");
}

fn copies(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(dir.join("copies"))
        .map(|entries| entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect())
        .unwrap_or_default();
    names.sort();
    names
}

#[test]
fn a_new_database_is_not_copied_and_opens_again_unchanged() {
    let dir = tempfile::tempdir().expect("a directory");
    open(dir.path(), START).expect("a new one").close();
    open(dir.path(), START).expect("again").close();
    assert!(copies(dir.path()).is_empty());
}

#[test]
fn an_older_database_is_copied_first_and_a_failed_migration_leaves_it_as_it_was() {
    let dir = tempfile::tempdir().expect("a directory");
    open(dir.path(), START).expect("a new one").close();
    // Its tables are there, its note is not: the migration runs and fails in the middle.
    outside(dir.path(), "INSERT INTO counter (name, value) VALUES ('kept', 1); DELETE FROM schema_migration WHERE number > 0");
    for at in 1..=3 {
        assert!(matches!(open(dir.path(), START + at), Err(Error::Sqlite(_))));
    }
    let kept = copies(dir.path());
    assert_eq!(kept, [START + 2, START + 3].map(|at| format!("before-migration-{at}.db")));
    for file in ["candor.db".to_owned(), format!("copies/{}", kept[1])] {
        let conn = Connection::open(dir.path().join(file)).expect("opens");
        let value: i64 = conn.query_row("SELECT value FROM counter WHERE name = 'kept'", [], |row| row.get(0)).expect("reads");
        assert_eq!(value, 1);
    }
}

#[test]
fn what_only_the_log_holds_is_in_the_copy() {
    let dir = tempfile::tempdir().expect("a directory");
    open(dir.path(), START).expect("a new one").close();
    // Whoever has the database open keeps the log from being folded back by the last one who closes it.
    let open_all_along = Connection::open(dir.path().join("candor.db")).expect("opens");
    let count = |conn: &Connection| conn.query_row("SELECT COUNT(*) FROM counter", [], |row| row.get::<_, i64>(0)).expect("reads");
    assert_eq!(count(&open_all_along), 0);
    outside(dir.path(), "INSERT INTO counter (name, value) VALUES ('late', 1); DELETE FROM schema_migration WHERE number > 0");
    assert!(dir.path().join("candor.db-wal").metadata().expect("a log").len() > 0);
    assert!(matches!(open(dir.path(), START + 1), Err(Error::Sqlite(_))));
    let copy = Connection::open(dir.path().join("copies").join(&copies(dir.path())[0])).expect("opens");
    assert_eq!(count(&copy), 1);
}

#[test]
fn a_newer_or_altered_database_is_refused() {
    let dir = tempfile::tempdir().expect("a directory");
    open(dir.path(), START).expect("a new one").close();
    outside(dir.path(), "INSERT INTO schema_migration (number, name, checksum, applied_at) VALUES (9999, 'later', '', 0)");
    assert!(matches!(open(dir.path(), START), Err(Error::Newer { found: 9999, .. })));
    outside(dir.path(), "DELETE FROM schema_migration WHERE number = 9999; UPDATE schema_migration SET checksum = 'x' WHERE number = 0");
    assert!(matches!(open(dir.path(), START), Err(Error::ChangedMigration { name }) if name == "0000_core"));
    assert!(copies(dir.path()).is_empty());
}

#[test]
fn a_file_that_is_no_database_is_named_damaged() {
    let dir = tempfile::tempdir().expect("a directory");
    std::fs::write(dir.path().join("candor.db"), "not a database, whatever its name says".repeat(100)).expect("writes");
    assert!(matches!(open(dir.path(), START), Err(Error::Corrupt(_))));
}

#[test]
fn keys_on_the_list_of_the_erased_are_destroyed_again() {
    let dir = tempfile::tempdir().expect("a directory");
    let db = open(dir.path(), START).expect("a new one");
    let key = db.write_blocking::<_, Error>(candor_store::Queue::People, |tx| tx.new_key(None)).expect("makes a key");
    db.close();
    candor_store::Erased::at(&dir.path().join("erased")).add(&[key]).expect("notes");
    // A crash in the middle of a line leaves a piece of one.
    let mut list = std::fs::OpenOptions::new().append(true).open(dir.path().join("erased")).expect("opens");
    std::io::Write::write_all(&mut list, b"0192f3a4-55").expect("writes");
    open(dir.path(), START).expect("opens").close();
    let conn = Connection::open(dir.path().join("candor.db")).expect("opens");
    let left: i64 = conn.query_row("SELECT COUNT(*) FROM customer_key WHERE id = ?1", [key.0], |row| row.get(0)).expect("reads");
    assert_eq!(left, 0);
    candor_store::Erased::at(&dir.path().join("erased")).add(&[key]).expect("notes again");
    assert_eq!(candor_store::Erased::at(&dir.path().join("erased")).list().expect("reads"), [key, key]);
}

/// Without it another program that closes the database takes itself for the last one and removes the log.
#[cfg(target_os = "linux")]
#[test]
fn a_database_that_was_copied_and_migrated_stays_locked() {
    use std::os::unix::fs::MetadataExt;
    let dir = tempfile::tempdir().expect("a directory");
    open(dir.path(), START).expect("a new one").close();
    outside(dir.path(), "DROP INDEX customer_key_workspace; DELETE FROM schema_migration WHERE number = 18");
    let db = open(dir.path(), START + 1).expect("migrates");
    assert_eq!(copies(dir.path()).len(), 1);
    let inode = dir.path().join("candor.db").metadata().expect("is there").ino();
    let locks = std::fs::read_to_string("/proc/locks").expect("reads");
    assert!(locks.lines().any(|line| line.contains(" READ ") && line.contains(&format!(":{inode} "))), "{locks}");
    db.close();
}
