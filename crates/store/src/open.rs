//! Opening and closing a store: lock, schema, keys, threads.

use crate::audit::Lane;
use crate::conn::Conn;
use crate::db::Db;
use crate::keys::{self, Erased};
use crate::lock::DirLock;
use crate::migrate;
use crate::options::Options;
use crate::read::Job;
use crate::search;
use crate::seat::Seat;
use crate::shared::Shared;
use crate::sqlite::{self, SqliteConn};
use crate::{Backend, Error, Pool};
use crossbeam_channel::{Sender, TrySendError, bounded};
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Queries that may wait for a reader of their pool.
const READS_WAITING: usize = 4096;
const QUICK: Duration = Duration::from_secs(3);
const SLOW: Duration = Duration::from_secs(30);
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// What stands behind a `Db`: threads, queues, the lock.
pub(crate) struct House {
    pub(crate) shared: Arc<Shared>,
    pub(crate) backend: Backend,
    pools: Mutex<Option<[Sender<Job>; 2]>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    lock: Mutex<Option<DirLock>>,
}

impl Db {
    /// Opens a store for writing: takes the directory's lock, migrates, opens the keys, starts the threads.
    pub fn open(options: Options) -> Result<Db, Error> {
        let lock = DirLock::take(options.place.dir())?;
        let shared = Arc::new(Shared::new(Arc::clone(&options.clock), 1, options.bulk));
        let path = options.place.dir().join("candor.db");
        let mut conn = Conn::Sqlite(Box::new(SqliteConn::writer(&path)?));
        migrate_sqlite(&mut conn, &options)?;
        let mut seat = Seat::new(conn, Arc::clone(&shared), random());
        prepare(&mut seat, &options)?;
        seat.lane = Some(Lane::read(&mut seat, 0)?);
        let house = House::new(shared, Backend::Sqlite, Some(lock));
        house.start_sqlite(seat, &path, &options)?;
        Ok(Db { house: Arc::new(house) })
    }

    /// Opens a store for reading only, beside a server that may hold the lock: reading commands of the CLI.
    pub fn open_reader(options: Options) -> Result<Db, Error> {
        let shared = Arc::new(Shared::new(Arc::clone(&options.clock), 1, false));
        shared.queues.close();
        let path = options.place.dir().join("candor.db");
        let mut conn = Conn::Sqlite(Box::new(SqliteConn::reader(&path)?));
        let standing = migrate::standing(&mut conn)?;
        if !standing.pending.is_empty() {
            return Err(Error::NeedsMigration { pending: standing.pending.len() });
        }
        let mut seat = Seat::new(conn, Arc::clone(&shared), random());
        keys::open_vault(&mut seat, &options.master, false)?;
        let house = House::new(shared, Backend::Sqlite, None);
        house.start_readers(&options, &path)?;
        Ok(Db { house: Arc::new(house) })
    }
}

impl House {
    fn new(shared: Arc<Shared>, backend: Backend, lock: Option<DirLock>) -> House {
        House {
            shared,
            backend,
            pools: Mutex::new(None),
            threads: Mutex::new(Vec::new()),
            lock: Mutex::new(lock),
        }
    }

    fn start_sqlite(&self, seat: Seat, path: &Path, options: &Options) -> Result<(), Error> {
        let shared = Arc::clone(&self.shared);
        shared.writers_alive.fetch_add(1, Ordering::Relaxed);
        self.spawn("store-writer", move || {
            let _alive = Alive(Arc::clone(&shared));
            sqlite::write(seat);
        })?;
        self.start_readers(options, path)
    }

    fn start_readers(&self, options: &Options, path: &Path) -> Result<(), Error> {
        let pools = [(options.quick_readers, QUICK), (options.slow_readers, SLOW)];
        let senders = pools.map(|(readers, deadline)| {
            let (sender, receiver) = bounded::<Job>(READS_WAITING);
            for _ in 0..readers.max(1) {
                let receiver = receiver.clone();
                let conn = Conn::Sqlite(Box::new(SqliteConn::reader(path)?));
                let seat = Seat::new(conn, Arc::clone(&self.shared), random());
                self.spawn("store-reader", move || sqlite::read(seat, &receiver, deadline))?;
            }
            Ok::<_, Error>(sender)
        });
        let [quick, slow] = senders;
        *held(&self.pools) = Some([quick?, slow?]);
        Ok(())
    }

    pub(crate) fn ask(&self, pool: Pool, job: Job) -> Result<(), Error> {
        let pools = held(&self.pools);
        let senders = pools.as_ref().ok_or(Error::Closed)?;
        senders[pool as usize].try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => Error::Full { retry_after: RETRY_AFTER },
            TrySendError::Disconnected(_) => Error::Closed,
        })
    }

    pub(crate) fn close(&self) {
        self.shared.queues.close();
        held(&self.pools).take();
        let threads = std::mem::take(&mut *held(&self.threads));
        let me = std::thread::current().id();
        for thread in threads {
            // The last handle may be dropped by a command, on a thread of the store itself.
            if thread.thread().id() != me && thread.join().is_err() {
                tracing::error!("a thread of the store panicked");
            }
        }
        held(&self.lock).take();
    }

    fn spawn(&self, name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), Error> {
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(run)
            .map_err(|error| Error::io("cannot start a thread", error))?;
        held(&self.threads).push(thread);
        Ok(())
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.close();
    }
}

/// Counts a writer out, however it ends.
struct Alive(Arc<Shared>);

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.writers_alive.fetch_sub(1, Ordering::Relaxed);
    }
}

fn migrate_sqlite(conn: &mut Conn, options: &Options) -> Result<(), Error> {
    let standing = migrate::standing(conn)?;
    if standing.pending.is_empty() {
        return Ok(());
    }
    if !standing.empty {
        migrate::copy_first(conn, options.place.dir(), options.clock.now_ms())?;
    }
    migrate::run(conn, &standing.pending, options.clock.now_ms())
}

/// Opens the keys and destroys again what is on the list of the erased, before anybody is served.
fn prepare(seat: &mut Seat, options: &Options) -> Result<(), Error> {
    let erased = Erased::at(&options.erased).list()?;
    seat.start(options.clock.now_ms());
    seat.conn.batch("BEGIN")?;
    let gone = keys::open_vault(seat, &options.master, true).and_then(|()| keys::apply_erased(seat, &erased));
    let newest = search::newest(seat);
    seat.shared.set_newest_doc(newest.as_ref().copied().unwrap_or(0));
    if matches!(newest, Err(Error::Corrupt(_))) {
        seat.shared.search_is_broken();
    }
    match gone {
        Ok(gone) => {
            seat.conn.batch("COMMIT")?;
            if gone > 0 {
                tracing::warn!(keys = gone, "destroyed again keys that this copy of the database still held");
            }
            Ok(())
        }
        Err(error) => {
            let _ = seat.conn.batch("ROLLBACK");
            Err(error)
        }
    }
}

fn random() -> StdRng {
    StdRng::from_rng(&mut rand::rng())
}

fn held<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

