//! What stands behind a `Db`: threads, queues, the lock of the directory. It ends in order: people first, the lock last.

use crate::conn::Conn;
use crate::inline::Inline;
use crate::lock::DirLock;
use crate::read::Job;
use crate::scrub::{self, Second};
use crate::shared::Shared;
use crate::sqlite::{Eye, Pen};
use crate::{Backend, Error, Pool};
use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Queries that may wait for a reader of their pool.
const READS_WAITING: usize = 4096;
const RETRY_AFTER: Duration = Duration::from_secs(1);

pub(crate) struct House {
    pub(crate) shared: Arc<Shared>,
    pub(crate) backend: Backend,
    pools: Mutex<Option<[Sender<Job>; 2]>>,
    workers: Mutex<Vec<JoinHandle<()>>>,
    /// Threads that end after the workers: what they write includes the workers' last commits.
    keepers: Mutex<Vec<JoinHandle<()>>>,
    stop_keepers: Mutex<Option<Sender<()>>>,
    stopped: Receiver<()>,
    lock: Mutex<Option<DirLock>>,
    /// What writes to SQLite, for commands that need no thread.
    pub(crate) pen: Option<Arc<Pen>>,
    /// What reads from SQLite, for glances that need no thread.
    pub(crate) eye: Option<Eye>,
    /// Runs everything where it is called, instead of the threads.
    pub(crate) inline: Option<Inline>,
    /// Runs everything where it is called, on the connections of whoever calls.
    #[cfg(feature = "testing")]
    pub(crate) stepped: Option<crate::stepped::Stepped>,
    /// Opens a connection beside those of the threads.
    second: OnceLock<Second>,
}

impl House {
    pub(crate) fn new(shared: Arc<Shared>, backend: Backend, lock: Option<DirLock>) -> House {
        let (stop, stopped) = bounded(0);
        House {
            shared,
            backend,
            pools: Mutex::new(None),
            workers: Mutex::new(Vec::new()),
            keepers: Mutex::new(Vec::new()),
            stop_keepers: Mutex::new(Some(stop)),
            stopped,
            lock: Mutex::new(lock),
            pen: None,
            eye: None,
            inline: None,
            #[cfg(feature = "testing")]
            stepped: None,
            second: OnceLock::new(),
        }
    }

    /// How a connection beside those of the threads is opened; said once, when the store opens.
    pub(crate) fn set_second(&self, open: impl Fn() -> Result<Conn, Error> + Send + Sync + 'static) {
        let _ = self.second.set(Box::new(open));
    }

    pub(crate) fn second(&self) -> Result<Conn, Error> {
        self.second.get().ok_or(Error::ReadOnly)?()
    }

    /// Opens the pools; `start` starts one reader of a pool.
    pub(crate) fn open_pools(
        &self,
        readers: [usize; 2],
        mut start: impl FnMut(Pool, Receiver<Job>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut senders = Vec::new();
        for (pool, count) in [Pool::Quick, Pool::Slow].into_iter().zip(readers) {
            let (sender, receiver) = bounded(READS_WAITING);
            for _ in 0..count.max(1) {
                start(pool, receiver.clone())?;
            }
            senders.push(sender);
        }
        *held(&self.pools) = senders.try_into().ok();
        Ok(())
    }

    pub(crate) fn ask(&self, pool: Pool, job: Job) -> Result<(), Error> {
        if let Some(inline) = &self.inline {
            return inline.read(job);
        }
        #[cfg(feature = "testing")]
        if let Some(stepped) = &self.stepped {
            stepped.read(job);
            return Ok(());
        }
        let pools = held(&self.pools);
        let senders = pools.as_ref().ok_or(Error::Closed)?;
        senders[pool as usize].try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => Error::Full { retry_after: RETRY_AFTER },
            TrySendError::Disconnected(_) => Error::Closed,
        })
    }

    /// Asks where the caller stands, when nothing else is under way there.
    pub(crate) fn glance(&self, job: Job) -> Result<(), Error> {
        let seen = match &self.eye {
            Some(eye) => eye.glance(job),
            None => Err(job),
        };
        seen.or_else(|job| self.ask(Pool::Quick, job))
    }

    /// Starts a thread that writes; it is counted while it lives.
    pub(crate) fn writer(&self, run: impl FnOnce() + Send + 'static) -> Result<(), Error> {
        let alive = Alive::new(&self.shared);
        self.worker("store-writer", move || {
            let _alive = alive;
            run();
        })
    }

    /// Starts a thread that ends when the queues and pools are closed.
    pub(crate) fn worker(&self, name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), Error> {
        held(&self.workers).push(thread(name, run)?);
        Ok(())
    }

    /// Starts a thread that ends after all workers, when its channel closes.
    pub(crate) fn keeper(&self, name: &str, run: impl FnOnce(Receiver<()>) + Send + 'static) -> Result<(), Error> {
        let stopped = self.stopped.clone();
        held(&self.keepers).push(thread(name, move || run(stopped))?);
        Ok(())
    }

    pub(crate) fn close(&self) {
        self.shared.closing.store(true, Ordering::Relaxed);
        self.shared.queues.close();
        held(&self.pools).take();
        if let Some(eye) = &self.eye {
            eye.close();
        }
        join(&self.workers);
        held(&self.stop_keepers).take();
        join(&self.keepers);
        if let Some(inline) = &self.inline {
            inline.close(&self.shared);
        }
        let lock = held(&self.lock).take();
        if lock.is_some() && self.backend == Backend::Sqlite {
            self.fold_log();
        }
    }

    /// Nobody reads or writes any more: the write-ahead log goes back into the database, so that a copy of the one file is
    /// whole and nothing erased is left beside it. Where that fails, the next start finds the log and reads on from it.
    fn fold_log(&self) {
        let folded = self.second().and_then(|mut conn| scrub::fold_log(&mut conn));
        match folded {
            Ok(true) => {}
            Ok(false) => tracing::warn!("another program reads the write-ahead log; the next start folds it back"),
            Err(error) => tracing::warn!(%error, "the write-ahead log could not be folded back; the next start does it"),
        }
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.close();
    }
}

/// Counts a writer while it lives, however it ends.
struct Alive(Arc<Shared>);

impl Alive {
    fn new(shared: &Arc<Shared>) -> Alive {
        shared.writers_alive.fetch_add(1, Ordering::Relaxed);
        Alive(Arc::clone(shared))
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        if self.0.writers_alive.fetch_sub(1, Ordering::Relaxed) > 1 || self.0.closing.load(Ordering::Relaxed) {
            return;
        }
        // The last writer died: nobody would ever answer who waits.
        tracing::error!("no writer is left; the store answers nobody any more");
        self.0.queues.close();
        while let Some((_, command)) = self.0.queues.try_pop() {
            command.refuse(Error::Closed);
        }
    }
}

fn thread(name: &str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, Error> {
    std::thread::Builder::new().name(name.to_owned()).spawn(run).map_err(|error| Error::io("cannot start a thread", error))
}

fn join(threads: &Mutex<Vec<JoinHandle<()>>>) {
    let threads = std::mem::take(&mut *held(threads));
    let me = std::thread::current().id();
    for thread in threads {
        // The last handle may be dropped by a command, on a thread of the store itself.
        if thread.thread().id() != me && thread.join().is_err() {
            tracing::error!("a thread of the store panicked");
        }
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
