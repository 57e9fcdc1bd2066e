//! The text index over blind words: one quoting rule, newest first. The only file that knows how either database searches text.
//! Words are written by the writers, with the commit of their command; here they are read, and the index is put right.

use crate::query::Query;
use crate::seat::Seat;
use crate::text::Sql;
use crate::value::Value;
use crate::{Backend, Error, Rx, Tx};
use std::ops::ControlFlow;

const FIND_SQLITE: &str = "SELECT rowid FROM search_doc WHERE search_doc MATCH $1 AND rowid < $2 ORDER BY rowid DESC LIMIT $3";
const FIND_POSTGRES: &str = "SELECT doc FROM search_doc WHERE words @@ CAST(CAST($1 AS TEXT) AS TSQUERY) AND doc < $2
    ORDER BY doc DESC LIMIT $3";
const PUT_SQLITE: &str = "INSERT OR REPLACE INTO search_doc (rowid, words) VALUES ($1, $2)";
const PUT_POSTGRES: &str = "INSERT INTO search_doc (doc, words) VALUES ($1, CAST(CAST($2 AS TEXT) AS TSVECTOR))
    ON CONFLICT (doc) DO UPDATE SET words = EXCLUDED.words";
const REMOVE_SQLITE: &str = "DELETE FROM search_doc WHERE rowid = $1";
const REMOVE_POSTGRES: &str = "DELETE FROM search_doc WHERE doc = $1";
const NEWEST_SQLITE: &str = "SELECT rowid FROM search_doc ORDER BY rowid DESC LIMIT 1";
const NEWEST_POSTGRES: &str = "SELECT doc FROM search_doc ORDER BY doc DESC LIMIT 1";
const LATER: &str = "INSERT INTO index_todo (doc) VALUES ($1) ON CONFLICT (doc) DO NOTHING";
const TODO: &str = "SELECT doc FROM index_todo ORDER BY doc DESC LIMIT $1";
const DONE: &str = "DELETE FROM index_todo WHERE doc = $1";
const ALL_TODO: &str = "INSERT INTO index_todo (doc) SELECT doc FROM message WHERE doc > 0 ON CONFLICT (doc) DO NOTHING";
const EMPTY_SQLITE: [&str; 2] = [
    "DROP TABLE IF EXISTS search_doc",
    "CREATE VIRTUAL TABLE search_doc USING fts5 (words, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii')",
];
const EMPTY_POSTGRES: [&str; 1] = ["DELETE FROM search_doc"];

impl Rx<'_> {
    /// Documents that hold all of the words and at least one of the scope words (when there are any), newest first.
    pub fn search_docs(&mut self, all: &[String], any_scope: &[String], before_doc: Option<i64>, limit: usize) -> Result<Vec<i64>, Error> {
        let (sql, text) = match self.backend() {
            Backend::Sqlite => (FIND_SQLITE, asked(all, any_scope, " AND ", " OR ")?),
            Backend::Postgres => (FIND_POSTGRES, asked(all, any_scope, " & ", " | ")?),
        };
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let found = self.list_shaped(sql, &[&text, &before_doc.unwrap_or(i64::MAX), &limit], |row| row.get(0));
        if matches!(found, Err(Error::Corrupt(_))) {
            self.seat().shared.search_is_broken();
        }
        found
    }
}

/// Documents whose words are still to be written, newest first.
pub fn waiting(q: &mut impl Query, limit: i64) -> Result<Vec<i64>, Error> {
    q.list(TODO, &[&limit], |row| row.get(0))
}

/// The words of this document are written by the same command.
pub fn caught_up(tx: &mut Tx<'_>, doc: i64) -> Result<(), Error> {
    tx.execute(DONE, &[&doc])?;
    Ok(())
}

/// Empties a damaged index and lists every message for indexing. Search finds nothing old until that is done.
pub fn start_again(tx: &mut Tx<'_>) -> Result<(), Error> {
    let empty: &[&'static str] = match tx.backend() {
        Backend::Sqlite => &EMPTY_SQLITE,
        Backend::Postgres => &EMPTY_POSTGRES,
    };
    for sql in empty {
        tx.seat().execute(sql, &[])?;
    }
    tx.seat().execute(ALL_TODO, &[])?;
    tx.left.search_is_whole = true;
    Ok(())
}

/// Writes the words of one document, or takes it out.
pub(crate) fn write(seat: &mut Seat, doc: i64, words: Option<&[String]>) -> Result<(), Error> {
    let backend = seat.conn.backend();
    match words {
        Some(words) => {
            let sql = if backend == Backend::Sqlite { PUT_SQLITE } else { PUT_POSTGRES };
            seat.execute_later(sql, &[&doc as &dyn Value, &words.join(" ")])?;
        }
        None => {
            let sql = if backend == Backend::Sqlite { REMOVE_SQLITE } else { REMOVE_POSTGRES };
            seat.execute_later(sql, &[&doc])?;
        }
    }
    Ok(())
}

/// Notes a document whose words cannot be written now.
pub(crate) fn write_later(seat: &mut Seat, doc: i64) -> Result<(), Error> {
    seat.execute_later(LATER, &[&doc])
}

/// The highest document number in the index.
pub(crate) fn newest(seat: &mut Seat) -> Result<i64, Error> {
    let sql = match seat.conn.backend() {
        Backend::Sqlite => NEWEST_SQLITE,
        Backend::Postgres => NEWEST_POSTGRES,
    };
    let mut newest = 0;
    seat.each(Sql::Fixed(sql), &[], &mut |row| {
        newest = row.get(0)?;
        Ok(ControlFlow::Break(()))
    })?;
    Ok(newest)
}

/// The only way into a match expression: words of 8 characters of a-z2-7, quoted, nothing else.
fn asked(all: &[String], any_scope: &[String], and: &str, or: &str) -> Result<String, Error> {
    let quote = if and == " AND " { '"' } else { '\'' };
    let joined = |words: &[String], by: &str| -> Result<String, Error> {
        let quoted: Result<Vec<String>, Error> = words
            .iter()
            .map(|word| match is_mark(word) {
                true => Ok(format!("{quote}{word}{quote}")),
                false => Err(Error::Invalid("a search word is not a mark".to_owned())),
            })
            .collect();
        Ok(quoted?.join(by))
    };
    match (all.is_empty(), any_scope.is_empty()) {
        (true, true) => Err(Error::Invalid("a search needs a word or a scope".to_owned())),
        (false, true) => joined(all, and),
        (true, false) => joined(any_scope, or),
        (false, false) => Ok(format!("{}{and}({})", joined(all, and)?, joined(any_scope, or)?)),
    }
}

fn is_mark(word: &str) -> bool {
    word.len() == 8 && word.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7'))
}
