//! Advisory locks: who migrates, who writes an audit lane, which number a node has. They end with their connection.

use super::conn::PgConn;
use crate::Error;
use crate::text::Sql;
use std::ops::ControlFlow;

/// Keys of the store's locks begin here; far from numbers other programs are likely to choose.
const BASE: i64 = 0x43_41_4e_44_4f_52_00_00;
const MIGRATION: i64 = BASE;
pub(crate) const LANES: i64 = BASE + 0x1000;
pub(super) const NODES: i64 = BASE + 0x8000;
const NAMES: i64 = BASE;

const LOCK: &str = "SELECT TRUE FROM pg_advisory_lock($1)";
const TRY_LOCK: &str = "SELECT pg_try_advisory_lock($1)";

const TRY_NAME: &str = "SELECT pg_try_advisory_lock(hashtextextended($1, $2))";

/// Takes a node's name, held until the connection ends; false when another connection has it.
pub(super) fn take_name(conn: &mut PgConn, name: &str) -> Result<bool, Error> {
    let mut taken = false;
    conn.each(Sql::Fixed(TRY_NAME), &[&name, &NAMES], &mut |row| {
        taken = row.get(0)?;
        Ok(ControlFlow::Break(()))
    })?;
    Ok(taken)
}

/// Waits until nobody else migrates this database; held until the connection ends.
pub(crate) fn migration_lock(conn: &mut PgConn) -> Result<(), Error> {
    conn.each(Sql::Fixed(LOCK), &[&MIGRATION], &mut |_| Ok(ControlFlow::Break(())))
}

/// The lowest free number from 0, held until the connection ends.
pub(super) fn lowest_free(conn: &mut PgConn, base: i64, count: i64) -> Result<i64, Error> {
    for number in 0..count {
        let mut taken = false;
        conn.each(Sql::Fixed(TRY_LOCK), &[&(base + number)], &mut |row| {
            taken = row.get(0)?;
            Ok(ControlFlow::Break(()))
        })?;
        if taken {
            return Ok(number);
        }
    }
    Err(Error::Unavailable(format!("all {count} places at this database are taken")))
}
