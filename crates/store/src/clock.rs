//! The one source of time. Nothing else in the store asks the system what time it is.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

pub trait Clock: Send + Sync {
    /// Milliseconds UTC.
    fn now_ms(&self) -> i64;

    /// Told how far the database's clock is ahead of the machine's, so that all nodes agree. A clock set by a test stays as it is.
    fn correct(&self, _ahead_ms: i64) {}
}

/// The machine's clock, corrected by the database's where several nodes share one.
#[derive(Debug, Default)]
pub struct SystemClock {
    ahead_ms: AtomicI64,
}

impl SystemClock {
    pub const fn new() -> SystemClock {
        SystemClock { ahead_ms: AtomicI64::new(0) }
    }
}

/// The machine's own time.
pub(crate) fn machine_ms() -> i64 {
    // A clock before 1970 reads as 1970: no row may carry a negative time.
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}

impl Clock for SystemClock {
    fn now_ms(&self) -> i64 {
        machine_ms() + self.ahead_ms.load(Ordering::Relaxed)
    }

    fn correct(&self, ahead_ms: i64) {
        self.ahead_ms.store(ahead_ms, Ordering::Relaxed);
    }
}

/// A clock that stands still until it is moved: tests and simulation.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    pub const fn at(now_ms: i64) -> ManualClock {
        ManualClock(AtomicI64::new(now_ms))
    }

    pub fn set(&self, now_ms: i64) {
        self.0.store(now_ms, Ordering::SeqCst);
    }

    pub fn advance(&self, by_ms: i64) {
        self.0.fetch_add(by_ms, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}
