//! The desk at which transactions meet, and what happens before and after they do.

use crate::desk::Desk;
use candor_app::{App, Config, Ids};
use candor_store::flaw::{self, Flaw};
use candor_store::stepped::Act;
use candor_store::testing::{TestDb, options};
use candor_store::{Clock, Db, Error, Place, Pool, Query, Queue};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, OnceLock};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};

const DAY: i64 = 24 * 60 * 60 * 1000;
const RESULTS: &str = "CREATE TABLE sim_result (job UUID NOT NULL, lease BIGINT NOT NULL)";

pub struct Room {
    pub desk: Desk,
    pub db: Db,
    pub heard: Arc<Mutex<Vec<String>>>,
    pub planted: Option<Flaw>,
    pub day: i64,
    _dir: tempfile::TempDir,
}

impl Room {
    pub fn open(planted: Option<Flaw>) -> Room {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let desk = runtime.block_on(Desk::new(TestDb::postgres()));
        runtime
            .block_on(async { desk.app.db.write(Queue::People, |tx| tx.execute(RESULTS, &[])).await })
            .map_err(|error: Error| error)
            .unwrap();
        drop(runtime);
        desk.app.db.close();
        let Place::Postgres { url, .. } = desk.db.place.clone() else { panic!("transactions meet on PostgreSQL") };
        let dir = tempfile::tempdir().unwrap();
        let db = Db::stepped(options(Place::Postgres { url, dir: dir.path().to_owned() }, &desk.clock), 4).unwrap();
        Room { desk, db, heard: Arc::default(), planted, day: 0, _dir: dir }
    }

    /// Where the audit's roots lie.
    pub fn roots(&self) -> std::path::PathBuf {
        self._dir.path().join("audit-roots.jsonl")
    }

    /// A new day: sums of the days before are left alone.
    pub fn begin(&mut self, seed: u64) {
        self.desk.clock.advance(DAY);
        let clock: Arc<dyn Clock> = Arc::<candor_store::ManualClock>::clone(&self.desk.clock);
        let mut config = Config::new("https://desk.example".to_owned(), self._dir.path().to_owned());
        config.limit_factor = NonZeroU32::new(1_000_000).unwrap();
        // The order of ids decides the order of locks, so that they too come from the seed.
        self.desk.app = App::new(self.db.clone(), config, Ids::seeded(Arc::clone(&clock), seed), clock);
        self.day = self.desk.app.now().div_euclid(DAY) * DAY;
        self.heard.lock().unwrap().clear();
    }

    /// Lets actors meet; flaws are planted only where they act.
    pub fn meet(&self, seed: u64, acts: Vec<Act>) -> String {
        flaw::plant(self.planted);
        let story = self.db.meet(seed, acts);
        flaw::plant(None);
        story
    }

    pub fn read<T: Send + 'static>(&self, query: impl FnOnce(&mut candor_store::Rx<'_>) -> Result<T, Error> + Send + 'static) -> T {
        self.db.read_blocking::<T, Error>(Pool::Quick, query).unwrap()
    }

    pub fn count(&self, sql: &'static str) -> i64 {
        self.read(move |rx| rx.one(sql, &[], |row| row.get(0)))
    }
}

/// Runs a future to its end on this thread: what it asks of the store is done where it asks.
pub fn finish<T>(future: impl std::future::Future<Output = T>) -> T {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    let runtime = RUNTIME.get_or_init(|| Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap());
    // Here only for what is done beside the store: the driver of PostgreSQL runs in no runtime but its own.
    let _entered = runtime.enter();
    let mut future = std::pin::pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    let begun = Instant::now();
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "an actor waits for something that never comes");
        std::thread::yield_now();
    }
}

/// What actors report: acknowledged messages by case and words, and answers that should not be.
#[derive(Clone)]
pub struct Report(pub Arc<Mutex<Vec<String>>>);

impl Report {
    pub fn wrong(&self, what: String) {
        self.0.lock().unwrap().push(what);
    }
}
