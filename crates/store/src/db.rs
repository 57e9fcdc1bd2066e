//! The door to the store: commands and queries go in as closures, answers come out as futures.
//! No transaction is ever open on this side of the door.

use crate::command::{Answer, Command, Work};
use crate::health::Health;
use crate::house::House;
use crate::notes::{Ephemeral, Note};
use crate::read::Job;
use crate::{Backend, Clock, Error, Pool, Queue, Rx, Tx};
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::sync::Arc;
use tokio::sync::{broadcast, oneshot};

#[derive(Clone)]
pub struct Db {
    pub(crate) house: Arc<House>,
}

impl Db {
    /// Runs a command in a transaction; the answer comes after the commit is on disk. The command may run more than once:
    /// its only effects are in the transaction and its return value. `Error::Full` at once when the queue is full.
    pub async fn write<T, E>(&self, queue: Queue, command: impl Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (answer, wait) = self.enqueue(queue, command)?;
        if let Some(inline) = &self.house.inline {
            if wait {
                tokio::task::yield_now().await;
            }
            inline.flush(&self.house.shared);
        }
        answer.await.map_or_else(|_| Err(Error::OutcomeUnknown.into()), Answer::take)
    }

    /// `write` for threads without a runtime.
    pub fn write_blocking<T, E>(&self, queue: Queue, command: impl Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (answer, _) = self.enqueue(queue, command)?;
        if let Some(inline) = &self.house.inline {
            inline.flush(&self.house.shared);
        }
        answer.blocking_recv().map_or_else(|_| Err(Error::OutcomeUnknown.into()), Answer::take)
    }

    /// Runs a query on one consistent picture of the database.
    pub async fn read<T, E>(&self, pool: Pool, query: impl FnOnce(&mut Rx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (job, answer) = Job::new(self.house.shared.clock.now_ms(), query);
        self.house.ask(pool, job)?;
        answer.await.unwrap_or_else(|_| Err(Error::Closed.into()))
    }

    /// `read` for a few rows by their keys, when somebody waits for each: on SQLite it is answered where it is asked, unless
    /// another glance is under way or the last was slow.
    pub async fn glance<T, E>(&self, query: impl FnOnce(&mut Rx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (job, answer) = Job::new(self.house.shared.clock.now_ms(), query);
        self.house.glance(job)?;
        answer.await.unwrap_or_else(|_| Err(Error::Closed.into()))
    }

    /// `read` for threads without a runtime.
    pub fn read_blocking<T, E>(&self, pool: Pool, query: impl FnOnce(&mut Rx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (job, answer) = Job::new(self.house.shared.clock.now_ms(), query);
        self.house.ask(pool, job)?;
        answer.blocking_recv().unwrap_or_else(|_| Err(Error::Closed.into()))
    }

    /// Notes that follow commits, here and on other nodes. A receiver that is too slow misses some and is told so.
    pub fn notes(&self) -> broadcast::Receiver<Note> {
        self.house.shared.notes.subscribe()
    }

    /// The same without the wakes, which come with every message: for whoever would be woken for nothing.
    pub fn rare_notes(&self) -> broadcast::Receiver<Note> {
        self.house.shared.rare_notes.subscribe()
    }

    /// Tells live screens something that is never stored and may be lost.
    pub fn publish(&self, note: Ephemeral) {
        self.house.shared.send([Note::Ephemeral(note)]);
    }

    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.house.shared.clock
    }

    pub fn backend(&self) -> Backend {
        self.house.backend
    }

    pub fn health(&self) -> Health {
        Health::of(&self.house.shared)
    }

    /// `Query::blind` outside a command: what can be made before the closure does not hold the writer.
    pub fn blind(&self, kind: &str, value: &str) -> Vec<u8> {
        self.house.shared.vault().blind(kind, value)
    }

    /// `Query::mark` outside a command.
    pub fn mark(&self, word: &str) -> String {
        self.house.shared.vault().mark(word)
    }

    /// A new number for a document of the text index; taken before the command.
    pub fn new_doc(&self) -> i64 {
        self.house.shared.doc_ids().next(self.house.shared.clock.now_ms())
    }

    pub fn doc_ids(&self) -> &crate::DocIds {
        self.house.shared.doc_ids()
    }

    /// Statements run so far: tests count what a use case costs.
    pub fn count_statements(&self) -> u64 {
        self.house.shared.statements()
    }

    /// Orders a failure: the n-th statement from now, or the next commit. For tests and simulation.
    pub fn fail(&self, nth: u32, fault: crate::Fault) {
        self.house.shared.faults.order(nth, fault);
    }

    /// In simulation: the process dies here and now.
    pub fn kill(&self) {
        if let Some(inline) = &self.house.inline {
            inline.kill(&self.house.shared);
        }
    }

    /// From now on this node hears nothing that is told: a bus that loses everything. For tests.
    pub fn lose_notes(&self) {
        self.house.shared.lose_notes(1000, StdRng::seed_from_u64(0));
    }

    /// Finishes what waits, then stops. Later calls answer `Error::Closed`.
    pub fn close(&self) {
        self.house.close();
    }

    /// Puts a command in line; in simulation also says whether it lets others come in first.
    fn enqueue<T, E>(
        &self,
        queue: Queue,
        run: impl Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<(oneshot::Receiver<Answer<T, E>>, bool), E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let work: Box<dyn Command> = Box::new(Work { run, at: None, result: None, reply });
        #[cfg(feature = "testing")]
        if let Some(stepped) = &self.house.stepped {
            stepped.write(work);
            return Ok((answer, false));
        }
        if let Some(inline) = &self.house.inline {
            return Ok((answer, inline.push(&self.house.shared, queue, work)?));
        }
        let alone = match &self.house.pen {
            Some(pen) => pen.alone(queue, work),
            None => Err(work),
        };
        if let Err(work) = alone {
            self.house.shared.queues.push(queue, work).map_err(|(error, _)| error)?;
        }
        Ok((answer, false))
    }
}
