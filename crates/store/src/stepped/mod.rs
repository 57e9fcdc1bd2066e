//! The store for meetings: 2 to 4 actors, each on a thread and a PostgreSQL connection of its own, stop before every statement,
//! and the seed says who goes on. What only happens when two transactions meet at one point happens here on purpose.

mod stage;

use crate::command::Command;
use crate::postgres::{Connector, LANES, Work, serve_command, serve_query, take_lane, work};
use crate::read::Job;
use crate::seat::Seat;
use crate::{Db, Error, flaw};
use postgres::Client;
use stage::Stage;
use std::cell::RefCell;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long the server may take to end a connection.
const PATIENCE: Duration = Duration::from_secs(10);

/// What one actor does; its calls of the store run on its own connections.
pub type Act = Box<dyn FnOnce() + Send>;

/// The writing and the reading connection of one actor.
pub(crate) type Seats = (Seat, Seat);

pub(crate) struct Stepped {
    connector: Arc<Connector>,
    /// Those of the actors, and last those of whoever is none.
    seats: Vec<Mutex<Seats>>,
    /// Looks who waits for whose lock.
    watch: Mutex<Client>,
}

thread_local! {
    /// The stage this thread acts on, and which actor it is.
    static ACTING: RefCell<Option<(Arc<Stage>, usize)>> = const { RefCell::new(None) };
}

/// Called before every statement on PostgreSQL: an actor waits here for its turn.
pub(crate) fn before(statement: &str) {
    let acting = ACTING.with_borrow(Option::clone);
    if let Some((stage, actor)) = acting {
        stage.wait(actor, statement);
    }
}

/// Whether this thread is an actor: then every statement is sent by itself, at its turn.
pub(crate) fn acts() -> bool {
    actor().is_some()
}

fn actor() -> Option<usize> {
    ACTING.with_borrow(|acting| acting.as_ref().map(|(_, actor)| *actor))
}

impl Stepped {
    pub(crate) fn new(connector: Arc<Connector>, seats: Vec<Seats>) -> Result<Stepped, Error> {
        let watch = Mutex::new(connector.client(Work::House)?);
        Ok(Stepped { connector, seats: seats.into_iter().map(Mutex::new).collect(), watch })
    }

    pub(crate) fn write(&self, command: Box<dyn Command>) {
        serve_command(&mut self.own().0, &self.connector, command);
    }

    pub(crate) fn read(&self, job: Job) {
        serve_query(&mut self.own().1, job, &self.connector, Work::House);
    }

    /// Waits until nobody holds this lane: the server ends a connection in its own time, and a story must not depend on that.
    fn until_free(&self, lane: i64) -> Result<(), Error> {
        const HELD: &str = "SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE l.locktype = 'advisory'
            AND d.datname = current_database() AND (CAST(l.classid AS BIGINT) << 32 | CAST(l.objid AS BIGINT)) = $1)";
        let mut looks = self.connector.client(Work::House)?;
        let until = Instant::now() + PATIENCE;
        while looks.query_one(HELD, &[&(LANES + lane)])?.get::<_, bool>(0) {
            if Instant::now() > until {
                return Err(Error::Unavailable(format!("lane {lane} is still held")));
            }
            std::thread::yield_now();
        }
        Ok(())
    }

    fn own(&self) -> MutexGuard<'_, Seats> {
        let place = actor().unwrap_or(self.seats.len() - 1);
        self.seats[place].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Db {
    /// Lets the actors meet, and answers what they did in which order. The same seed answers the same, but for deadlocks, whose
    /// victim the database chooses.
    pub fn meet(&self, seed: u64, acts: Vec<Act>) -> String {
        let stepped = self.house.stepped.as_ref().expect("opened by `Db::stepped`");
        assert!(acts.len() < stepped.seats.len(), "{} actors have connections", stepped.seats.len() - 1);
        let stage = Arc::new(Stage::new(acts.len()));
        let planted = flaw::standing();
        std::thread::scope(|scope| {
            for (actor, act) in acts.into_iter().enumerate() {
                let stage = Arc::clone(&stage);
                scope.spawn(move || {
                    flaw::plant(planted);
                    ACTING.set(Some((Arc::clone(&stage), actor)));
                    let _leaves = stage.leaves(actor);
                    act();
                });
            }
            let mut watch = stepped.watch.lock().unwrap_or_else(PoisonError::into_inner);
            stage.direct(seed, &mut watch)
        })
    }

    /// In a meeting: this actor's writing connection ends and another one takes its place, with whatever lane is free then.
    pub fn reconnect(&self) -> Result<(), Error> {
        let stepped = self.house.stepped.as_ref().expect("opened by `Db::stepped`");
        let mut own = stepped.own();
        let bulk = own.0.shared.bulk;
        let left = own.0.lane.take();
        own.0.conn = crate::conn::Conn::Postgres(Box::new(stepped.connector.connect(work(bulk))?));
        if let Some(lane) = left {
            stepped.until_free(lane.lane)?;
        }
        take_lane(&mut own.0)
    }
}
