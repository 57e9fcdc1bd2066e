//! The writing side of a command. Its only effects are rows, and what it leaves for after the commit.
//! It cannot commit, search the text index, or reach the network.

use crate::Error;
use crate::audit::Lane;
use crate::keys::KeyId;
use crate::notes::Note;
use crate::query::Query;
use crate::seat::Seat;
use crate::value::Value;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use uuid::Uuid;

/// Rows a command may touch; more is a job in pieces.
const ROWS_A_COMMAND: u64 = 200;

pub struct Tx<'a> {
    seat: &'a mut Seat,
    pub(crate) left: Left,
    rows: u64,
}

/// What a command leaves behind for its commit: index words to write before it, notes to send after it.
#[derive(Default)]
pub(crate) struct Left {
    /// Words of a document, or `None` to take it out, in the order of the calls.
    pub(crate) words: Vec<(i64, Option<Vec<String>>)>,
    pub(crate) notes: Vec<Note>,
    /// The text index was made anew and can be written again.
    pub(crate) search_is_whole: bool,
}

impl Query for Tx<'_> {
    fn seat(&mut self) -> &mut Seat {
        self.seat
    }

    fn seat_ref(&self) -> &Seat {
        self.seat
    }
}

impl<'a> Tx<'a> {
    pub(crate) fn new(seat: &'a mut Seat) -> Tx<'a> {
        Tx { seat, left: Left::default(), rows: 0 }
    }

    /// Runs a statement that gives no rows; returns how many rows it changed.
    pub fn execute(&mut self, sql: &'static str, values: &[&dyn Value]) -> Result<u64, Error> {
        let changed = self.seat.execute(sql, values)?;
        self.rows += changed;
        debug_assert!(
            self.rows <= ROWS_A_COMMAND || self.seat.shared.bulk,
            "a command touches at most {ROWS_A_COMMAND} rows; make it a job in pieces"
        );
        Ok(changed)
    }

    /// Runs a statement that gives no rows and of which nobody asks how many it changed. A failure may show only at the next statement
    /// or at the commit, so whoever wants to go on after one uses `execute`.
    pub fn put(&mut self, sql: &'static str, values: &[&dyn Value]) -> Result<(), Error> {
        self.rows += 1;
        self.seat.execute_later(sql, values)
    }

    /// Runs `part` inside a savepoint: when it fails, what it did is undone and the command may go on.
    pub fn savepoint<T, E: From<Error>>(&mut self, part: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        if self.seat.spoiled {
            return Err(Error::Spoiled.into());
        }
        self.seat.batch("SAVEPOINT part")?;
        let (words, notes) = (self.left.words.len(), self.left.notes.len());
        let lane = self.seat.lane;
        let mut inner = Tx { seat: &mut *self.seat, left: std::mem::take(&mut self.left), rows: self.rows };
        let ended = catch_unwind(AssertUnwindSafe(|| part(&mut inner)));
        let (left, rows) = (inner.left, inner.rows);
        self.left = left;
        self.rows = rows;
        let mut result = match ended {
            Ok(result) => result,
            Err(panic) => {
                // What a savepoint holds goes back with it, whoever catches this further out.
                self.back_to_part(words, notes, lane);
                resume_unwind(panic);
            }
        };
        if result.is_ok() && self.seat.spoiled {
            result = Err(Error::Spoiled.into());
        }
        if result.is_ok() {
            match self.seat.batch("RELEASE part") {
                Ok(()) => return result,
                Err(error) => result = Err(error.into()),
            }
        }
        self.back_to_part(words, notes, lane);
        result
    }

    fn back_to_part(&mut self, words: usize, notes: usize, lane: Option<Lane>) {
        self.left.words.truncate(words);
        self.left.notes.truncate(notes);
        self.seat.lane = lane;
        self.seat.conn.forget();
        // When the whole transaction is gone, or must run again, there is nothing to go back to: the command stays spoiled.
        if !self.seat.again && self.seat.conn.batch("ROLLBACK TO part; RELEASE part").is_ok() {
            self.seat.spoiled = false;
        }
    }

    /// The number of this connection among all that write to the database: whoever adds up in rows of its own lane waits for nobody.
    pub fn lane(&self) -> i64 {
        self.seat.lane.map_or(0, |lane| lane.lane)
    }

    /// Rows this command has changed so far; what works in pieces stops before the limit.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Makes a key for a contact (or for nobody in particular) and keeps it wrapped.
    pub fn new_key(&mut self, contact: Option<Uuid>) -> Result<KeyId, Error> {
        self.seat.new_key(contact, "customer")
    }

    /// The key of what belongs to no customer: notes and settings of the desk itself.
    pub fn workspace_key(&mut self) -> KeyId {
        self.seat.shared.vault().workspace()
    }

    /// Sets the index words of a document; written once with the commit.
    pub fn index(&mut self, doc: i64, marks: Vec<String>) {
        self.left.words.push((doc, Some(marks)));
    }

    /// Takes a document out of the index.
    pub fn unindex(&mut self, doc: i64) {
        self.left.words.push((doc, None));
    }

    /// Tells live screens, after the commit, that the stream has come to `seq`.
    pub fn wake(&mut self, stream: Uuid, seq: i64) {
        self.note(Note::Wake { stream, seq });
    }

    /// Leaves a note that is sent after the commit, and only then.
    pub fn note(&mut self, note: Note) {
        self.left.notes.push(note);
    }

    pub(crate) fn is_spoiled(&self) -> bool {
        self.seat.spoiled
    }
}
