//! The audit log: rows chained by hash in lanes, written in the transaction of what they tell; signed roots over all lanes
//! outside the database. Nothing here changes or removes an entry.

mod entry;
mod lane;
mod page;
mod root;
mod roots;
mod verify;

pub use entry::{AuditEntry, AuditRef, detail_cell};
pub(crate) use lane::Lane;
pub use page::{Asked, Entry, Place, page};
pub(crate) use roots::Roots;
pub use verify::{FirstBad, Report, verify};
