//! One connection of either kind. Everything above speaks to this and never asks which it is.

use crate::faults::Fault;
use crate::seat::Each;
use crate::sqlite::SqliteConn;
use crate::text::Sql;
use crate::value::Value;
use crate::{Backend, Error};

pub(crate) enum Conn {
    Sqlite(Box<SqliteConn>),
}

impl Conn {
    pub(crate) fn backend(&self) -> Backend {
        match self {
            Conn::Sqlite(_) => Backend::Sqlite,
        }
    }

    pub(crate) fn execute(&mut self, sql: &'static str, values: &[&dyn Value]) -> Result<u64, Error> {
        match self {
            Conn::Sqlite(conn) => conn.execute(sql, values),
        }
    }

    pub(crate) fn each(&mut self, sql: Sql<'_>, values: &[&dyn Value], row: Each<'_>) -> Result<(), Error> {
        match self {
            Conn::Sqlite(conn) => conn.each(sql, values, row),
        }
    }

    /// Runs a text without values: transaction control and migrations. Not counted.
    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), Error> {
        match self {
            Conn::Sqlite(conn) => conn.batch(sql),
        }
    }

    /// Whether this failure means that the same command may succeed when it runs again.
    pub(crate) fn asks_again(&self, error: &Error) -> bool {
        let _ = error;
        false
    }

    pub(crate) fn break_for_test(&mut self, fault: Fault) -> Error {
        match self {
            Conn::Sqlite(conn) => conn.break_for_test(fault),
        }
    }
}
