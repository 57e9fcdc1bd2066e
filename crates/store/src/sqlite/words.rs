//! The index words of a group, written once before its commit: the text index flushes at every savepoint, so words must not be
//! written inside one.

use super::group::sqlite;
use crate::seat::Seat;
use crate::{Error, search};
use std::collections::BTreeMap;

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

    /// Writes the words, or (`later`) notes the documents for a job that indexes them when the index can be written again.
    pub(super) fn write(&self, seat: &mut Seat, later: bool) -> Result<(), Error> {
        seat.spoiled = false;
        for (doc, words) in &self.0 {
            match later {
                true => search::write_later(seat, *doc)?,
                false => search::write(seat, *doc, words.as_deref())?,
            }
        }
        if !later && !self.0.is_empty() {
            // The index keeps words in memory until a savepoint or the commit. Flushed here, a damaged index fails here,
            // where the group can still do without it.
            sqlite(seat).control("SAVEPOINT words")?;
            sqlite(seat).control("RELEASE words")?;
        }
        Ok(())
    }
}
