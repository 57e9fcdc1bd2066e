//! SQLite: one writing thread that groups commands, reading threads beside it.

mod conn;
mod group;
mod reader;
mod undo;
mod words;
mod writer;

pub(crate) use conn::SqliteConn;
pub(crate) use group::Group;
pub(crate) use reader::{read, serve};
pub(crate) use writer::write;
