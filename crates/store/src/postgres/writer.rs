//! A thread that runs commands on PostgreSQL, one a transaction.

use super::conn::{Connector, PgConn, Work};
use super::locks;
use crate::audit::Lane;
use crate::command::Command;
use crate::conn::Conn;
use crate::flaw::{Flaw, planted};
use crate::seat::Seat;
use crate::{Error, Tx, search};
use rand::RngExt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// How often a command is repeated when the database asks for it.
const REPEATS: u32 = 5;
/// Audit lanes one database can have: one for each connection that writes, of all nodes.
const LANES: i64 = 1024;
const COMMAND_TIME: Duration = Duration::from_millis(50);

/// Serves commands until the queues are closed and empty.
pub(crate) fn write(mut seat: Seat, connector: &Connector) {
    let shared = Arc::clone(&seat.shared);
    while let Some((queue, command)) = shared.queues.pop() {
        let started = Instant::now();
        serve(&mut seat, connector, command);
        let took = started.elapsed();
        shared.queues.spent(queue, took);
        if took > COMMAND_TIME {
            shared.slow_commands.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Takes the lowest free audit lane for this connection and reads its head, in this order.
pub(crate) fn take_lane(seat: &mut Seat) -> Result<(), Error> {
    let lane = if planted(Flaw::SharesLane) { 0 } else { locks::lowest_free(pg(seat), locks::LANES, LANES)? };
    seat.lane = Some(Lane::read(seat, lane)?);
    seat.shared.root_wanted.store(true, Ordering::Relaxed);
    Ok(())
}

enum Ended {
    /// The kept result is true.
    Answer,
    /// Undone; may be run again, for this reason.
    Again(Error),
    Refuse(Error),
}

pub(crate) fn serve(seat: &mut Seat, connector: &Connector, mut command: Box<dyn Command>) {
    let mut words = true;
    for repeat in 0..=REPEATS {
        if repeat > 0 {
            let most = 4u64 << repeat;
            std::thread::sleep(Duration::from_millis(seat.random.random_range(1..=most)));
        }
        if let Err(error) = connected(seat, connector) {
            return command.refuse(Error::Unavailable(error.to_string()));
        }
        match once(seat, command.as_mut(), &mut words) {
            Ended::Answer => return command.answer(None),
            Ended::Refuse(error) => return command.refuse(error),
            Ended::Again(error) => tracing::debug!(%error, repeat, "a command runs again"),
        }
    }
    command.refuse(Error::Unavailable("others kept changing the same rows".to_owned()));
}

fn once(seat: &mut Seat, command: &mut dyn Command, words: &mut bool) -> Ended {
    let lane = seat.lane;
    if let Err(error) = pg(seat).begin_later("BEGIN") {
        return Ended::Again(error);
    }
    seat.start(command.at(seat.shared.clock.now_ms()));
    let mut tx = Tx::new(seat);
    let well = command.run(&mut tx);
    let left = tx.left;
    if !well {
        let again = seat.again || pg(seat).is_closed();
        undo(seat, lane);
        return if again { Ended::Again(Error::Spoiled) } else { Ended::Answer };
    }
    for (doc, marks) in &left.words {
        let written = match *words {
            true => search::write(seat, *doc, marks.as_deref()),
            false => search::write_later(seat, *doc),
        };
        if let Err(error) = written {
            let again = seat.again || pg(seat).is_closed();
            return without_words(seat, lane, words, again, error);
        }
    }
    let words_to = pg(seat).waiting();
    if let Err(ended) = commit(seat) {
        // Whatever waited to be sent was refused before its commit came in.
        let words_from = words_to.saturating_sub(left.words.len());
        let words_refused = pg(seat).refused().is_some_and(|place| (words_from..words_to).contains(&place));
        if let (Ended::Refuse(error), true) = (&ended, words_refused && *words) {
            let error = Error::Unavailable(error.to_string());
            return without_words(seat, lane, words, false, error);
        }
        undo(seat, lane);
        if matches!(ended, Ended::Refuse(Error::OutcomeUnknown)) {
            // The lane may or may not have moved: the next connection reads it.
            seat.lane = None;
        }
        return ended;
    }
    seat.shared.send(left.notes);
    if left.search_is_whole {
        seat.shared.search_broken.store(false, Ordering::Relaxed);
    }
    Ended::Answer
}

/// The words could not be written: the command runs again, without them where that was their own fault.
fn without_words(seat: &mut Seat, lane: Option<Lane>, words: &mut bool, again: bool, error: Error) -> Ended {
    undo(seat, lane);
    *words &= again;
    if !again {
        tracing::warn!(%error, "index words could not be written; the documents will be indexed later");
    }
    Ended::Again(error)
}

fn commit(seat: &mut Seat) -> Result<(), Ended> {
    if seat.shared.faults.on_commit().is_some() {
        return Err(Ended::Refuse(Error::OutcomeUnknown));
    }
    let done = pg(seat).batch("COMMIT");
    let (refused, closed) = (pg(seat).refused().is_some(), pg(seat).is_closed());
    done.map_err(|error| match error {
        error if PgConn::asks_again(&error) || refused && closed => Ended::Again(error),
        // A statement before it was refused: nothing was committed.
        error if refused => Ended::Refuse(error),
        // The server answered: it did not commit.
        error @ (Error::Postgres { .. } | Error::Check(_) | Error::Unique { .. } | Error::Foreign(_)) => Ended::Refuse(error),
        _ => Ended::Refuse(Error::OutcomeUnknown),
    })
}

/// Undoes the transaction. When that cannot be said, the connection is given up: its lane is then read anew by the next one.
fn undo(seat: &mut Seat, lane: Option<Lane>) {
    seat.lane = lane;
    if !pg(seat).is_closed() && pg(seat).roll_back().is_err() {
        seat.lane = None;
    }
}

/// A connection that has broken, or has lost its lane, is replaced.
fn connected(seat: &mut Seat, connector: &Connector) -> Result<(), Error> {
    if !pg(seat).is_closed() && seat.lane.is_some() {
        return Ok(());
    }
    seat.lane = None;
    seat.conn = Conn::Postgres(Box::new(connector.connect(work(seat.shared.bulk))?));
    take_lane(seat)
}

/// What a writer's connection is for.
pub(crate) fn work(bulk: bool) -> Work {
    if bulk { Work::Bulk } else { Work::Write }
}

fn pg(seat: &mut Seat) -> &mut PgConn {
    match &mut seat.conn {
        Conn::Postgres(conn) => conn,
        Conn::Sqlite(_) => unreachable!("this thread was given a connection to PostgreSQL"),
    }
}
