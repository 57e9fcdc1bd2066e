//! One stream's turn: the events after its cursor, through all followers, inside the command that holds its row.

use super::follower::{Follow, is_cut, sees};
use super::left::Left;
use super::rollup;
use crate::{Error, Result, conversation as cases};
use candor_domain::actor::ActorRef;
use candor_domain::event::{Cause, Event, Recorded};
use candor_domain::id::ConversationId;
use candor_store::conversation::Stored;
use candor_store::flaw::{Flaw, planted};
use candor_store::{Tx, conversation, dirty, event, feed, parked};
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use uuid::Uuid;

/// The most events of one stream a turn reacts to.
const EVENTS: i64 = feed::PIECE;

/// A stream in the hands of its reactor.
struct Stream<'a> {
    followers: &'a [Box<dyn Follow>],
    stored: Stored,
    left: &'a mut Left,
}

/// Reacts to up to [`EVENTS`] events of a stream; false when somebody else has it. The mark stays while more is left.
/// `careful`: something failed somewhere, so each event goes by itself.
pub(super) fn react(tx: &mut Tx<'_>, followers: &[Box<dyn Follow>], id: ConversationId, careful: bool, left: &mut Left) -> Result<bool> {
    let Some((stored, reacted)) = conversation::lock_to_react(tx, id)? else { return Ok(false) };
    if planted(Flaw::ParkedStopsAll) && parked::of_stream(tx, id.0)?.iter().any(|one| one.parked_at.is_some()) {
        return Ok(true);
    }
    let mut events = event::page(tx, id, event::Part::After(reacted), EVENTS)?;
    events.truncate(in_reach(&events));
    let mut stream = Stream { followers, stored, left };
    let mut done = events.len();
    // Nearly always everything goes well, so one savepoint serves all; only a failure makes it careful.
    let before = (stream.left.mark(), stream.stored.clone());
    if careful || tx.savepoint(|tx| stream.together(tx, &events)).is_err() {
        stream.left.back_to(before.0);
        stream.stored = before.1;
        done = stream.one_by_one(tx, &events)?;
    }
    let come_to = done.checked_sub(1).and_then(|last| events.get(last)).map_or(reacted, |last| last.seq);
    if come_to > reacted {
        conversation::reacted(tx, id, come_to - i64::from(planted(Flaw::ReactsTwice)))?;
    }
    // What reactions caused is looked at in the next turn.
    if come_to >= stream.stored.case.seq {
        dirty::clean(tx, id.0)?;
    }
    Ok(true)
}

/// Each quarter of an hour has its own sums: what happened over a long time takes several turns.
const QUARTERS: usize = 20;

/// How many of the events one command can sum up.
fn in_reach(events: &[Recorded]) -> usize {
    let mut quarters = BTreeSet::new();
    let within = |one: &&Recorded| {
        quarters.insert(one.at.div_euclid(rollup::QUARTER));
        quarters.len() <= QUARTERS
    };
    events.iter().take_while(within).count()
}

/// Runs what is parked for a follower in a stream again, in order, until one fails; returns how many went well.
pub(super) fn run_parked(tx: &mut Tx<'_>, follower: &dyn Follow, id: ConversationId, left: &mut Left) -> Result<usize> {
    let mut stream = Stream { followers: &[], stored: conversation::lock(tx, id)?, left };
    let mut done = 0;
    for seq in waiting(tx, follower, id.0)? {
        let Some(recorded) = event::page(tx, id, event::Part::After(seq - 1), 1)?.into_iter().find(|one| one.seq == seq) else { continue };
        if stream.guarded(tx, follower, &recorded).is_err() {
            break;
        }
        parked::clear(tx, follower.name(), id.0, seq)?;
        done += 1;
    }
    Ok(done)
}

impl Stream<'_> {
    fn together(&mut self, tx: &mut Tx<'_>, events: &[Recorded]) -> Result<()> {
        let mut order: Vec<&Recorded> = events.iter().collect();
        if planted(Flaw::ReactsBackwards) {
            order.reverse();
        }
        for follower in self.followers {
            for recorded in &order {
                self.run(tx, follower.as_ref(), recorded)?;
            }
        }
        events.iter().try_for_each(|recorded| self.mark_cut(tx, recorded))
    }

    /// Event by event, each follower in a savepoint of its own. Returns how many events are behind the cursor now: an
    /// event that may be tried again stops the stream there until the next turn.
    fn one_by_one(&mut self, tx: &mut Tx<'_>, events: &[Recorded]) -> Result<usize> {
        let stream = self.stored.case.id.0;
        let followers = self.followers;
        for (done, recorded) in events.iter().enumerate() {
            let before = (self.left.mark(), self.stored.clone());
            let outcome = tx.savepoint(|tx| {
                let mut failures: Vec<(&dyn Follow, Error)> = Vec::new();
                for follower in followers {
                    if let Err(problem) = self.follow_one(tx, follower.as_ref(), recorded) {
                        failures.push((follower.as_ref(), problem));
                    }
                }
                if failures.is_empty() { Ok(self.mark_cut(tx, recorded)?) } else { Err(Failed::Followers(failures)) }
            });
            let failures = match outcome {
                Ok(()) => {
                    parked::overcome(tx, stream, recorded.seq)?;
                    continue;
                }
                Err(Failed::Desk(error)) => return Err(error),
                Err(Failed::Followers(failures)) => failures,
            };
            self.left.back_to(before.0);
            self.stored = before.1;
            let mut parked_now = Vec::new();
            for (follower, problem) in failures {
                tracing::error!(follower = follower.name(), %stream, seq = recorded.seq, %problem, "a reaction failed");
                if !parked::fail(tx, follower.name(), stream, recorded.seq, &problem.to_string())? {
                    return Ok(done);
                }
                parked_now.push(follower.name());
            }
            for follower in followers.iter().filter(|follower| !parked_now.contains(&follower.name())) {
                self.follow_one(tx, follower.as_ref(), recorded)?;
            }
            self.mark_cut(tx, recorded)?;
            parked::overcome(tx, stream, recorded.seq)?;
        }
        Ok(events.len())
    }

    /// One follower on one event, unless the event is parked for it; behind a parked event of the same stream one that needs
    /// order only queues up.
    fn follow_one(&mut self, tx: &mut Tx<'_>, follower: &dyn Follow, recorded: &Recorded) -> Result<()> {
        let stream = self.stored.case.id.0;
        let parked = waiting(tx, follower, stream)?;
        if parked.contains(&recorded.seq) {
            return Ok(());
        }
        if follower.needs_order() && parked.first().is_some_and(|first| *first < recorded.seq) {
            return Ok(parked::behind(tx, follower.name(), stream, recorded.seq)?);
        }
        self.guarded(tx, follower, recorded)
    }

    /// One follower on one event, in a savepoint: what it did is gone when it fails.
    fn guarded(&mut self, tx: &mut Tx<'_>, follower: &dyn Follow, recorded: &Recorded) -> Result<()> {
        let before = (self.left.mark(), self.stored.clone());
        let outcome = tx.savepoint(|tx| self.run(tx, follower, recorded));
        if outcome.is_err() {
            self.left.back_to(before.0);
            self.stored = before.1;
        }
        outcome
    }

    fn run(&mut self, tx: &mut Tx<'_>, follower: &dyn Follow, recorded: &Recorded) -> Result<()> {
        if !sees(follower, recorded) {
            return Ok(());
        }
        let (stored, left) = (&self.stored, &mut *self.left);
        // A panic is a failure of this follower alone, not of the turn.
        match catch_unwind(AssertUnwindSafe(|| follower.follow(tx, stored, recorded, left))) {
            Ok(outcome) => outcome?,
            Err(_) => return Err(Error::Broken(format!("{} panicked", follower.name()))),
        }
        if follower.reacts() {
            self.stored = conversation::get(tx, self.stored.case.id)?;
        }
        Ok(())
    }

    /// Says in the case, for people to see, that reactions were stopped here.
    fn mark_cut(&mut self, tx: &mut Tx<'_>, recorded: &Recorded) -> Result<()> {
        if is_cut(self.followers, recorded) {
            let cause = Cause { by: Some("reactor".to_owned()), depth: recorded.depth };
            let stopped = Event::ReactionsStopped { seq: recorded.seq };
            cases::record(tx, &mut self.stored, ActorRef::SYSTEM, &cause, vec![stopped], None)?;
        }
        Ok(())
    }
}

/// The parked events of one follower in a stream, in order.
fn waiting(tx: &mut Tx<'_>, follower: &dyn Follow, stream: Uuid) -> Result<Vec<i64>> {
    let all = parked::of_stream(tx, stream)?;
    Ok(all.into_iter().filter(|one| one.follower == follower.name() && one.parked_at.is_some()).map(|one| one.seq).collect())
}

/// Why an event was not taken, carried out of its savepoint.
enum Failed<'f> {
    Followers(Vec<(&'f dyn Follow, Error)>),
    Desk(Error),
}

impl From<candor_store::Error> for Failed<'_> {
    fn from(error: candor_store::Error) -> Self {
        Self::Desk(error.into())
    }
}

impl From<Error> for Failed<'_> {
    fn from(error: Error) -> Self {
        Self::Desk(error)
    }
}
