//! Reactions: what follows from an event, per conversation, in order, once.
//!
//! One transaction locks a stream, reads the events after its cursor, runs the followers, moves the cursor and takes
//! the mark away. Locks are taken stream first, then mark, like everybody's. What is slow or leaves the house is a
//! job, never a follower's own act.

mod feed;
mod follow_up;
mod follower;
mod left;
mod parked;
mod place;
mod rollup;
mod stream;

pub use follower::{Follow, Followers, standard};
pub use left::Left;
pub use parked::{Parked, run_again, shown};

use crate::{App, Error, Result};
use candor_domain::id::ConversationId;
use candor_store::{Backend, Pool, Queue, Tx, dirty};
use uuid::Uuid;

/// One of the reactors of this process: each begins elsewhere among the streams that wait.
#[derive(Clone, Copy, Debug)]
pub struct Lane(pub usize);

/// Reactors of one process on PostgreSQL; on SQLite all share one writer anyway.
const REACTORS: usize = 4;
/// From this age of the oldest mark on, a transaction takes several streams.
const LATE_MS: i64 = 200;
/// A command stops taking streams here: with one stream more it stays below the rows a command may touch.
const ROWS: u64 = 100;

/// What a turn came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// Streams it worked on.
    pub done: usize,
    /// Streams that waited when it began.
    pub waiting: usize,
    /// Streams that failed as a whole and went to the end.
    pub put_off: usize,
}

/// How many reactors a process runs.
pub fn reactors(app: &App) -> usize {
    match app.db.backend() {
        Backend::Sqlite => 1,
        Backend::Postgres => REACTORS,
    }
}

/// Reacts to the streams that wait longest.
pub async fn turn(app: &App, lane: Lane) -> Result<Turn> {
    let most = match app.db.backend() {
        Backend::Sqlite => 50,
        Backend::Postgres => 16,
    };
    let asked = i64::try_from(most * reactors(app)).unwrap_or(i64::MAX);
    let found = app.db.read(Pool::Quick, move |rx| dirty::candidates(rx, asked).map_err(Error::from)).await?;
    let waiting = found.len();
    let Some(oldest) = found.first().map(|one| one.since) else { return Ok(Turn::default()) };
    let batch = app.db.backend() == Backend::Sqlite || app.now() - oldest >= LATE_MS;
    let take = if batch { most } else { 1 };
    let mut streams: Vec<Uuid> = found.into_iter().filter(|one| one.kind == "conversation").map(|one| one.stream).collect();
    if streams.is_empty() {
        return Ok(Turn::default());
    }
    // Reactors that begin at different streams seldom find one that another has.
    let from = lane.0 * take % streams.len();
    streams.rotate_left(from);
    streams.truncate(take);
    match react(app, streams.clone()).await {
        Err(problem) if is_ours(&problem) => apart(app, streams, waiting, &problem).await,
        done => Ok(Turn { done: done?, waiting, put_off: 0 }),
    }
}

/// Reacts until nothing waits: for tests, and before a clean stop.
pub async fn drain(app: &App) -> Result<()> {
    loop {
        match turn(app, Lane(0)).await? {
            Turn { waiting: 0, .. } => return Ok(()),
            Turn { put_off: 1.., .. } => return Err(Error::Broken("a stream cannot be reacted to".to_owned())),
            _ => {}
        }
    }
}

async fn react(app: &App, streams: Vec<Uuid>) -> Result<usize> {
    let desk = app.clone();
    let run = move |tx: &mut Tx<'_>| {
        let (mut left, mut done) = (Left::default(), 0);
        let careful = candor_store::parked::any(tx)?;
        for stream in &streams {
            if tx.rows() + left.rows() as u64 > ROWS {
                break;
            }
            done += usize::from(stream::react(tx, &desk.followers, ConversationId(*stream), careful, &mut left)?);
        }
        let tells = left.tells();
        left.write(tx)?;
        Ok::<_, Error>((done, tells))
    };
    let (done, tells) = app.db.write(Queue::Reactor, run).await?;
    if tells {
        app.fed.notify_one();
    }
    Ok(done)
}

/// A stream that fails as a whole must not stop its neighbours: each goes by itself, and the one that fails goes to the end.
async fn apart(app: &App, streams: Vec<Uuid>, waiting: usize, problem: &Error) -> Result<Turn> {
    tracing::warn!(%problem, "reactions failed together; their streams go one by one");
    let mut turn = Turn { waiting, ..Turn::default() };
    for stream in streams {
        match react(app, vec![stream]).await {
            Err(problem) if is_ours(&problem) => {
                tracing::error!(%stream, %problem, "a stream cannot be reacted to; others go first");
                app.db.write(Queue::Reactor, move |tx| dirty::put_off(tx, stream).map_err(Error::from)).await?;
                turn.put_off += 1;
            }
            done => turn.done += done?,
        }
    }
    Ok(turn)
}

/// Whether the streams themselves are at fault, and not the database or the queue.
fn is_ours(problem: &Error) -> bool {
    use candor_store::Error as E;
    !matches!(
        problem,
        Error::Store(E::Full { .. } | E::Closed | E::Unavailable(_) | E::OutcomeUnknown | E::Deadline | E::LeaseLost | E::Spoiled)
    )
}
