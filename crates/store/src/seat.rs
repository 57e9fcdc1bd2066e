//! What one thread of the store owns: its connection, its opened keys, its randomness, its audit lane.
//! Every statement of `Tx` and `Rx` passes here once, to be counted and watched; nothing here commits.

use crate::Error;
use crate::audit::Lane;
use crate::conn::Conn;
use crate::keys::KeyRing;
use crate::shared::Shared;
use crate::text::Sql;
use crate::value::{Row, Value};
use rand::rngs::StdRng;
use std::ops::ControlFlow;
use std::sync::Arc;

#[doc(hidden)]
pub struct Seat {
    pub(crate) conn: Conn,
    pub(crate) ring: KeyRing,
    pub(crate) random: StdRng,
    pub(crate) shared: Arc<Shared>,
    /// The audit lane this connection writes; readers have none.
    pub(crate) lane: Option<Lane>,
    /// A statement failed since the last savepoint: nothing may follow it.
    pub(crate) spoiled: bool,
    /// The failure was the database's way to say "again": the whole command is repeated.
    pub(crate) again: bool,
    /// Time of the running command or query.
    pub(crate) at: i64,
    /// The vault's generation when it began.
    pub(crate) generation: u64,
}

/// Called with each row; says whether to go on.
pub(crate) type Each<'f> = &'f mut dyn FnMut(&Row<'_>) -> Result<ControlFlow<()>, Error>;

impl Seat {
    pub(crate) fn new(conn: Conn, shared: Arc<Shared>, random: StdRng) -> Seat {
        let ring = KeyRing::new();
        Seat { conn, ring, random, shared, lane: None, spoiled: false, again: false, at: 0, generation: 0 }
    }

    pub(crate) fn start(&mut self, at: i64) {
        self.spoiled = false;
        self.again = false;
        self.at = at;
        self.generation = self.shared.generation();
    }

    pub(crate) fn execute(&mut self, sql: &'static str, values: &[&dyn Value]) -> Result<u64, Error> {
        self.before()?;
        let result = self.conn.execute(sql, values);
        self.after(result)
    }

    pub(crate) fn execute_later(&mut self, sql: &'static str, values: &[&dyn Value]) -> Result<(), Error> {
        self.before()?;
        let result = self.conn.execute_later(sql, values);
        self.after(result)
    }

    /// Sends what waits and this text; a failure of either spoils the transaction. Not counted.
    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), Error> {
        let result = self.conn.batch(sql);
        self.after(result)
    }

    pub(crate) fn each(&mut self, sql: Sql<'_>, values: &[&dyn Value], row: Each<'_>) -> Result<(), Error> {
        self.before()?;
        let mut refused = None;
        let result = self.conn.each(sql, values, &mut |found| match row(found) {
            Ok(flow) => Ok(flow),
            Err(error) => {
                refused = Some(error);
                Ok(ControlFlow::Break(()))
            }
        });
        self.after(result)?;
        // What the caller made of a row does not spoil the transaction.
        refused.map_or(Ok(()), Err)
    }

    fn before(&mut self) -> Result<(), Error> {
        if self.spoiled {
            return Err(Error::Spoiled);
        }
        self.shared.counted();
        if let Some(fault) = self.shared.faults.on_statement() {
            let error = self.conn.break_for_test(fault);
            return self.after(Err(error));
        }
        Ok(())
    }

    fn after<T>(&mut self, result: Result<T, Error>) -> Result<T, Error> {
        if let Err(error) = &result {
            self.spoiled = true;
            self.again |= self.conn.asks_again(error);
        }
        result
    }
}
