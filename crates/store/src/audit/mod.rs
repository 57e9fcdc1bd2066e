//! The audit log: rows chained by hash in lanes, written in the transaction of what they tell.

mod entry;
mod lane;

pub use entry::{AuditEntry, AuditRef};
pub(crate) use lane::Lane;
