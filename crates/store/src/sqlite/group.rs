//! A group of commands in one transaction, one commit, then the answers. A command that fails after it has written takes the
//! transaction with it: its neighbours run again, with a savepoint each. Most groups never need one.
//!
//! Nobody in a group is answered before its commit; when SQLite drops the transaction, those who did well run again.

use super::conn::SqliteConn;
use super::undo::Undo;
use super::words::Words;
use crate::command::{Command, Tell};
use crate::conn::Conn;
use crate::faults::Fault;
use crate::flaw::{Flaw, planted};
use crate::notes::Note;
use crate::queue::Queue;
use crate::seat::Seat;
use crate::{Error, Tx};
use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// A group is closed at this size or age: the first in it must not wait for the last.
const GROUP: usize = 256;
const GROUP_AGE: Duration = Duration::from_millis(10);
/// A command that holds the writer longer is counted and named in the log.
const COMMAND_TIME: Duration = Duration::from_millis(5);
/// A command that never ends would stop the desk: SQLite drops its transaction here.
const SIMULATED: Duration = Duration::from_micros(100);
const COMMAND_DEADLINE: Duration = Duration::from_secs(10);

#[derive(Default)]
pub(crate) struct Group {
    waiting: VecDeque<(Queue, Box<dyn Command>)>,
    /// Ran well and waits for the commit.
    done: Vec<(Queue, Box<dyn Command>)>,
    /// Refused or failed, undone, and waits for the commit all the same: what it saw may be a neighbour's.
    failed: Vec<Box<dyn Command>>,
    words: Words,
    notes: Vec<Note>,
    /// A command made the text index anew.
    index_whole: bool,
}

enum Ended {
    Answered,
    /// Run the group once more, with or without index words.
    Again {
        words: bool,
    },
}

impl Group {
    /// Runs `first` and whatever waits with it.
    pub(crate) fn run(&mut self, seat: &mut Seat, first: (Queue, Box<dyn Command>)) {
        self.serve_all(seat, first, true);
    }

    /// Runs this command and no other.
    pub(crate) fn run_alone(&mut self, seat: &mut Seat, command: (Queue, Box<dyn Command>)) {
        self.serve_all(seat, command, false);
    }

    /// `fresh`: others may come in until the first attempt has ended.
    fn serve_all(&mut self, seat: &mut Seat, first: (Queue, Box<dyn Command>), mut fresh: bool) {
        self.waiting.push_back(first);
        let mut words = !seat.shared.search_broken.load(Ordering::Relaxed);
        while !self.waiting.is_empty() {
            match self.attempt(seat, words, fresh) {
                Ended::Answered => {}
                Ended::Again { words: with } => words &= with,
            }
            fresh = false;
        }
    }

    fn attempt(&mut self, seat: &mut Seat, words: bool, fresh: bool) -> Ended {
        if let Err(error) = sqlite(seat).control("BEGIN IMMEDIATE") {
            self.refuse_all(seat, |_| match &error {
                Error::Unavailable(text) => Error::Unavailable(text.clone()),
                other => Error::Unavailable(other.to_string()),
            });
            return Ended::Answered;
        }
        let began = (Instant::now(), seat.lane);
        while let Some(next) = self.next(seat, fresh, began.0) {
            if !self.one(seat, next, fresh) {
                return self.again(seat, began.1, words);
            }
        }
        if self.done.is_empty() {
            let _ = sqlite(seat).control("ROLLBACK");
            self.answer_all(seat);
            return Ended::Answered;
        }
        if let Err(error) = self.words.write(seat, !words) {
            if words {
                tracing::warn!(%error, "index words could not be written; the documents will be indexed later");
                // A damaged index fails in many ways; only a full disk or a broken-off statement says nothing about it.
                if !matches!(error, Error::Unavailable(_) | Error::Deadline) {
                    seat.shared.search_is_broken();
                }
                return self.again(seat, began.1, false);
            }
            return self.unknown(seat, began.1, &error);
        }
        if planted(Flaw::AnswersEarly) {
            self.answer_all(seat);
        }
        match commit(seat) {
            Ok(()) => {
                if std::mem::take(&mut self.index_whole) {
                    seat.shared.search_broken.store(false, Ordering::Relaxed);
                }
                self.answer_all(seat);
            }
            Err(error) => return self.unknown(seat, began.1, &error),
        }
        Ended::Answered
    }

    fn next(&mut self, seat: &Seat, fresh: bool, began: Instant) -> Option<(Queue, Box<dyn Command>)> {
        self.waiting.pop_front().or_else(|| {
            let young = seat.shared.simulated || began.elapsed() < GROUP_AGE;
            let room = fresh && self.done.len() < GROUP && young;
            if room { seat.shared.queues.try_pop() } else { None }
        })
    }

    /// Runs one command. False: the transaction is gone or must go.
    fn one(&mut self, seat: &mut Seat, (queue, mut command): (Queue, Box<dyn Command>), fresh: bool) -> bool {
        let started = Instant::now();
        let lane = seat.lane;
        let undo = match (self.done.is_empty(), fresh) {
            (true, _) => Undo::Transaction,
            (false, true) => Undo::Group { beside: sqlite(seat).rows_written() },
            (false, false) => Undo::Savepoint,
        };
        seat.start(command.at(seat.shared.clock.now_ms()));
        if let Err(error) = undo.begin(seat) {
            command.refuse(Error::Unavailable(error.to_string()));
            return false;
        }
        if !seat.shared.bulk {
            sqlite(seat).stop_after(COMMAND_DEADLINE);
        }
        let mut tx = Tx::new(seat);
        let well = command.run(&mut tx);
        let left = tx.left;
        sqlite(seat).never_stop();
        // Simulated time stands still; every command then costs the same.
        let took = if seat.shared.simulated { SIMULATED } else { started.elapsed() };
        self.book(seat, queue, took);
        if !sqlite(seat).in_transaction() {
            self.failed.push(command);
            return false;
        }
        if !well {
            if !planted(Flaw::KeepsLaneHead) {
                seat.lane = lane;
            }
            if planted(Flaw::DropsWords) {
                self.words.clear();
            }
            self.failed.push(command);
            return undo.back(seat);
        }
        if let Err(error) = undo.keep(seat) {
            command.refuse(Error::Unavailable(error.to_string()));
            return false;
        }
        self.words.add(left.words);
        self.notes.extend(left.notes);
        self.index_whole |= left.search_is_whole;
        self.done.push((queue, command));
        true
    }

    fn book(&self, seat: &Seat, queue: Queue, took: Duration) {
        seat.shared.queues.spent(queue, took);
        if took > COMMAND_TIME {
            seat.shared.slow_commands.fetch_add(1, Ordering::Relaxed);
            tracing::debug!(took_ms = took.as_millis() as u64, "a command held the writer too long");
        }
    }

    /// Puts those who did well back in line, in their order, for a new transaction.
    fn again(&mut self, seat: &mut Seat, lane: Option<crate::audit::Lane>, words: bool) -> Ended {
        let _ = sqlite(seat).control("ROLLBACK");
        seat.lane = lane;
        self.forget();
        for (queue, command) in self.done.drain(..).rev() {
            self.waiting.push_front((queue, command));
        }
        if self.waiting.is_empty() {
            self.answer_all(seat);
        }
        Ended::Again { words }
    }

    /// The commit failed: nobody is told that it worked, and what is remembered is read again.
    fn unknown(&mut self, seat: &mut Seat, lane: Option<crate::audit::Lane>, error: &Error) -> Ended {
        tracing::error!(%error, "a commit failed; its commands are answered with an unknown outcome");
        if sqlite(seat).in_transaction() {
            let _ = sqlite(seat).control("ROLLBACK");
        }
        seat.lane = lane;
        self.forget();
        self.refuse_all(seat, |_| Error::OutcomeUnknown);
        if let Err(error) = seat.read_again() {
            tracing::error!(%error, "cannot read what the writer keeps in memory");
        }
        Ended::Answered
    }

    /// Drops what commands left for a commit that does not happen.
    fn forget(&mut self) {
        self.words.clear();
        self.notes.clear();
        self.index_whole = false;
    }

    fn answer_all(&mut self, seat: &mut Seat) {
        self.words.clear();
        seat.shared.before_answers(&self.notes);
        self.failed.drain(..).for_each(|command| command.answer(None));
        let mut tell = Tell::new(&seat.shared, &mut self.notes);
        let last = self.done.len().saturating_sub(1);
        for (place, (_, command)) in self.done.drain(..).enumerate() {
            command.answer(if place == last { tell.take() } else { None });
        }
    }

    fn refuse_all(&mut self, seat: &Seat, error: impl Fn(()) -> Error) {
        self.done.drain(..).for_each(|(_, command)| command.refuse(error(())));
        self.failed.drain(..).for_each(|command| command.refuse(error(())));
        for (queue, command) in self.waiting.drain(..) {
            seat.shared.queues.spent(queue, Duration::ZERO);
            command.refuse(error(()));
        }
    }
}

/// Commits, or does what was ordered for this commit.
fn commit(seat: &mut Seat) -> Result<(), Error> {
    let ordered = Err(Error::Unavailable("commit failed, as ordered".to_owned()));
    let fault = seat.shared.faults.on_commit();
    if matches!(fault, Some(Fault::CrashBeforeCommit | Fault::CrashAfterCommit)) {
        seat.shared.crashed.store(true, Ordering::Relaxed);
    }
    match fault {
        None => sqlite(seat).control("COMMIT"),
        Some(Fault::CrashAfterCommit) => sqlite(seat).control("COMMIT").and(ordered),
        Some(_) => ordered,
    }
}

pub(super) fn sqlite(seat: &mut Seat) -> &mut SqliteConn {
    match &mut seat.conn {
        Conn::Sqlite(conn) => conn,
        Conn::Postgres(_) => unreachable!("this thread was given a connection to SQLite"),
    }
}
