//! Reactions: what follows from an event, per conversation, in order, once.
//!
//! One transaction locks a stream, reads the events after its cursor, runs the followers, moves the cursor and takes
//! the mark away. Locks are taken stream first, then mark, like everybody's. What is slow or leaves the house is a
//! job, never a follower's own act.

mod follower;
mod rollup;

pub use follower::{FOLLOWERS, Follower};

use crate::{App, Error, Result};
use candor_domain::event::Recorded;
use candor_domain::id::ConversationId;
use candor_store::conversation::Stored;
use candor_store::{Backend, Pool, Queue, Tx, conversation, dirty, event, parked};
use rollup::Totals;
use uuid::Uuid;

/// The most events of one stream a turn reacts to.
const EVENTS: i64 = 100;

/// Where a new follower's work is summed: one lane a reactor, so that none waits for another's rows.
#[derive(Clone, Copy, Debug)]
pub struct Lane(pub i64);

/// Reacts to the streams that wait longest. Returns how many streams it worked on; 0 means that nothing waits.
pub async fn turn(app: &App, lane: Lane) -> Result<usize> {
    let at_once = match app.db.backend() {
        Backend::Sqlite => 32,
        Backend::Postgres => 16,
    };
    let waiting = app.db.read(Pool::Quick, move |rx| dirty::candidates(rx, at_once).map_err(Error::from)).await?;
    let streams: Vec<Uuid> = waiting.into_iter().filter(|one| one.kind == "conversation").map(|one| one.stream).collect();
    if streams.is_empty() {
        return Ok(0);
    }
    let count = streams.len();
    app.db.write(Queue::Reactor, move |tx| react(tx, &streams, lane)).await?;
    Ok(count)
}

/// Reacts until nothing waits: for tests, and before a clean stop.
pub async fn drain(app: &App) -> Result<()> {
    while turn(app, Lane(0)).await? > 0 {}
    Ok(())
}

fn react(tx: &mut Tx<'_>, streams: &[Uuid], lane: Lane) -> Result<()> {
    let mut totals = Totals::default();
    let in_order = !parked::any(tx)?;
    for stream in streams {
        react_to(tx, *stream, in_order, &mut totals)?;
    }
    totals.write(tx, lane)
}

/// One stream: up to [`EVENTS`] events. The mark stays while more is left.
fn react_to(tx: &mut Tx<'_>, stream: Uuid, in_order: bool, totals: &mut Totals) -> Result<()> {
    let id = ConversationId(stream);
    let Some((stored, reacted)) = conversation::lock_to_react(tx, id)? else { return Ok(()) };
    let events = event::page(tx, id, event::Part::After(reacted), EVENTS)?;
    let mut done = events.len();
    // Nearly always everything goes well, so one savepoint serves all; only a failure makes it careful.
    let before = totals.mark();
    if !in_order || tx.savepoint(|tx| together(tx, &stored, &events, totals)).is_err() {
        totals.back_to(before);
        done = one_by_one(tx, &stored, &events, totals)?;
    }
    if let Some(last) = events.get(..done).and_then(<[_]>::last) {
        conversation::reacted(tx, id, last.seq)?;
    }
    if done == events.len() && events.len() < usize::try_from(EVENTS).unwrap_or(usize::MAX) {
        dirty::clean(tx, stream)?;
    }
    Ok(())
}

fn together(tx: &mut Tx<'_>, stored: &Stored, events: &[Recorded], totals: &mut Totals) -> Result<()> {
    for follower in FOLLOWERS {
        for recorded in events {
            follower.follow(tx, stored, recorded, totals)?;
        }
    }
    Ok(())
}

/// Event by event, each follower in a savepoint of its own. Returns how many events are behind the cursor now: an event
/// that may be tried again stops the stream there until the next turn.
fn one_by_one(tx: &mut Tx<'_>, stored: &Stored, events: &[Recorded], totals: &mut Totals) -> Result<usize> {
    let stream = stored.case.id.0;
    for (done, recorded) in events.iter().enumerate() {
        let before = totals.mark();
        let outcome = tx.savepoint(|tx| {
            let mut failures = Vec::new();
            for follower in FOLLOWERS {
                if let Err(problem) = follow_one(tx, *follower, stored, recorded, totals) {
                    failures.push((*follower, problem));
                }
            }
            if failures.is_empty() { Ok(()) } else { Err(Failed(failures)) }
        });
        let Err(Failed(failures)) = outcome else { continue };
        totals.back_to(before);
        let mut parked_now = Vec::new();
        for (follower, problem) in failures {
            tracing::error!(follower = follower.name(), %stream, seq = recorded.seq, %problem, "a reaction failed");
            if !parked::fail(tx, follower.name(), stream, recorded.seq, &problem.to_string())? {
                return Ok(done);
            }
            parked_now.push(follower);
        }
        for follower in FOLLOWERS.iter().filter(|follower| !parked_now.contains(follower)) {
            follow_one(tx, *follower, stored, recorded, totals)?;
        }
    }
    Ok(events.len())
}

/// One follower on one event; behind a parked event of the same stream one that needs order only queues up.
fn follow_one(tx: &mut Tx<'_>, follower: Follower, stored: &Stored, recorded: &Recorded, totals: &mut Totals) -> Result<()> {
    let stream = stored.case.id.0;
    if follower.needs_order() && waiting(tx, follower, stream)?.first().is_some_and(|first| *first < recorded.seq) {
        return Ok(parked::behind(tx, follower.name(), stream, recorded.seq)?);
    }
    let before = totals.mark();
    let outcome = tx.savepoint(|tx| follower.follow(tx, stored, recorded, totals));
    if outcome.is_err() {
        totals.back_to(before);
    }
    outcome
}

/// The parked events of one follower in a stream, in order.
fn waiting(tx: &mut Tx<'_>, follower: Follower, stream: Uuid) -> Result<Vec<i64>> {
    let all = parked::of_stream(tx, stream)?;
    Ok(all.into_iter().filter(|one| one.follower == follower.name() && one.parked_at.is_some()).map(|one| one.seq).collect())
}

/// Runs what is parked for a follower in a stream again, in order, until one fails.
pub async fn run_again(app: &App, follower: Follower, id: ConversationId, lane: Lane) -> Result<usize> {
    app.db
        .write(Queue::Reactor, move |tx| {
            let stored = conversation::lock(tx, id)?;
            let mut totals = Totals::default();
            let mut done = 0;
            for seq in waiting(tx, follower, id.0)? {
                let Some(recorded) = event::page(tx, id, event::Part::After(seq - 1), 1)?.into_iter().find(|one| one.seq == seq) else {
                    continue;
                };
                let before = totals.mark();
                if tx.savepoint(|tx| follower.follow(tx, &stored, &recorded, &mut totals)).is_err() {
                    totals.back_to(before);
                    break;
                }
                parked::clear(tx, follower.name(), id.0, seq)?;
                done += 1;
            }
            totals.write(tx, lane)?;
            Ok(done)
        })
        .await
}

/// Which followers failed on an event, carried out of its savepoint.
struct Failed(Vec<(Follower, Error)>);

impl From<candor_store::Error> for Failed {
    fn from(error: candor_store::Error) -> Self {
        Self(FOLLOWERS.iter().take(1).map(|follower| (*follower, Error::Broken(error.to_string()))).collect())
    }
}
