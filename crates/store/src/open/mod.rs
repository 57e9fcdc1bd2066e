//! Opening a store: lock, schema, keys, threads.

mod postgres;
mod sqlite;
#[cfg(feature = "testing")]
mod stepped;

pub(crate) use sqlite::{reader_seat, writer_seat};

use crate::command::said;
use crate::db::Db;
use crate::house::House;
use crate::keys::{self, Erased};
use crate::lock::DirLock;
use crate::options::{Options, Place};
use crate::postgres::{Connector, is_pooled};
use crate::seat::Seat;
use crate::{Error, erasure, search};
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::sync::Arc;
use std::time::Duration;

/// How long a query of each pool may take.
const QUICK: Duration = Duration::from_secs(3);
const SLOW: Duration = Duration::from_secs(30);

impl Db {
    /// Opens a store for writing: takes the directory's lock, migrates, opens the keys, starts the threads.
    pub fn open(options: Options) -> Result<Db, Error> {
        apart(move || {
            let lock = DirLock::take(options.place.dir())?;
            match options.place.clone() {
                Place::Sqlite { dir } => sqlite::open(&dir, options, lock),
                Place::Postgres { url, .. } => postgres::open(&url, options, lock),
            }
        })
    }

    /// Opens a store for reading only, beside a server that may hold the lock: reading commands of the CLI.
    pub fn open_reader(options: Options) -> Result<Db, Error> {
        apart(move || match &options.place {
            Place::Sqlite { dir } => sqlite::open_reader(dir, &options),
            Place::Postgres { url, .. } => postgres::open_reader(url, &options),
        })
    }
}

impl Place {
    /// Whether the database is sealed already, so that only its own master key opens it.
    pub fn is_sealed(&self) -> Result<bool, Error> {
        on_own_thread(|| match self {
            Place::Sqlite { dir } => sqlite::is_sealed(dir),
            Place::Postgres { url, .. } => postgres::is_sealed(url),
        })
    }

    /// Whether the address leads through a pooler that hands connections on between transactions.
    pub fn is_pooled(&self) -> Result<bool, Error> {
        on_own_thread(|| match self {
            Place::Sqlite { .. } => Ok(false),
            Place::Postgres { url, .. } => is_pooled(&Connector::new(url)?),
        })
    }
}

/// Opens on a thread of its own: the PostgreSQL driver brings a runtime, which must not start inside the caller's.
fn apart(open: impl FnOnce() -> Result<House, Error> + Send) -> Result<Db, Error> {
    Ok(Db { house: Arc::new(on_own_thread(open)?) })
}

fn on_own_thread<T: Send>(act: impl FnOnce() -> Result<T, Error> + Send) -> Result<T, Error> {
    std::thread::scope(|scope| scope.spawn(act).join()).unwrap_or_else(|panic| Err(Error::Panicked(said(&*panic))))
}

/// Opens the keys and destroys again what is on the list of the erased, before anybody is served.
fn prepare(seat: &mut Seat, options: &Options) -> Result<(), Error> {
    seat.shared.set_erased(Erased::at(&options.erased));
    let erased = seat.shared.erased().list()?;
    seat.start(options.clock.now_ms());
    seat.conn.batch("BEGIN")?;
    let gone = keys::open_vault(seat, &options.master, true).and_then(|()| erasure::destroy_listed(seat, &erased));
    match gone.and_then(|gone| seat.conn.batch("COMMIT").map(|()| gone)) {
        Ok(0) => {}
        Ok(gone) => tracing::warn!(keys = gone, "destroyed again keys that this copy of the database still held"),
        Err(error) => {
            // The first failure is the one to tell.
            let _ = seat.conn.batch("ROLLBACK");
            return Err(error);
        }
    }
    go_on_after_newest(seat);
    Ok(())
}

/// New documents are numbered after the newest in the index. An index that cannot be read stops nothing.
fn go_on_after_newest(seat: &mut Seat) {
    let newest = search::newest(seat);
    seat.spoiled = false;
    seat.shared.set_newest_doc(*newest.as_ref().unwrap_or(&0));
    if let Err(error) = newest {
        tracing::error!(%error, "the text index cannot be read");
        seat.shared.search_is_broken();
    }
}

fn random() -> StdRng {
    StdRng::from_rng(&mut rand::rng())
}
