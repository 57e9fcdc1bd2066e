//! Who waits for their turn, who goes, who is through; and the director who lets one go at a time.

use postgres::Client;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::fmt::Write;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A statement that takes longer than this is looked at: it may wait for somebody's lock.
const SOON: Duration = Duration::from_millis(2);
/// A meeting that stands still for so long never ends.
const NEVER: Duration = Duration::from_secs(30);
const BLOCKED: &str = "SELECT COUNT(*) FROM pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0
    AND datname = current_database() AND application_name = 'candor'";

#[derive(Clone, Debug, PartialEq, Eq)]
enum Standing {
    /// Stands before this statement.
    Waits(String),
    Goes,
    Through,
}

pub(super) struct Stage {
    actors: Mutex<Vec<Standing>>,
    moved: Condvar,
}

/// Says that an actor is through, however it ends.
pub(super) struct Leaves<'s>(&'s Stage, usize);

impl Drop for Leaves<'_> {
    fn drop(&mut self) {
        self.0.actors()[self.1] = Standing::Through;
        self.0.moved.notify_all();
    }
}

impl Stage {
    pub(super) fn new(actors: usize) -> Stage {
        Stage { actors: Mutex::new(vec![Standing::Goes; actors]), moved: Condvar::new() }
    }

    pub(super) fn leaves(&self, actor: usize) -> Leaves<'_> {
        Leaves(self, actor)
    }

    /// An actor stops here until the director lets it go on.
    pub(super) fn wait(&self, actor: usize, statement: &str) {
        let mut actors = self.actors();
        actors[actor] = Standing::Waits(statement.to_owned());
        self.moved.notify_all();
        while actors[actor] != Standing::Goes {
            actors = self.moved.wait(actors).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Lets one go on after the other until all are through.
    pub(super) fn direct(&self, seed: u64, watch: &mut Client) -> String {
        let (mut dice, mut story) = (StdRng::seed_from_u64(seed), String::new());
        loop {
            let waiting = self.settled(watch);
            if waiting.is_empty() {
                return story;
            }
            let (actor, statement) = &waiting[dice.random_range(0..waiting.len())];
            let words: Vec<&str> = statement.split_whitespace().take(6).collect();
            let _ = writeln!(story, "{actor}: {}", words.join(" "));
            self.actors()[*actor] = Standing::Goes;
            self.moved.notify_all();
        }
    }

    /// Waits until everybody stands before a statement, waits for a lock, or is through. Answers who can go on.
    fn settled(&self, watch: &mut Client) -> Vec<(usize, String)> {
        let begun = Instant::now();
        let mut actors = self.actors();
        loop {
            let going = actors.iter().filter(|one| **one == Standing::Goes).count();
            let waiting: Vec<(usize, String)> = actors.iter().enumerate().filter_map(Self::stands_before).collect();
            if going == 0 {
                return waiting;
            }
            let (again, time) = self.moved.wait_timeout(actors, SOON).unwrap_or_else(PoisonError::into_inner);
            actors = again;
            assert!(begun.elapsed() < NEVER, "the meeting stands still: {actors:?}");
            if !time.timed_out() || waiting.is_empty() {
                // Where all of them wait for locks, the database breaks the ring.
                continue;
            }
            let before = actors.clone();
            drop(actors);
            let blocked: i64 = watch.query_one(BLOCKED, &[]).expect("the database says who waits for whom").get(0);
            actors = self.actors();
            if *actors == before && usize::try_from(blocked) == Ok(going) {
                return waiting;
            }
        }
    }

    fn stands_before((actor, standing): (usize, &Standing)) -> Option<(usize, String)> {
        match standing {
            Standing::Waits(statement) => Some((actor, statement.clone())),
            Standing::Goes | Standing::Through => None,
        }
    }

    fn actors(&self) -> MutexGuard<'_, Vec<Standing>> {
        self.actors.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
