//! The processes that serve this database, as they say it themselves every few seconds. On SQLite there is one and no row.

use crate::query::Query;
use crate::{Error, Rx};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    pub name: String,
    pub version: String,
    pub seen_at: i64,
}

const LIST: &str = "SELECT name, version, seen_at FROM node ORDER BY number";

pub fn list(rx: &mut Rx<'_>) -> Result<Vec<Node>, Error> {
    rx.list(LIST, &[], |row| Ok(Node { name: row.get(0)?, version: row.get(1)?, seen_at: row.get(2)? }))
}
