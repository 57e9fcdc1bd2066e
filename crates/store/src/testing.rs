//! Databases for tests.

use crate::{Clock, Db, ManualClock, MasterKey, Options, Place};
use std::sync::Arc;

/// A database of one test, gone when the test ends.
pub struct TestDb {
    pub db: Db,
    pub clock: Arc<ManualClock>,
    pub dir: tempfile::TempDir,
}

/// When tests begin: 2026-01-01 00:00 UTC.
pub const START: i64 = 1_767_225_600_000;

impl TestDb {
    pub fn sqlite() -> TestDb {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let clock = Arc::new(ManualClock::at(START));
        let db = Db::open(options(Place::Sqlite { dir: dir.path().to_owned() }, &clock)).expect("a new database opens");
        TestDb { db, clock, dir }
    }
}

pub fn options(place: Place, clock: &Arc<ManualClock>) -> Options {
    let clock: Arc<dyn Clock> = Arc::<ManualClock>::clone(clock);
    let mut options = Options::new(place, MasterKey::from_bytes([7; 32]), clock);
    options.quick_readers = 2;
    options.slow_readers = 1;
    options.writers = 4;
    options
}
