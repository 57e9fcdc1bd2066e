//! What was read a moment ago and is asked again at once: kept in memory for two seconds at most.
//!
//! Notes of changes empty it at once; what is kept grows old by itself in case a note was lost, so a withdrawn right or a
//! session that ended acts within seconds on every node.

use candor_store::Note;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;

/// How long something is believed when no note says otherwise.
const BELIEVED: Duration = Duration::from_secs(2);
/// How much is kept; beyond it everything is forgotten, which costs one read each.
const MOST: usize = 20_000;

/// Values by key, as they were read lately.
pub struct Lately<K, V> {
    kept: Mutex<Kept<K, V>>,
    /// Which notes end what is kept. Missed notes always do.
    ends: fn(&Note) -> bool,
}

struct Kept<K, V> {
    notes: Receiver<Note>,
    values: HashMap<K, (V, Instant)>,
    /// Counts how often it was emptied: what was read before that is not kept after it.
    emptied: u64,
}

impl<K: Eq + Hash, V: Clone> Lately<K, V> {
    pub fn new(notes: Receiver<Note>, ends: fn(&Note) -> bool) -> Self {
        Self { kept: Mutex::new(Kept { notes, values: HashMap::new(), emptied: 0 }), ends }
    }

    /// Forgets all: something was changed here.
    pub fn forget(&self) {
        self.current().empty();
    }

    /// What is known of a key, and the mark to hand back with what is read instead.
    pub(crate) fn get(&self, key: &K) -> (Option<V>, u64) {
        let kept = self.current();
        let found = kept.values.get(key).filter(|(_, since)| since.elapsed() < BELIEVED);
        (found.map(|(value, _)| value.clone()), kept.emptied)
    }

    /// Keeps what was read, unless everything was forgotten while it was.
    pub(crate) fn put(&self, key: K, value: V, emptied: u64) {
        let mut kept = self.current();
        if kept.emptied != emptied {
            return;
        }
        if kept.values.len() >= MOST {
            kept.values.clear();
        }
        kept.values.insert(key, (value, Instant::now()));
    }

    fn current(&self) -> MutexGuard<'_, Kept<K, V>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.heard(self.ends) {
            kept.empty();
        }
        kept
    }
}

impl<K: Eq + Hash, V> Kept<K, V> {
    fn empty(&mut self) {
        self.values.clear();
        self.emptied += 1;
    }

    /// Reads the notes since the last look; true when one of them ends what is kept.
    fn heard(&mut self, ends: fn(&Note) -> bool) -> bool {
        let mut changed = false;
        loop {
            match self.notes.try_recv() {
                Ok(Note::Gap) | Err(TryRecvError::Lagged(_)) => changed = true,
                Ok(note) => changed |= ends(&note),
                Err(TryRecvError::Empty | TryRecvError::Closed) => return changed,
            }
        }
    }
}
