//! Opening a store on PostgreSQL.

use super::{QUICK, SLOW, prepare, random};
use crate::audit::Roots;
use crate::conn::Conn;
use crate::house::House;
use crate::keeper;
use crate::keys;
use crate::lock::DirLock;
use crate::migrate;
use crate::options::Options;
use crate::postgres::{
    Connector, Node, PgConn, Work, is_pooled, listen, migration_lock, read, refuse_unsafe, take_lane, tell, work, write,
};
use crate::seat::Seat;
use crate::shared::Shared;
use crate::{Backend, Error, Pool};
use crossbeam_channel::bounded;
use std::sync::Arc;

/// Notes for other nodes that may wait; more are dropped, as notes may be.
const NOTES_WAITING: usize = 8192;

pub(super) fn open(url: &str, options: Options, lock: DirLock) -> Result<House, Error> {
    let connector = Arc::new(Connector::new(url)?);
    let shared = Arc::new(Shared::new(Arc::clone(&options.clock), options.writers, options.bulk));
    refuse_pooler(&connector)?;
    bring_up(&connector, &options)?;
    let mut first = seat(&shared, connector.connect(work(options.bulk))?);
    prepare(&mut first, &options)?;
    let node = Node::join(&connector, &shared, &options.node)?;
    let house = House::new(shared, Backend::Postgres, Some(lock));
    let beside = Arc::clone(&connector);
    house.set_second(move || Ok(Conn::Postgres(Box::new(beside.connect(Work::House)?))));
    let others = connector.connect_all(work(options.bulk), options.writers.saturating_sub(1))?;
    for mut seat in std::iter::once(first).chain(others.into_iter().map(|conn| seat(&house.shared, conn))) {
        take_lane(&mut seat)?;
        let connector = Arc::clone(&connector);
        house.writer(move || write(seat, &connector))?;
    }
    start_readers(&house, &connector, &options)?;
    start_bus(&house, &connector, node)?;
    start_keeper(&house, &connector, options)?;
    Ok(house)
}

pub(super) fn open_reader(url: &str, options: &Options) -> Result<House, Error> {
    let connector = Arc::new(Connector::new(url)?);
    refuse_pooler(&connector)?;
    let shared = Arc::new(Shared::new(Arc::clone(&options.clock), 1, false));
    shared.queues.close();
    let mut seat = seat(&shared, connector.connect(Work::Read(SLOW))?);
    let standing = migrate::standing(&mut seat.conn)?;
    if !standing.pending.is_empty() {
        return Err(Error::NeedsMigration { pending: standing.pending.len() });
    }
    keys::open_vault(&mut seat, &options.master, false)?;
    let house = House::new(shared, Backend::Postgres, None);
    start_readers(&house, &connector, options)?;
    Ok(house)
}

/// What this program keeps in a session (locks, a place among the nodes, prepared statements) would be lost or shared there.
fn refuse_pooler(connector: &Connector) -> Result<(), Error> {
    if is_pooled(connector)? { Err(Error::Pooled) } else { Ok(()) }
}

/// Whether the database holds keys that a master key has wrapped.
pub(super) fn is_sealed(url: &str) -> Result<bool, Error> {
    let connector = Connector::new(url)?;
    refuse_pooler(&connector)?;
    let mut conn = Conn::Postgres(Box::new(connector.connect(Work::House)?));
    Ok(!migrate::standing(&mut conn)?.empty && keys::are_sealed(&mut conn)?)
}

/// Migrates an empty database, or one whose owner said so; one node at a time.
fn bring_up(connector: &Connector, options: &Options) -> Result<(), Error> {
    let mut conn = connector.connect(Work::House)?;
    refuse_unsafe(&mut conn)?;
    migration_lock(&mut conn)?;
    let mut conn = Conn::Postgres(Box::new(conn));
    let standing = migrate::standing(&mut conn)?;
    if standing.pending.is_empty() {
        return Ok(());
    }
    if !standing.empty && !options.migrate {
        return Err(Error::NeedsMigration { pending: standing.pending.len() });
    }
    migrate::run(&mut conn, &standing.pending, options.clock.now_ms())
}

fn start_readers(house: &House, connector: &Arc<Connector>, options: &Options) -> Result<(), Error> {
    let mut quick = connector.connect_all(Work::Read(QUICK), options.quick_readers)?;
    let mut slow = connector.connect_all(Work::Read(SLOW), options.slow_readers)?;
    house.open_pools([options.quick_readers, options.slow_readers], |pool, jobs| {
        let (work, ready) = if pool == Pool::Quick { (Work::Read(QUICK), &mut quick) } else { (Work::Read(SLOW), &mut slow) };
        let conn = ready.pop().map_or_else(|| connector.connect(work), Ok)?;
        let seat = seat(&house.shared, conn);
        let connector = Arc::clone(connector);
        house.worker("store-reader", move || read(seat, &jobs, &connector, work))
    })
}

fn start_bus(house: &House, connector: &Arc<Connector>, node: Node) -> Result<(), Error> {
    let (abroad, notes) = bounded(NOTES_WAITING);
    house.shared.set_abroad(abroad);
    let (shared, out) = (Arc::clone(&house.shared), Arc::clone(connector));
    house.keeper("store-tells", move |stopped| tell(&shared, &out, &notes, &stopped))?;
    let (shared, connector) = (Arc::clone(&house.shared), Arc::clone(connector));
    house.worker("store-hears", move || listen(&shared, &connector, node))
}

fn start_keeper(house: &House, connector: &Arc<Connector>, mut options: Options) -> Result<(), Error> {
    let seat = seat(&house.shared, connector.connect(Work::Read(SLOW))?);
    let connector = Arc::clone(connector);
    let reopen: keeper::Reopen = Box::new(move |seat| {
        seat.conn = Conn::Postgres(Box::new(connector.connect(Work::Read(SLOW))?));
        Ok(())
    });
    let roots = Roots::open(&options.audit_roots, options.audit_sink.take())?;
    house.keeper("store-keeper", move |stopped| keeper::keep(seat, roots, &stopped, &reopen))
}

fn seat(shared: &Arc<Shared>, conn: PgConn) -> Seat {
    Seat::new(Conn::Postgres(Box::new(conn)), Arc::clone(shared), random())
}
