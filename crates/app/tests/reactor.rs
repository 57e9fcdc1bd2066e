//! Reactions: batches, followers that fail, chains that are cut, sums and the outside feed from several reactors at once.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

mod desk;

use candor_app::conversation::{self, Action};
use candor_app::reactor::{self, Follow, Followers, Lane, Left};
use candor_app::{Error, Result, feed};
use candor_domain::actor::Actor;
use candor_domain::conversation::Priority;
use candor_domain::event::{Cause, Event, Recorded};
use candor_domain::id::ConversationId;
use candor_domain::permission::Permission;
use candor_store::conversation::Stored;
use candor_store::event::Part;
use candor_store::{Backend, Pool, Queue, Tx, db_test, dirty, event, parked, rollup};
use desk::Desk;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

const DAY: i64 = 24 * 60 * 60 * 1000;

/// Notes what it is shown; fails, or panics, on one event of each stream while told to.
#[derive(Clone)]
struct Watcher {
    name: &'static str,
    ordered: bool,
    broken: Arc<AtomicBool>,
    panics: bool,
    seen: Arc<Mutex<Vec<i64>>>,
}

impl Watcher {
    fn new(name: &'static str, ordered: bool) -> Self {
        Self { name, ordered, broken: Arc::default(), panics: false, seen: Arc::default() }
    }

    fn seen(&self) -> Vec<i64> {
        self.seen.lock().unwrap().clone()
    }
}

/// The event a broken watcher fails on.
const BAD: i64 = 3;

impl Follow for Watcher {
    fn name(&self) -> &'static str {
        self.name
    }

    fn needs_order(&self) -> bool {
        self.ordered
    }

    fn follow(&self, _: &mut Tx<'_>, _: &Stored, recorded: &Recorded, _: &mut Left) -> Result<()> {
        if recorded.seq == BAD && self.broken.load(Ordering::Relaxed) {
            assert!(!self.panics, "as ordered");
            return Err(Error::Broken("as ordered".to_owned()));
        }
        let mut seen = self.seen.lock().unwrap();
        // A batch that failed runs again: only the last run counts.
        if !seen.contains(&recorded.seq) {
            seen.push(recorded.seq);
        }
        Ok(())
    }
}

/// Answers every change of priority with another one.
struct Restless(&'static str);

impl Follow for Restless {
    fn name(&self) -> &'static str {
        self.0
    }

    fn needs_order(&self) -> bool {
        false
    }

    fn reacts(&self) -> bool {
        true
    }

    fn follow(&self, tx: &mut Tx<'_>, stored: &Stored, recorded: &Recorded, _: &mut Left) -> Result<()> {
        let Event::PriorityChanged { to, .. } = &recorded.event else { return Ok(()) };
        let next = if *to == Priority::High { Priority::Low } else { Priority::High };
        let cause = Cause::reaction(self.0, recorded);
        conversation::act_because(tx, &Actor::machine("rule"), stored.case.id, &Action::Priority(next), &cause)?;
        Ok(())
    }
}

async fn priority(desk: &Desk, id: ConversationId, to: Priority) {
    conversation::act(&desk.app, &Actor::machine("test"), id, Action::Priority(to)).await.unwrap();
}

async fn events(desk: &Desk, id: ConversationId) -> Vec<Recorded> {
    desk.app.db.read(Pool::Quick, move |rx| event::page(rx, id, Part::After(0), 500)).await.unwrap()
}

async fn shown(desk: &Desk) -> Vec<(String, i64, i64)> {
    let parked = desk.app.db.read(Pool::Quick, |rx| parked::shown(rx, 100)).await.unwrap();
    let mut parked: Vec<_> = parked.into_iter().map(|one| (one.follower, one.seq, one.tries)).collect();
    parked.sort();
    parked
}

/// A desk with one conversation of five events, followed by these.
async fn five_events(db: candor_store::testing::TestDb, followers: Followers) -> (Desk, ConversationId) {
    let desk = Desk::followed(db, followers).await;
    let visitor = desk.anonymous().await.visitor;
    let id = desk.writes(&visitor, "one").await;
    for to in [Priority::High, Priority::Low, Priority::Urgent] {
        priority(&desk, id, to).await;
    }
    assert_eq!(events(&desk, id).await.len(), 5, "started, message and three changes");
    (desk, id)
}

db_test!(an_event_is_parked_after_three_failures_and_holds_back_only_who_needs_order, |db| async move {
    let (ordered, free, other) = (Watcher::new("ordered", true), Watcher::new("free", false), Watcher::new("other", true));
    ordered.broken.store(true, Ordering::Relaxed);
    free.broken.store(true, Ordering::Relaxed);
    let (desk, id) = five_events(db, vec![Box::new(ordered.clone()), Box::new(free.clone()), Box::new(other.clone())]).await;
    reactor::drain(&desk.app).await.unwrap();
    assert_eq!((ordered.seen(), free.seen(), other.seen()), (vec![1, 2], vec![1, 2, 4, 5], vec![1, 2, 3, 4, 5]));
    let waits = |seq: i64, tries: i64| ("ordered".to_owned(), seq, tries);
    assert_eq!(shown(&desk).await, [("free".to_owned(), 3, 3), waits(3, 3), waits(4, 0), waits(5, 0)]);

    let admin = desk.agent(&[Permission::JobManage]);
    assert_eq!(reactor::run_again(&desk.app, &admin, "ordered", id).await.unwrap(), 0, "it still fails");
    ordered.broken.store(false, Ordering::Relaxed);
    free.broken.store(false, Ordering::Relaxed);
    assert_eq!(reactor::run_again(&desk.app, &admin, "ordered", id).await.unwrap(), 3);
    assert_eq!(reactor::run_again(&desk.app, &admin, "free", id).await.unwrap(), 1);
    assert_eq!((ordered.seen(), free.seen()), (vec![1, 2, 3, 4, 5], vec![1, 2, 4, 5, 3]));
    assert!(shown(&desk).await.is_empty());
    let nobody = desk.agent(&[Permission::ConversationRead]);
    assert!(matches!(reactor::run_again(&desk.app, &nobody, "free", id).await, Err(Error::Forbidden(_))));
    assert!(matches!(reactor::run_again(&desk.app, &admin, "nothing", id).await, Err(Error::NotFound)));
});

db_test!(a_follower_that_panics_is_parked_like_one_that_fails, |db| async move {
    let broken = Watcher { panics: true, ..Watcher::new("broken", false) };
    broken.broken.store(true, Ordering::Relaxed);
    let other = Watcher::new("other", false);
    let (desk, _) = five_events(db, vec![Box::new(broken.clone()), Box::new(other.clone())]).await;
    reactor::drain(&desk.app).await.unwrap();
    assert_eq!((broken.seen(), other.seen()), (vec![1, 2, 4, 5], vec![1, 2, 3, 4, 5]));
    assert_eq!(shown(&desk).await, [("broken".to_owned(), 3, 3)]);
});

db_test!(a_reaction_never_sees_what_it_caused, |db| async move {
    let desk = Desk::followed(db, vec![Box::new(Restless("rule"))]).await;
    let visitor = desk.anonymous().await.visitor;
    let id = desk.writes(&visitor, "one").await;
    priority(&desk, id, Priority::High).await;
    reactor::drain(&desk.app).await.unwrap();
    let all = events(&desk, id).await;
    let last = all.last().unwrap();
    assert_eq!((all.len(), last.depth, last.cause.as_deref()), (4, 1, Some("rule")));
});

db_test!(reactions_of_reactions_end_at_depth_eight_with_a_mark_for_people, |db| async move {
    let desk = Desk::followed(db, vec![Box::new(Restless("ping")), Box::new(Restless("pong"))]).await;
    let visitor = desk.anonymous().await.visitor;
    let id = desk.writes(&visitor, "one").await;
    conversation::act(&desk.app, &Actor::machine("test"), id, Action::Priority(Priority::Urgent)).await.unwrap();
    reactor::drain(&desk.app).await.unwrap();
    let all = events(&desk, id).await;
    assert_eq!(all.iter().map(|one| one.depth).max(), Some(Cause::DEEPEST));
    let marks: Vec<&Recorded> = all.iter().filter(|one| matches!(one.event, Event::ReactionsStopped { .. })).collect();
    assert!(!marks.is_empty(), "people see that it was stopped");
    for mark in marks {
        let Event::ReactionsStopped { seq } = mark.event else { unreachable!("filtered") };
        assert_eq!(all[usize::try_from(seq).unwrap() - 1].depth, Cause::DEEPEST);
        assert_eq!(mark.public_seq, None, "the customer is not told");
    }
    let before = all.len();
    reactor::drain(&desk.app).await.unwrap();
    assert_eq!(events(&desk, id).await.len(), before, "nothing follows from the mark");
});

db_test!(only_a_late_reactor_takes_many_streams_at_once, |db| async move {
    let desk = Desk::new(db).await;
    for _ in 0..20 {
        let visitor = desk.anonymous().await.visitor;
        desk.writes(&visitor, "one").await;
    }
    let first = reactor::turn(&desk.app, Lane(0)).await.unwrap();
    desk.clock.advance(200);
    let late = reactor::turn(&desk.app, Lane(0)).await.unwrap();
    match desk.app.db.backend() {
        Backend::Sqlite => assert_eq!((first.done, late.done), (20, 0)),
        Backend::Postgres => assert_eq!((first.done, late.done), (1, 16)),
    }
    reactor::drain(&desk.app).await.unwrap();
    assert_eq!(reactor::turn(&desk.app, Lane(0)).await.unwrap().waiting, 0);
});

db_test!(a_stream_that_cannot_be_read_does_not_stop_the_others, |db| async move {
    let desk = Desk::new(db).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let visitor = desk.anonymous().await.visitor;
        ids.push(desk.writes(&visitor, "one").await);
    }
    let bad = ids[0].0;
    let spoil = move |tx: &mut Tx<'_>| tx.execute("UPDATE event SET body = '{}' WHERE stream = $1 AND seq = 1", &[&bad]);
    desk.app.db.write(Queue::People, spoil).await.unwrap();
    desk.clock.advance(1_000);
    let turn = reactor::turn(&desk.app, Lane(0)).await.unwrap();
    assert_eq!((turn.done, turn.put_off), (2, 1));
    let left = desk.app.db.read(Pool::Quick, |rx| dirty::candidates(rx, 10)).await.unwrap();
    assert_eq!(left.iter().map(|one| one.stream).collect::<Vec<_>>(), [bad]);
});

db_test!(four_reactors_count_every_event_once_and_number_each_stream_in_order, |db| async move {
    const CASES: usize = 40;
    const EACH: usize = 6;
    let desk = Desk::new(db).await;
    let mut ids = Vec::new();
    for _ in 0..CASES {
        let visitor = desk.anonymous().await.visitor;
        ids.push(desk.writes(&visitor, "one").await);
    }
    let writing = Arc::new(AtomicBool::new(true));
    let mut reactors = tokio::task::JoinSet::new();
    for lane in 0..4 {
        let (app, writing) = (desk.app.clone(), Arc::clone(&writing));
        reactors.spawn(async move {
            while writing.load(Ordering::Relaxed) || reactor::turn(&app, Lane(lane)).await.unwrap().waiting > 0 {
                reactor::turn(&app, Lane(lane)).await.unwrap();
            }
        });
    }
    // Two who number, as two nodes do; the lease says which of them.
    for _ in 0..2 {
        let (app, writing) = (desk.app.clone(), Arc::clone(&writing));
        reactors.spawn(async move {
            let mut worker = feed::Worker::default();
            while writing.load(Ordering::Relaxed) {
                worker.turn(&app).await.unwrap();
                tokio::task::yield_now().await;
            }
        });
    }
    let mut writers = tokio::task::JoinSet::new();
    for part in ids.chunks(10) {
        let (app, part) = (desk.app.clone(), part.to_vec());
        writers.spawn(async move {
            for round in 0..EACH {
                for id in &part {
                    let to = if round % 2 == 0 { Priority::High } else { Priority::Low };
                    conversation::act(&app, &Actor::machine("test"), *id, Action::Priority(to)).await.unwrap();
                }
            }
        });
    }
    writers.join_all().await;
    writing.store(false, Ordering::Relaxed);
    reactors.join_all().await;
    desk.clock.advance(10_000);
    feed::number_all(&desk.app).await.unwrap();

    let sums = desk.app.db.read(Pool::Quick, |rx| rollup::between(rx, DAY, 0, i64::MAX)).await.unwrap();
    let total = |pick: fn(&rollup::Sums) -> i64| sums.iter().map(|(_, sums)| pick(sums)).sum::<i64>();
    assert_eq!((total(|sums| sums.started), total(|sums| sums.received)), (40, 40));

    let all = desk.app.db.read(Pool::Slow, |rx| candor_store::feed::after(rx, 0, 10_000)).await.unwrap();
    assert_eq!(all.iter().map(|one| one.number).collect::<Vec<_>>(), (1..=(CASES * (2 + EACH)) as i64).collect::<Vec<_>>(), "gap-free");
    let mut streams: BTreeMap<ConversationId, Vec<i64>> = BTreeMap::new();
    for one in all {
        streams.entry(one.stream).or_default().push(one.recorded.seq);
    }
    let whole: Vec<i64> = (1..=(2 + EACH) as i64).collect();
    assert!(streams.len() == CASES && streams.values().all(|seqs| *seqs == whole), "in order inside each stream");
});
