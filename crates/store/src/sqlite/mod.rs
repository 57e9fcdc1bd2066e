//! SQLite: one writing thread that groups commands, reading threads beside it.

mod conn;
mod group;
mod reader;
mod words;
mod writer;

pub(crate) use conn::SqliteConn;
pub(crate) use reader::read;
pub(crate) use writer::write;
