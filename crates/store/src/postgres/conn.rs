//! One PostgreSQL connection: how it is opened, its prepared statements, its limits.

use super::address::Address;
use super::error::AGAIN;
use super::line::{Line, Outcome};
use super::pipe::Pipe;
use super::tls;
use crate::Error;
use crate::seat::Each;
use crate::text::{self, Sql, TextKey};
use crate::value::{Cells, Row, Value};
use lru::LruCache;
use postgres::error::{DbError, Severity};
use postgres::types::ToSql;
use postgres::{Client, NoTls, Notification, Statement};
use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::time::Duration;
use tokio::runtime;
use tokio_postgres_rustls::MakeRustlsConnect;

/// Texts of filter and search that a connection keeps prepared.
const SHAPES: NonZeroUsize = NonZeroUsize::new(128).expect("not zero");
const CONNECT: Duration = Duration::from_secs(5);

/// What a connection is for; decides its limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    Write,
    /// Large commands of an only user: imports, demo filling.
    Bulk,
    Read(Duration),
    /// Migrations and the bus: no limit on a statement.
    House,
}

pub(crate) struct Connector {
    address: Address,
    tls: Option<MakeRustlsConnect>,
}

impl Connector {
    pub(crate) fn new(url: &str) -> Result<Connector, Error> {
        let mut address = Address::parse(url)?;
        if address.config.get_connect_timeout().is_none() {
            address.config.connect_timeout(CONNECT);
        }
        let tls = tls::connector(&address)?;
        Ok(Connector { address, tls })
    }

    #[cfg(feature = "testing")]
    pub(crate) fn client(&self, work: Work) -> Result<Client, Error> {
        let mut client = self.bare()?;
        client.batch_execute(&limits(work))?;
        Ok(client)
    }

    /// A connection with the server's own limits.
    pub(super) fn bare(&self) -> Result<Client, Error> {
        let config = postgres::Config::from(self.config());
        Ok(match &self.tls {
            Some(tls) => config.connect(tls.clone())?,
            None => config.connect(NoTls)?,
        })
    }

    pub(crate) fn connect(&self, work: Work) -> Result<PgConn, Error> {
        let mut conn = PgConn::new(self.line()?);
        conn.batch(&limits(work))?;
        Ok(conn)
    }

    /// Several connections for one kind of work, asked for at once: each costs the server a process, and both of us a handshake.
    pub(crate) fn connect_all(&self, work: Work, count: usize) -> Result<Vec<PgConn>, Error> {
        std::thread::scope(|scope| {
            let asked: Vec<_> = (0..count).map(|_| scope.spawn(|| self.connect(work))).collect();
            let died = |_| Err(Error::Panicked("while connecting".to_owned()));
            asked.into_iter().map(|one| one.join().unwrap_or_else(died)).collect()
        })
    }

    fn line(&self) -> Result<Line, Error> {
        // One thread waits for one connection: what moves both is its own.
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Error::io("cannot wait for a database", error))?;
        let config = self.config();
        let (client, pipe) = match &self.tls {
            Some(tls) => {
                let (client, connection) = runtime.block_on(config.connect(tls.clone()))?;
                (client, Pipe::new(connection))
            }
            None => {
                let (client, connection) = runtime.block_on(config.connect(NoTls))?;
                (client, Pipe::new(connection))
            }
        };
        Ok(Line::new(runtime, client, pipe))
    }

    fn config(&self) -> tokio_postgres::Config {
        let mut config = self.address.config.clone();
        config.application_name("candor");
        config
    }
}

fn limits(work: Work) -> String {
    let statement = match work {
        Work::Write => 5_000,
        Work::Read(deadline) => deadline.as_millis(),
        Work::Bulk | Work::House => 0,
    };
    let lock = if matches!(work, Work::Bulk | Work::House) { 0 } else { 2_000 };
    // A node whose machine is gone must give up its name and its numbers within seconds: the server looks whether we live.
    // The second pair of settings guards against other defaults of the role or the server.
    format!(
        "SET statement_timeout = {statement}; SET idle_in_transaction_session_timeout = 30000; SET lock_timeout = {lock};
         SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3;
         SET default_transaction_isolation = 'read committed'; SET default_transaction_read_only = off;
         SET client_min_messages = warning; SET standard_conforming_strings = on"
    )
}

pub(crate) struct PgConn {
    line: Line,
    prepared: HashMap<TextKey, Statement>,
    shapes: LruCache<String, Statement>,
    /// This transaction plans each call anew: plans made for all values are a hundred times slower for text search.
    planning: bool,
    /// The server said that it ends this connection; the driver notices later.
    ended: bool,
    /// Something was sent since the transaction was begun.
    sent: bool,
    /// The place of the statement that the server refused last, among those that waited to be sent.
    refused: Option<usize>,
}

impl PgConn {
    fn new(line: Line) -> PgConn {
        let shapes = LruCache::new(SHAPES);
        PgConn { line, prepared: HashMap::new(), shapes, planning: false, ended: false, sent: false, refused: None }
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.ended || self.line.is_closed()
    }

    /// Begins a transaction with this text.
    pub(crate) fn begin(&mut self, sql: &str) -> Result<(), Error> {
        self.planning = false;
        self.batch(sql)
    }

    /// The same, sent with its first statement: for whoever can begin again when that finds a broken connection.
    pub(super) fn begin_later(&mut self, sql: &str) -> Result<(), Error> {
        (self.planning, self.sent) = (false, false);
        self.batch_later(sql)
    }

    /// Undoes the transaction, with whatever of it was not sent yet.
    pub(super) fn roll_back(&mut self) -> Result<(), Error> {
        self.line.forget();
        if self.sent { self.batch("ROLLBACK") } else { Ok(()) }
    }

    /// Forgets statements that were not sent yet.
    pub(crate) fn forget(&mut self) {
        self.line.forget();
    }

    /// How many statements wait to be sent.
    pub(super) fn waiting(&self) -> usize {
        self.line.waiting()
    }

    /// The place of the statement that the server refused last, if it had waited to be sent: nothing behind it was done, a commit
    /// least of all.
    pub(super) fn refused(&self) -> Option<usize> {
        self.refused
    }

    pub(crate) fn execute(&mut self, sql: &'static str, values: &[&dyn Value]) -> Result<u64, Error> {
        #[cfg(feature = "testing")]
        crate::stepped::before(sql);
        let statement = self.statement(Sql::Fixed(sql))?;
        let done = self.line.execute(&statement, &bound(&statement, values)?);
        self.came_to(done)
    }

    /// The same for whoever does not ask how many rows it changed: sent with the next statement that is asked.
    pub(crate) fn execute_later(&mut self, sql: &'static str, values: &[&dyn Value]) -> Result<(), Error> {
        #[cfg(feature = "testing")]
        if crate::stepped::acts() {
            return self.execute(sql, values).map(|_| ());
        }
        let statement = self.statement(Sql::Fixed(sql))?;
        let waits = self.line.execute_later(&statement, &bound(&statement, values)?);
        waits.map_err(|error| Error::Postgres { code: String::new(), message: error.to_string() })
    }

    pub(crate) fn each(&mut self, sql: Sql<'_>, values: &[&dyn Value], row: Each<'_>) -> Result<(), Error> {
        #[cfg(feature = "testing")]
        crate::stepped::before(sql.text());
        if matches!(sql, Sql::Shaped(_)) && !self.planning {
            self.batch_later("SET LOCAL plan_cache_mode = force_custom_plan")?;
            self.planning = true;
        }
        let statement = self.statement(sql)?;
        let found = self.line.query(&statement, &bound(&statement, values)?);
        for found in &self.came_to(found)? {
            if row(&Row(Cells::Postgres(found)))? == ControlFlow::Break(()) {
                break;
            }
        }
        Ok(())
    }

    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), Error> {
        #[cfg(feature = "testing")]
        crate::stepped::before(sql);
        let done = self.line.batch(sql);
        self.came_to(done)
    }

    fn batch_later(&mut self, sql: &str) -> Result<(), Error> {
        #[cfg(feature = "testing")]
        if crate::stepped::acts() {
            return self.batch(sql);
        }
        self.line.batch_later(sql);
        Ok(())
    }

    /// What others told this connection, after waiting for it for at most so long.
    pub(super) fn heard(&mut self, patience: Duration) -> Result<Vec<Notification>, Error> {
        Ok(self.line.heard(patience)?)
    }

    fn came_to<T>(&mut self, outcome: Outcome<T>) -> Result<T, Error> {
        self.sent = true;
        self.refused = None;
        outcome.map_err(|(place, error)| {
            let said = error.as_db_error();
            self.refused = said.map(|_| place).filter(|place| *place != usize::MAX);
            self.ended |= matches!(said.and_then(DbError::parsed_severity), Some(Severity::Fatal | Severity::Panic));
            error.into()
        })
    }

    pub(crate) fn asks_again(error: &Error) -> bool {
        matches!(error, Error::Postgres { code, .. } if AGAIN.contains(&code.as_str()))
    }

    fn prepare(&mut self, sql: &str) -> Result<Statement, Error> {
        let prepared = self.line.prepare(&text::for_postgres(sql));
        self.came_to(prepared)
    }

    fn statement(&mut self, sql: Sql<'_>) -> Result<Statement, Error> {
        match sql {
            Sql::Fixed(sql) => {
                if let Some(statement) = self.prepared.get(&text::key(sql)) {
                    return Ok(statement.clone());
                }
                let statement = self.prepare(sql)?;
                self.prepared.insert(text::key(sql), statement.clone());
                Ok(statement)
            }
            Sql::Shaped(sql) => {
                if let Some(statement) = self.shapes.get(sql) {
                    return Ok(statement.clone());
                }
                let statement = self.prepare(sql)?;
                self.shapes.put(sql.to_owned(), statement.clone());
                Ok(statement)
            }
        }
    }
}

/// The driver panics on a wrong number of values; the store answers.
fn bound<'v>(statement: &Statement, values: &[&'v dyn Value]) -> Result<Vec<&'v (dyn ToSql + Sync)>, Error> {
    let expected = statement.params().len();
    if expected != values.len() {
        return Err(Error::Values { expected, given: values.len() });
    }
    Ok(values.iter().map(|value| value.postgres()).collect())
}
