//! What a database keeps of rows that are deleted, and getting rid of it: index segments, freed pages, the log, dead rows.
//! The only file group that knows how either database forgets. It deletes no row itself.

mod postgres;
mod sqlite;

pub(crate) use sqlite::fold_log;
pub use sqlite::{merge_index, rewrite_keys, segments};

use crate::conn::Conn;
use crate::query::Query;
use crate::{Backend, Db, Error, Tx};

/// Above this many rows the tables that are rewritten whole are so once a day. SQLite takes about 5 ms a thousand rows.
const AT_ONCE: i64 = 5_000;
/// Above this many SQLite does not rewrite them while the desk runs: its one writer would stand still for seconds.
const MOST: i64 = 200_000;

/// Opens a connection of its own for what no transaction may hold.
pub(crate) type Second = Box<dyn Fn() -> Result<Conn, Error> + Send + Sync>;

/// How much was cleared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cleared {
    /// Nothing of deleted rows is left in the database's files that is ours to clear.
    All,
    /// Somebody holds what must be rewritten or cut: try again soon.
    Busy,
}

const COUNTS: &str = "SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM customer_key LIMIT $1) AS k) \
     + (SELECT COUNT(*) FROM (SELECT 1 FROM contact_identity LIMIT $1) AS i)";
const LAST: &str = "SELECT value FROM counter WHERE name = 'scrubbed_at'";
const NOTE: &str = "INSERT INTO counter (name, value) VALUES ('scrubbed_at', $1) ON CONFLICT (name) DO UPDATE SET value = $1";
const DAY_MS: i64 = 24 * 3_600_000;

/// Rows of keys and identities, counted up to a little more than [`MOST`].
fn rows(q: &mut impl Query) -> Result<i64, Error> {
    q.one(COUNTS, &[&MOST], |row| row.get(0))
}

/// When the tables of keys and identities may be rewritten: now where they are small, else once a day.
pub fn due_at(q: &mut impl Query) -> Result<i64, Error> {
    let rows = rows(q)?;
    let last: i64 = q.optional(LAST, &[], |row| row.get(0))?.unwrap_or(0);
    Ok(if rows < AT_ONCE { q.now() } else { q.now().max(last + DAY_MS) })
}

/// Notes that they were rewritten.
pub fn note_done(tx: &mut Tx<'_>) -> Result<(), Error> {
    let now = tx.now();
    tx.execute(NOTE, &[&now])?;
    Ok(())
}

impl Db {
    /// Clears the database's files of what they keep of deleted rows, on a connection of its own; takes as long as it takes.
    /// Commands and queries go on meanwhile.
    pub fn clear_files(&self) -> Result<Cleared, Error> {
        if self.is_played() {
            return Ok(Cleared::All);
        }
        let mut conn = self.house.second()?;
        match self.backend() {
            Backend::Sqlite => sqlite::truncate_log(&mut conn),
            Backend::Postgres => postgres::vacuum(&mut conn),
        }
    }

    /// Whether tests play this store by turns. A simulation has two connections and no time, and its log is folded back when it ends;
    /// a meeting must not depend on what other databases of the server do.
    fn is_played(&self) -> bool {
        #[cfg(feature = "testing")]
        if self.house.stepped.is_some() {
            return true;
        }
        self.house.inline.is_some()
    }
}
