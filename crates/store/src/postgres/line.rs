//! The driver's end of one connection. Statements whose answers nobody waits for leave together with the next one that is asked:
//! on a network, and between two processes of one machine, a statement is mostly waiting.

use super::pipe::Pipe;
use bytes::BytesMut;
use postgres::types::{IsNull, ToSql, Type};
use postgres::{Notification, Row, Statement};
use std::error::Error as StdError;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio_postgres::Client;

/// What a request came to, and which one failed: those that waited count from 0, the one that was asked comes after them.
pub(super) type Outcome<T> = Result<T, (usize, postgres::Error)>;

type Request = Pin<Box<dyn Future<Output = Result<(), postgres::Error>> + Send>>;

pub(crate) struct Line {
    runtime: Runtime,
    client: Arc<Client>,
    pipe: Pipe,
    /// Not sent yet, in their order.
    waiting: Vec<Request>,
}

impl Line {
    pub(super) fn new(runtime: Runtime, client: Client, pipe: Pipe) -> Line {
        Line { runtime, client: Arc::new(client), pipe, waiting: Vec::new() }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.pipe.is_closed() || self.client.is_closed()
    }

    /// How many statements wait to be sent.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Forgets what waits to be sent.
    pub(super) fn forget(&mut self) {
        self.waiting.clear();
    }

    /// Sent with the next request.
    pub(super) fn batch_later(&mut self, sql: &str) {
        let (client, sql) = (Arc::clone(&self.client), sql.to_owned());
        self.waiting.push(Box::pin(async move { client.batch_execute(&sql).await }));
    }

    /// Sent with the next request.
    pub(super) fn execute_later(
        &mut self,
        statement: &Statement,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<(), Box<dyn StdError + Sync + Send>> {
        let bound = statement.params().iter().zip(values).map(|(kind, value)| Written::new(*value, kind)).collect::<Result<Vec<_>, _>>()?;
        let (client, statement) = (Arc::clone(&self.client), statement.clone());
        self.waiting.push(Box::pin(async move { client.execute_raw(&statement, &bound).await.map(|_| ()) }));
        Ok(())
    }

    pub(super) fn execute(&mut self, statement: &Statement, values: &[&(dyn ToSql + Sync)]) -> Outcome<u64> {
        let client = Arc::clone(&self.client);
        self.ask(client.execute(statement, values))
    }

    pub(super) fn query(&mut self, statement: &Statement, values: &[&(dyn ToSql + Sync)]) -> Outcome<Vec<Row>> {
        let client = Arc::clone(&self.client);
        self.ask(client.query(statement, values))
    }

    pub(super) fn batch(&mut self, sql: &str) -> Outcome<()> {
        let client = Arc::clone(&self.client);
        self.ask(client.batch_execute(sql))
    }

    pub(super) fn prepare(&mut self, sql: &str) -> Outcome<Statement> {
        let client = Arc::clone(&self.client);
        self.ask(client.prepare(sql))
    }

    /// Sends what waits and this request, and reads all their answers. The first that failed counts: what follows it in a
    /// transaction fails for its sake, and a commit then ends nothing but the transaction.
    fn ask<T>(&mut self, last: impl Future<Output = Result<T, postgres::Error>>) -> Outcome<T> {
        let mut waiting: Vec<Option<Request>> = std::mem::take(&mut self.waiting).into_iter().map(Some).collect();
        let mut last = pin!(last);
        let (mut answer, mut failed) = (None, None);
        let pipe = &mut self.pipe;
        self.runtime.block_on(poll_fn(|context| {
            let gone = pipe.poll(context);
            // A request is put into the pipe when it is asked first, so they stand there in this order.
            for (place, slot) in waiting.iter_mut().enumerate() {
                let Some(Poll::Ready(done)) = slot.as_mut().map(|request| request.as_mut().poll(context)) else { continue };
                *slot = None;
                if let Err(error) = done {
                    failed.get_or_insert((place, error));
                }
            }
            if answer.is_none()
                && let Poll::Ready(done) = last.as_mut().poll(context)
            {
                answer = Some(done);
            }
            if answer.is_some() && waiting.iter().all(Option::is_none) {
                return Poll::Ready(Ok(()));
            }
            gone.map_or(Poll::Pending, |error| Poll::Ready(Err((usize::MAX, error))))
        }))?;
        match (failed, answer) {
            (Some(failed), _) => Err(failed),
            (None, Some(answer)) => answer.map_err(|error| (usize::MAX, error)),
            (None, None) => unreachable!("it is awaited until it is answered"),
        }
    }

    /// What other nodes said: whatever is there, after waiting for the first for at most this long.
    pub(super) fn heard(&mut self, patience: Duration) -> Result<Vec<Notification>, postgres::Error> {
        let pipe = &mut self.pipe;
        self.runtime.block_on(async {
            let first = poll_fn(|context| match pipe.poll(context) {
                Some(error) => Poll::Ready(Err(error)),
                None if pipe.has_heard() || pipe.is_closed() => Poll::Ready(Ok(())),
                None => Poll::Pending,
            });
            tokio::time::timeout(patience, first).await.unwrap_or(Ok(()))
        })?;
        Ok(self.pipe.take_heard())
    }
}

/// A value as it is sent, written before its owner is gone.
#[derive(Debug)]
struct Written(Option<BytesMut>);

impl Written {
    fn new(value: &(dyn ToSql + Sync), kind: &Type) -> Result<Written, Box<dyn StdError + Sync + Send>> {
        let mut bytes = BytesMut::new();
        Ok(Written(match value.to_sql_checked(kind, &mut bytes)? {
            IsNull::Yes => None,
            IsNull::No => Some(bytes),
        }))
    }
}

impl ToSql for Written {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        let Some(bytes) = &self.0 else { return Ok(IsNull::Yes) };
        out.extend_from_slice(bytes);
        Ok(IsNull::No)
    }

    /// It was written for the very type it is sent as.
    fn accepts(_: &Type) -> bool {
        true
    }

    fn to_sql_checked(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        self.to_sql(kind, out)
    }
}
