//! PostgreSQL: a thread per connection, one command a transaction, repeated when the database asks for it.

mod address;
mod bus;
mod conn;
mod error;
mod line;
mod locks;
mod node;
mod pipe;
mod pooler;
mod reader;
mod settings;
mod tls;
mod wire;
mod writer;

pub(crate) use bus::{listen, tell};
pub(crate) use conn::{Connector, PgConn, Work};
#[cfg(feature = "testing")]
pub(crate) use locks::LANES;
pub(crate) use locks::migration_lock;
pub(crate) use node::Node;
pub(crate) use pooler::is_pooled;
pub(crate) use reader::read;
#[cfg(feature = "testing")]
pub(crate) use reader::serve as serve_query;
pub(crate) use settings::refuse_unsafe;
#[cfg(feature = "testing")]
pub(crate) use writer::serve as serve_command;
pub(crate) use writer::{take_lane, work, write};
