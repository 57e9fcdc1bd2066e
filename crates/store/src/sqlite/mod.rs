//! SQLite: one connection that writes, by a thread that groups commands or by the caller of a lone one; reading threads beside it.

mod conn;
mod eye;
mod group;
mod pen;
mod reader;
mod undo;
mod words;

pub(crate) use conn::SqliteConn;
pub(crate) use eye::Eye;
pub(crate) use group::Group;
pub(crate) use pen::Pen;
pub(crate) use reader::{read, serve};
