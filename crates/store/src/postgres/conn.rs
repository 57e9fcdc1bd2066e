//! One PostgreSQL connection: how it is opened, its prepared statements, its limits.

use super::address::Address;
use super::error::AGAIN;
use super::tls;
use crate::Error;
use crate::seat::Each;
use crate::text::{self, Sql, TextKey};
use crate::value::{Cells, Row, Value};
use lru::LruCache;
use postgres::error::{DbError, Severity};
use postgres::types::ToSql;
use postgres::{Client, NoTls, Statement};
use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::time::Duration;
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

    pub(crate) fn client(&self, work: Work) -> Result<Client, Error> {
        let mut client = self.bare()?;
        client.batch_execute(&limits(work))?;
        Ok(client)
    }

    /// A connection with the server's own limits.
    pub(super) fn bare(&self) -> Result<Client, Error> {
        let mut config = self.address.config.clone();
        config.application_name("candor");
        Ok(match &self.tls {
            Some(tls) => config.connect(tls.clone())?,
            None => config.connect(NoTls)?,
        })
    }

    pub(crate) fn connect(&self, work: Work) -> Result<PgConn, Error> {
        Ok(PgConn::new(self.client(work)?))
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
    pub(super) client: Client,
    prepared: HashMap<TextKey, Statement>,
    shapes: LruCache<String, Statement>,
    /// This transaction plans each call anew: plans made for all values are a hundred times slower for text search.
    planning: bool,
    /// The server said that it ends this connection; the driver notices later.
    ended: bool,
}

impl PgConn {
    fn new(client: Client) -> PgConn {
        PgConn { client, prepared: HashMap::new(), shapes: LruCache::new(SHAPES), planning: false, ended: false }
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.ended || self.client.is_closed()
    }

    /// Begins a transaction with this text.
    pub(crate) fn begin(&mut self, sql: &str) -> Result<(), Error> {
        self.planning = false;
        self.batch(sql)
    }

    pub(crate) fn execute(&mut self, sql: &'static str, values: &[&dyn Value]) -> Result<u64, Error> {
        #[cfg(feature = "testing")]
        crate::stepped::before(sql);
        let statement = self.statement(Sql::Fixed(sql))?;
        let done = self.client.execute(&statement, &bound(&statement, values)?);
        done.map_err(|error| self.failed(error))
    }

    pub(crate) fn each(&mut self, sql: Sql<'_>, values: &[&dyn Value], row: Each<'_>) -> Result<(), Error> {
        #[cfg(feature = "testing")]
        crate::stepped::before(sql.text());
        if matches!(sql, Sql::Shaped(_)) && !self.planning {
            self.batch("SET LOCAL plan_cache_mode = force_custom_plan")?;
            self.planning = true;
        }
        let statement = self.statement(sql)?;
        let found = self.client.query(&statement, &bound(&statement, values)?);
        for found in &found.map_err(|error| self.failed(error))? {
            if row(&Row(Cells::Postgres(found)))? == ControlFlow::Break(()) {
                break;
            }
        }
        Ok(())
    }

    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), Error> {
        #[cfg(feature = "testing")]
        crate::stepped::before(sql);
        self.client.batch_execute(sql).map_err(|error| self.failed(error))
    }

    fn failed(&mut self, error: postgres::Error) -> Error {
        let severity = error.as_db_error().and_then(DbError::parsed_severity);
        self.ended |= matches!(severity, Some(Severity::Fatal | Severity::Panic));
        error.into()
    }

    pub(crate) fn asks_again(error: &Error) -> bool {
        matches!(error, Error::Postgres { code, .. } if AGAIN.contains(&code.as_str()))
    }

    fn statement(&mut self, sql: Sql<'_>) -> Result<Statement, Error> {
        match sql {
            Sql::Fixed(sql) => {
                if let Some(statement) = self.prepared.get(&text::key(sql)) {
                    return Ok(statement.clone());
                }
                let statement = self.client.prepare(&text::for_postgres(sql)).map_err(|error| self.failed(error))?;
                self.prepared.insert(text::key(sql), statement.clone());
                Ok(statement)
            }
            Sql::Shaped(sql) => {
                if let Some(statement) = self.shapes.get(sql) {
                    return Ok(statement.clone());
                }
                let statement = self.client.prepare(&text::for_postgres(sql)).map_err(|error| self.failed(error))?;
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
