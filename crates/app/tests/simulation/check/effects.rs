//! Effects: each event once, in order where that is needed; who is parked stops nobody else; sums are those of the events.

use crate::tasks::finish;
use crate::world::World;
use candor_domain::actor::ActorKind;
use candor_domain::conversation::Category;
use candor_domain::event::{Event, MessageKind};
use candor_domain::id::ConversationId;
use candor_store::event::Part;
use candor_store::{Error, Pool, Query, Rx, event, parked, rollup};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

type Seen = BTreeMap<(String, Uuid), Vec<i64>>;

/// What the followers took, in the order they took it.
fn seen(rx: &mut Rx<'_>) -> Result<Seen, Error> {
    let mut seen = Seen::new();
    let all =
        rx.list("SELECT follower, stream, seq FROM sim_effect ORDER BY nth", &[], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    for (follower, stream, seq) in all {
        seen.entry((follower, stream)).or_default().push(seq);
    }
    Ok(seen)
}

/// The length of every stream.
fn lengths(rx: &mut Rx<'_>) -> Result<BTreeMap<Uuid, i64>, Error> {
    Ok(rx.list("SELECT id, seq FROM conversation ORDER BY id", &[], |row| Ok((row.get(0)?, row.get(1)?)))?.into_iter().collect())
}

/// While some events are parked, everybody else has everything else, and no trace of tries that ended well is left.
pub fn before_mending(world: &World) -> Vec<String> {
    let (seen, lengths, failures) =
        finish(world.app().db.read::<_, Error>(Pool::Quick, |rx| Ok((seen(rx)?, lengths(rx)?, parked::shown(rx, 1000)?)))).unwrap();
    let waits: BTreeSet<(String, Uuid, i64)> = failures.iter().map(|one| (one.follower.clone(), one.stream, one.seq)).collect();
    let mut wrong = Vec::new();
    for (stream, length) in lengths {
        for follower in ["ordered", "loose"] {
            let took: BTreeSet<i64> = seen.get(&(follower.to_owned(), stream)).into_iter().flatten().copied().collect();
            let lacks: Vec<i64> =
                (1..=length).filter(|seq| !took.contains(seq) && !waits.contains(&(follower.to_owned(), stream, *seq))).collect();
            if !lacks.is_empty() {
                wrong.push(format!("a parked follower stops nobody: {follower} lacks {lacks:?} of {stream} and nothing says why"));
            }
        }
    }
    wrong
}

/// At the end everybody has everything once.
pub fn check(world: &World) -> Vec<String> {
    let (seen, lengths) = finish(world.app().db.read::<_, Error>(Pool::Quick, |rx| Ok((seen(rx)?, lengths(rx)?)))).unwrap();
    let mut wrong = Vec::new();
    for (stream, length) in lengths {
        for follower in ["ordered", "loose"] {
            let mut took = seen.get(&(follower.to_owned(), stream)).cloned().unwrap_or_default();
            if follower == "loose" {
                took.sort_unstable();
            }
            if took != (1..=length).collect::<Vec<_>>() {
                wrong.push(format!("effects happen once and in order: {follower} took {took:?} of {length} in {stream}"));
            }
        }
    }
    wrong.extend(sums(world));
    wrong.extend(leftovers(world));
    wrong
}

/// The sums of a day are those of its events.
fn sums(world: &World) -> Vec<String> {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    let cases = world.model.borrow().known_cases();
    let (kept, events) = finish(world.app().db.read::<_, Error>(Pool::Quick, move |rx| {
        let mut events = Vec::new();
        for (_, id) in cases {
            events.extend(event::page(rx, ConversationId(id.0), Part::After(0), 10_000)?);
        }
        Ok((rollup::between(rx, DAY, 0, i64::MAX)?, events))
    }))
    .unwrap();
    let mut expected = [0; 6];
    for one in &events {
        match &one.event {
            Event::Started { .. } => expected[0] += 1,
            Event::Message { kind: MessageKind::Customer, .. } => expected[1] += 1,
            Event::Message { kind: MessageKind::Reply, .. } => expected[2] += 1,
            Event::StatusChanged { category: Category::Resolved | Category::Closed, .. } => expected[3] += 1,
            Event::StatusChanged { category: Category::Open, .. } if one.actor.kind == ActorKind::Contact => expected[4] += 1,
            Event::Rated { .. } => expected[5] += 1,
            _ => {}
        }
    }
    let mut found = [0; 6];
    for (_, sums) in kept {
        let more = [sums.started, sums.received, sums.replied, sums.resolved, sums.reopened, sums.ratings];
        found.iter_mut().zip(more).for_each(|(found, more)| *found += more);
    }
    (found != expected).then(|| format!("sums are those of the events: {found:?} instead of {expected:?}")).into_iter().collect()
}

/// When all is done nothing is marked, and no failure is remembered that was overcome.
fn leftovers(world: &World) -> Vec<String> {
    const LEFT: &str = "SELECT (SELECT COUNT(*) FROM dirty), (SELECT COUNT(*) FROM parked)";
    let left: (i64, i64) =
        finish(world.app().db.read::<_, Error>(Pool::Quick, |rx| rx.one(LEFT, &[], |row| Ok((row.get(0)?, row.get(1)?))))).unwrap();
    (left != (0, 0))
        .then(|| format!("what was reacted to is over: {} marks and {} failures are left", left.0, left.1))
        .into_iter()
        .collect()
}
