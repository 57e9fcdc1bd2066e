//! One SQLite connection: how it is opened, its statements, its deadline, its errors.

use crate::Error;
use crate::seat::Each;
use crate::text::{self, Sql, TextKey};
use crate::value::{Cells, Row, Value};
use rusqlite::config::DbConfig;
use rusqlite::{CachedStatement, Connection, ErrorCode, OpenFlags, ffi};
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Prepared statements kept by a connection.
const STATEMENTS: usize = 512;
/// SQLite's own steps between two looks at the deadline: about 0.1 ms.
const STEPS: i32 = 4000;

/// Deletions overwrite what they free; the log is folded back every 16 MB, not every 4.
const PRAGMAS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
    PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON; PRAGMA wal_autocheckpoint = 4000;
    PRAGMA cache_size = -32768; PRAGMA busy_timeout = 5000;";
const READER_PRAGMAS: &str = "PRAGMA query_only = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8192;
    PRAGMA busy_timeout = 5000;";

pub(crate) struct SqliteConn {
    conn: Connection,
    texts: HashMap<TextKey, Box<str>>,
    started: Instant,
    /// Microseconds after `started` at which a statement is stopped; 0 for never.
    deadline: Arc<AtomicU64>,
}

impl SqliteConn {
    pub(crate) fn writer(path: &Path) -> Result<SqliteConn, Error> {
        let conn = Connection::open(path)?;
        conn.execute_batch(PRAGMAS)?;
        SqliteConn::new(conn)
    }

    pub(crate) fn reader(path: &Path) -> Result<SqliteConn, Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
        let conn = Connection::open_with_flags(path, flags)?;
        conn.execute_batch(READER_PRAGMAS)?;
        SqliteConn::new(conn)
    }

    fn new(mut conn: Connection) -> Result<SqliteConn, Error> {
        conn.set_prepared_statement_cache_capacity(STATEMENTS);
        // Plans do not depend on what is bound: without this, SQLite makes a new one each time that `LIMIT $1` gets another number.
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        let (started, deadline) = (Instant::now(), Arc::new(AtomicU64::new(0)));
        let watched = Arc::clone(&deadline);
        conn.progress_handler(
            STEPS,
            Some(move || {
                let deadline = watched.load(Ordering::Relaxed);
                deadline != 0 && started.elapsed().as_micros() as u64 > deadline
            }),
        )?;
        Ok(SqliteConn { conn, texts: HashMap::new(), started, deadline })
    }

    /// From now on statements are stopped after this time.
    pub(crate) fn stop_after(&self, time: Duration) {
        let deadline = (self.started.elapsed() + time).as_micros() as u64;
        self.deadline.store(deadline, Ordering::Relaxed);
    }

    pub(crate) fn never_stop(&self) {
        self.deadline.store(0, Ordering::Relaxed);
    }

    pub(crate) fn execute(&mut self, sql: &'static str, values: &[&dyn Value]) -> Result<u64, Error> {
        let mut statement = self.statement(Sql::Fixed(sql))?;
        bind(&mut statement, values)?;
        Ok(statement.raw_execute()? as u64)
    }

    pub(crate) fn each(&mut self, sql: Sql<'_>, values: &[&dyn Value], row: Each<'_>) -> Result<(), Error> {
        let mut statement = self.statement(sql)?;
        bind(&mut statement, values)?;
        let mut rows = statement.raw_query();
        while let Some(found) = rows.next()? {
            if row(&Row(Cells::Sqlite(found)))? == ControlFlow::Break(()) {
                break;
            }
        }
        Ok(())
    }

    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), Error> {
        Ok(self.conn.execute_batch(sql)?)
    }

    /// Transaction control that runs for every command, from the statement cache.
    pub(crate) fn control(&mut self, sql: &'static str) -> Result<(), Error> {
        self.conn.prepare_cached(sql)?.raw_execute()?;
        Ok(())
    }

    /// Rows written since the connection was opened, undone or not. What a command does besides (it has no business with the schema)
    /// is not counted.
    pub(crate) fn rows_written(&self) -> u64 {
        self.conn.total_changes()
    }

    /// Leaves the log as it is when the connection is closed, for whoever opens the file next.
    pub(crate) fn leave_log(&self) -> Result<(), Error> {
        self.conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        Ok(())
    }

    /// False when SQLite has dropped the transaction by itself.
    pub(crate) fn in_transaction(&self) -> bool {
        !self.conn.is_autocommit()
    }

    fn statement(&mut self, sql: Sql<'_>) -> Result<CachedStatement<'_>, Error> {
        Ok(match sql {
            Sql::Fixed(sql) => {
                let text = self.texts.entry(text::key(sql)).or_insert_with(|| text::for_sqlite(sql).into());
                self.conn.prepare_cached(text)?
            }
            Sql::Shaped(sql) => self.conn.prepare_cached(&text::for_sqlite(sql))?,
        })
    }
}

fn bind(statement: &mut CachedStatement<'_>, values: &[&dyn Value]) -> Result<(), Error> {
    let expected = statement.parameter_count();
    if expected != values.len() {
        return Err(Error::Values { expected, given: values.len() });
    }
    for (place, value) in values.iter().enumerate() {
        statement.raw_bind_parameter(place + 1, value.sqlite())?;
    }
    Ok(())
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Error {
        let rusqlite::Error::SqliteFailure(failure, message) = error else {
            return Error::Sqlite(error.to_string());
        };
        let message = message.unwrap_or_else(|| failure.to_string());
        match (failure.code, failure.extended_code) {
            (_, ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID) => unique(&message),
            (_, ffi::SQLITE_CONSTRAINT_FOREIGNKEY) => Error::Foreign(message),
            (ErrorCode::ConstraintViolation, _) => Error::Check(message),
            (ErrorCode::OperationInterrupted, _) => Error::Deadline,
            (ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase, _) => Error::Corrupt(message),
            (
                ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::CannotOpen
                | ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::OutOfMemory
                | ErrorCode::FileLockingProtocolFailed,
                _,
            ) => Error::Unavailable(message),
            (ErrorCode::ReadOnly, _) => Error::ReadOnly,
            _ => Error::Sqlite(message),
        }
    }
}

/// Reads "UNIQUE constraint failed: agent.inbox_id, agent.email_blind".
fn unique(message: &str) -> Error {
    let list = message.split_once(": ").map_or("", |(_, list)| list);
    let mut table = "";
    let columns: Vec<&str> = list
        .split(", ")
        .filter_map(|column| column.split_once('.'))
        .map(|(of, column)| {
            table = of;
            column
        })
        .collect();
    Error::Unique { table: table.to_owned(), columns: columns.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::StatementStatus;

    #[test]
    fn a_statement_is_planned_once_whatever_is_bound() {
        let mut conn = SqliteConn::new(Connection::open_in_memory().expect("memory")).expect("opens");
        conn.batch("CREATE TABLE one (id INTEGER PRIMARY KEY, open INTEGER); CREATE INDEX one_open ON one (id) WHERE open < 2")
            .expect("made");
        let sql = "SELECT id FROM one WHERE open < $1 ORDER BY id LIMIT $2";
        for bound in [2_i64, 3, 2] {
            conn.each(Sql::Fixed(sql), &[&bound, &bound], &mut |_| Ok(ControlFlow::Continue(()))).expect("read");
        }
        let statement = conn.statement(Sql::Fixed(sql)).expect("kept");
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
        assert_eq!(statement.get_status(StatementStatus::Run), 3);
    }
}
