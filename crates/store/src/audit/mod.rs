//! The audit log: rows chained by hash in lanes, written in the transaction of what they tell.

mod lane;

pub(crate) use lane::Lane;
