//! The store for simulation: no threads, no real time. Commands run where they are called, in groups the seed chooses, on a real
//! SQLite file with a separate reading connection; commits fail, processes die and notes get lost as the seed says. Who dies
//! leaves the files as a killed process does: the log is not folded back, and the next to open them recovers it.
//! The same seed with the same calls does the same things.

use crate::audit::Roots;
use crate::command::Command;
use crate::conn::Conn;
use crate::faults::Fault;
use crate::house::House;
use crate::lock::DirLock;
use crate::open::{reader_seat, writer_seat};
use crate::options::{Options, Place};
use crate::read::Job;
use crate::seat::Seat;
use crate::shared::Shared;
use crate::sqlite::{Group, serve};
use crate::{Backend, Db, Error, Queue, dirty};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How often things go wrong, in thousandths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Odds {
    /// A command lets others come in before its group is committed.
    pub wait_for_others: u32,
    pub commit_fails: u32,
    /// The process dies before the commit: nothing of the group is kept.
    pub crash_before_commit: u32,
    /// The process dies after the commit and before any answer: all of the group is kept, and nobody knows.
    pub crash_after_commit: u32,
    /// A note does not reach its receivers.
    pub note_lost: u32,
}

pub(crate) struct Inline {
    state: Mutex<State>,
}

struct State {
    /// `None` after a crash.
    seats: Option<(Seat, Seat)>,
    group: Group,
    roots: Roots,
    random: StdRng,
    odds: Odds,
    dir: PathBuf,
}

/// A read in simulation is never stopped by real time.
const NEVER: Duration = Duration::from_secs(3600);

impl Db {
    /// Opens a store whose commands run where they are called. SQLite only; a directory on tmpfs makes it fast.
    pub fn inline(mut options: Options, seed: u64, odds: Odds) -> Result<Db, Error> {
        let Place::Sqlite { dir } = options.place.clone() else {
            return Err(Error::Invalid("the simulation runs on SQLite".to_owned()));
        };
        let lock = DirLock::take(&dir)?;
        let mut shared = Shared::new(Arc::clone(&options.clock), 1, options.bulk);
        shared.simulated = true;
        let shared = Arc::new(shared);
        let mut random = StdRng::seed_from_u64(seed);
        let writer = writer_seat(&dir, &options, &shared, StdRng::from_rng(&mut random))?;
        let reader = reader_seat(&shared, &dir, StdRng::from_rng(&mut random))?;
        shared.lose_notes(odds.note_lost, StdRng::from_rng(&mut random));
        shared.writers_alive.store(1, Ordering::Relaxed);
        let roots = Roots::open(&options.audit_roots, options.audit_sink.take())?;
        let state = State { seats: Some((writer, reader)), group: Group::default(), roots, random, odds, dir };
        let mut house = House::new(shared, Backend::Sqlite, Some(lock));
        house.inline = Some(Inline { state: Mutex::new(state) });
        Ok(Db { house: Arc::new(house) })
    }
}

impl Inline {
    /// Puts a command in its line; says whether it should let others come in before `flush`.
    pub(crate) fn push(&self, shared: &Shared, queue: Queue, command: Box<dyn Command>) -> Result<bool, Error> {
        let mut state = self.state();
        if state.seats.is_none() {
            return Err(Error::Closed);
        }
        shared.queues.push(queue, command).map_err(|(error, _)| error)?;
        let odds = state.odds.wait_for_others;
        Ok(state.happens(odds))
    }

    /// Runs what waits as one group.
    pub(crate) fn flush(&self, shared: &Shared) {
        let mut state = self.state();
        while state.seats.is_some() {
            let Some(first) = shared.queues.try_pop() else { return };
            state.order_faults(shared);
            let State { seats, group, .. } = &mut *state;
            let Some((writer, reader)) = seats else { return };
            group.run(writer, first);
            if shared.crashed.load(Ordering::Relaxed) {
                state.killed(shared);
            } else if let Err(error) = dirty::look(reader) {
                tracing::warn!(%error, "cannot look how far the reactor is behind");
            }
        }
    }

    pub(crate) fn read(&self, job: Job) -> Result<(), Error> {
        match &mut self.state().seats {
            Some((_, reader)) => serve(reader, job, NEVER),
            None => return Err(Error::Closed),
        }
        Ok(())
    }

    /// Dies between two groups, wherever its commands are.
    pub(crate) fn kill(&self, shared: &Shared) {
        self.state().killed(shared);
    }

    /// Ends well: the last root, then the connections.
    pub(crate) fn close(&self, shared: &Shared) {
        let mut state = self.state();
        let State { seats, roots, .. } = &mut *state;
        if let Some((_, reader)) = seats
            && let Err(error) = roots.write(reader)
        {
            tracing::error!(%error, "the last audit root could not be written");
        }
        state.die(shared);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn order_faults(&mut self, shared: &Shared) {
        let Odds { commit_fails, crash_before_commit, crash_after_commit, .. } = self.odds;
        for (odds, fault) in
            [(commit_fails, Fault::Commit), (crash_before_commit, Fault::CrashBeforeCommit), (crash_after_commit, Fault::CrashAfterCommit)]
        {
            if self.happens(odds) {
                shared.faults.order(1, fault);
            }
        }
    }

    fn happens(&mut self, odds: u32) -> bool {
        // The seed is asked each time, so that changing one of the odds moves nothing else.
        self.random.random_range(0..1000) < odds
    }

    /// SQLite folds the log back when connections are closed; a kill leaves no time for that. The shared memory dies with a machine.
    fn killed(&mut self, shared: &Shared) {
        if let Some((writer, _)) = &self.seats
            && let Conn::Sqlite(conn) = &writer.conn
            && let Err(error) = conn.leave_log()
        {
            tracing::error!(%error, "a killed store would tidy up behind itself");
        }
        self.die(shared);
        let _ = std::fs::remove_file(self.dir.join("candor.db-shm"));
    }

    /// The connections go without a word, as a killed process's do; who still waits learns nothing.
    fn die(&mut self, shared: &Shared) {
        shared.writers_alive.store(0, Ordering::Relaxed);
        shared.queues.close();
        self.seats = None;
        while let Some((queue, command)) = shared.queues.try_pop() {
            shared.queues.spent(queue, Duration::ZERO);
            command.refuse(Error::OutcomeUnknown);
        }
    }
}
