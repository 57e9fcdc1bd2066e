//! The index words of a group, written once before its commit: the text index flushes at every savepoint, so words must not be
//! written inside one.

use super::conn::SqliteConn;
use crate::Error;
use std::collections::BTreeMap;

const PUT: &str = "INSERT OR REPLACE INTO search_doc (rowid, words) VALUES ($1, $2)";
const REMOVE: &str = "DELETE FROM search_doc WHERE rowid = $1";
const LATER: &str = "INSERT INTO index_todo (doc) VALUES ($1) ON CONFLICT (doc) DO NOTHING";

/// Words by document, folded in the order of the commands.
#[derive(Default)]
pub(super) struct Words(BTreeMap<i64, Option<Vec<String>>>);

impl Words {
    pub(super) fn add(&mut self, words: Vec<(i64, Option<Vec<String>>)>) {
        self.0.extend(words);
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn write(&self, conn: &mut SqliteConn) -> Result<(), Error> {
        for (doc, words) in &self.0 {
            match words {
                Some(words) => conn.execute(PUT, &[doc, &words.join(" ")])?,
                None => conn.execute(REMOVE, &[doc])?,
            };
        }
        Ok(())
    }

    /// Notes the documents for a job that indexes them when the index can be written again.
    pub(super) fn write_later(&self, conn: &mut SqliteConn) -> Result<(), Error> {
        for doc in self.0.keys() {
            conn.execute(LATER, &[doc])?;
        }
        Ok(())
    }
}
