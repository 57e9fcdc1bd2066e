//! One connection of either kind. Everything above speaks to this and never asks which it is.

use crate::faults::Fault;
use crate::postgres::PgConn;
use crate::seat::Each;
use crate::sqlite::SqliteConn;
use crate::text::Sql;
use crate::value::Value;
use crate::{Backend, Error};

pub(crate) enum Conn {
    Sqlite(Box<SqliteConn>),
    Postgres(Box<PgConn>),
}

impl Conn {
    pub(crate) fn backend(&self) -> Backend {
        match self {
            Conn::Sqlite(_) => Backend::Sqlite,
            Conn::Postgres(_) => Backend::Postgres,
        }
    }

    pub(crate) fn execute(&mut self, sql: &'static str, values: &[&dyn Value]) -> Result<u64, Error> {
        match self {
            Conn::Sqlite(conn) => conn.execute(sql, values),
            Conn::Postgres(conn) => conn.execute(sql, values),
        }
    }

    /// The same for whoever does not ask how many rows it changed; PostgreSQL is sent it with the next statement, where a failure
    /// shows.
    pub(crate) fn execute_later(&mut self, sql: &'static str, values: &[&dyn Value]) -> Result<(), Error> {
        match self {
            Conn::Sqlite(conn) => conn.execute(sql, values).map(|_| ()),
            Conn::Postgres(conn) => conn.execute_later(sql, values),
        }
    }

    /// Forgets statements that were not sent yet.
    pub(crate) fn forget(&mut self) {
        if let Conn::Postgres(conn) = self {
            conn.forget();
        }
    }

    pub(crate) fn each(&mut self, sql: Sql<'_>, values: &[&dyn Value], row: Each<'_>) -> Result<(), Error> {
        match self {
            Conn::Sqlite(conn) => conn.each(sql, values, row),
            Conn::Postgres(conn) => conn.each(sql, values, row),
        }
    }

    /// Runs a text without values: transaction control and migrations. Not counted.
    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), Error> {
        match self {
            Conn::Sqlite(conn) => conn.batch(sql),
            Conn::Postgres(conn) => conn.batch(sql),
        }
    }

    /// Whether this failure means that the same command may succeed when it runs again.
    pub(crate) fn asks_again(&self, error: &Error) -> bool {
        match self {
            Conn::Sqlite(_) => false,
            Conn::Postgres(_) => PgConn::asks_again(error),
        }
    }

    pub(crate) fn break_for_test(&mut self, fault: Fault) -> Error {
        if fault != Fault::Transaction {
            return Error::Check("failed, as ordered".to_owned());
        }
        // What the database does by itself when the disk is full.
        let _ = self.batch("ROLLBACK");
        Error::Unavailable("disk full, as ordered".to_owned())
    }
}
