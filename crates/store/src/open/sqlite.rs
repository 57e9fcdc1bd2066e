//! Opening a store on SQLite.

use super::{QUICK, SLOW, prepare, random};
use crate::audit::{Lane, Roots};
use crate::conn::Conn;
use crate::house::House;
use crate::keeper;
use crate::keys;
use crate::lock::DirLock;
use crate::migrate;
use crate::options::Options;
use crate::seat::Seat;
use crate::shared::Shared;
use crate::sqlite::{Eye, Pen, SqliteConn, read};
use crate::{Backend, Error, Pool};
use rand::rngs::StdRng;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The database's file in its directory.
pub(crate) fn file(dir: &Path) -> PathBuf {
    dir.join("candor.db")
}

pub(super) fn open(dir: &Path, mut options: Options, lock: DirLock) -> Result<House, Error> {
    let shared = Arc::new(Shared::new(Arc::clone(&options.clock), 1, options.bulk));
    let seat = writer_seat(dir, &options, &shared, random())?;
    let mut house = House::new(shared, Backend::Sqlite, Some(lock));
    let beside = file(dir);
    house.set_second(move || Ok(Conn::Sqlite(Box::new(SqliteConn::writer(&beside)?))));
    let pen = Arc::new(Pen::new(seat));
    house.pen = Some(Arc::clone(&pen));
    house.eye = Some(Eye::new(reader_seat(&house.shared, dir, random())?, QUICK));
    house.writer(move || pen.serve())?;
    start_readers(&house, dir, &options)?;
    let (seat, again) = (reader_seat(&house.shared, dir, random())?, dir.to_owned());
    let reopen: keeper::Reopen = Box::new(move |seat| {
        seat.conn = Conn::Sqlite(Box::new(SqliteConn::reader(&file(&again))?));
        Ok(())
    });
    let roots = Roots::open(&options.audit_roots, options.audit_sink.take())?;
    house.keeper("store-keeper", move |stopped| keeper::keep(seat, roots, &stopped, &reopen))?;
    Ok(house)
}

/// The connection that writes, with its schema, keys and audit lane in order.
pub(crate) fn writer_seat(dir: &Path, options: &Options, shared: &Arc<Shared>, random: StdRng) -> Result<Seat, Error> {
    let conn = bring_up(dir, options)?;
    let mut seat = Seat::new(conn, Arc::clone(shared), random);
    prepare(&mut seat, options)?;
    seat.lane = Some(Lane::read(&mut seat, 0)?);
    Ok(seat)
}

pub(super) fn open_reader(dir: &Path, options: &Options) -> Result<House, Error> {
    let shared = Arc::new(Shared::new(Arc::clone(&options.clock), 1, false));
    shared.queues.close();
    let mut seat = reader_seat(&shared, dir, random())?;
    let standing = migrate::standing(&mut seat.conn)?;
    if !standing.pending.is_empty() {
        return Err(Error::NeedsMigration { pending: standing.pending.len() });
    }
    keys::open_vault(&mut seat, &options.master, false)?;
    let house = House::new(shared, Backend::Sqlite, None);
    start_readers(&house, dir, options)?;
    Ok(house)
}

fn start_readers(house: &House, dir: &Path, options: &Options) -> Result<(), Error> {
    house.open_pools([options.quick_readers, options.slow_readers], |pool, jobs| {
        let seat = reader_seat(&house.shared, dir, random())?;
        let deadline = if pool == Pool::Quick { QUICK } else { SLOW };
        house.worker("store-reader", move || read(seat, &jobs, deadline))
    })
}

pub(crate) fn reader_seat(shared: &Arc<Shared>, dir: &Path, random: StdRng) -> Result<Seat, Error> {
    let conn = Conn::Sqlite(Box::new(SqliteConn::reader(&file(dir))?));
    Ok(Seat::new(conn, Arc::clone(shared), random))
}

/// Whether the database holds keys that a master key has wrapped.
pub(super) fn is_sealed(dir: &Path) -> Result<bool, Error> {
    let file = file(dir);
    if !file.exists() {
        return Ok(false);
    }
    let mut conn = Conn::Sqlite(Box::new(SqliteConn::reader(&file)?));
    Ok(!migrate::standing(&mut conn)?.empty && keys::are_sealed(&mut conn)?)
}

/// A connection to a database that is as this version wants it.
fn bring_up(dir: &Path, options: &Options) -> Result<Conn, Error> {
    let connect = || Ok::<_, Error>(Conn::Sqlite(Box::new(SqliteConn::writer(&file(dir))?)));
    let mut conn = connect()?;
    let standing = migrate::standing(&mut conn)?;
    if standing.pending.is_empty() {
        return Ok(conn);
    }
    if !standing.empty {
        migrate::copy_first(&mut conn, dir, &file(dir), options.clock.now_ms())?;
        // A process that closes a file, as the copying has, loses its locks on it. SQLite does not know: it has to begin anew, or
        // another program that closes the database would take itself for the last and remove the log under us.
        drop(conn);
        conn = connect()?;
    }
    migrate::run(&mut conn, &standing.pending, options.clock.now_ms())?;
    Ok(conn)
}
