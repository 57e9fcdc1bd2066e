//! The audit log: rows chained by hash in lanes, written in the transaction of what they tell.

mod entry;
mod lane;

pub use entry::{AuditEntry, AuditRef, detail_cell};
pub(crate) use lane::Lane;
