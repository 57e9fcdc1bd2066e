//! Jobs, timers, dirty streams, parked events, remembered answers.

use candor_store::dirty::{self, Dirty};
use candor_store::idempotency::{self, Answered, KEPT_MS};
use candor_store::job::{self, Failed, Job, NewJob};
use candor_store::testing::{START, TestDb};
use candor_store::timer::{self, Timer};
use candor_store::{Error, Note, Pool, Queue, Tx, db_test, parked};
use uuid::Uuid;

async fn act<T: Send + 'static>(db: &TestDb, act: impl Fn(&mut Tx<'_>) -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    db.write(Queue::Machines, act).await
}

fn new_job(n: u128, key: Option<&'static str>) -> NewJob<'static> {
    NewJob {
        id: Uuid::from_u128(n),
        queue: "send",
        kind: "mail",
        unique_key: key,
        stream: Some(Uuid::from_u128(77)),
        body: "{\"to\":1}",
        due_at: START,
        max_tries: 2,
    }
}

async fn claim(db: &TestDb) -> Vec<Job> {
    act(db, |tx| job::claim(tx, "send", 1000, 10)).await.expect("claims")
}

db_test!(a_job_is_claimed_once_and_finished_by_its_holder, |db| async move {
    let mut notes = db.notes();
    assert!(act(&db, |tx| job::insert(tx, &new_job(1, Some("once")))).await.expect("adds"));
    assert_eq!(notes.recv().await, Ok(Note::Job));
    assert!(!act(&db, |tx| job::insert(tx, &new_job(2, Some("once")))).await.expect("passes over"));
    let first = claim(&db).await;
    assert_eq!(first.len(), 1);
    assert_eq!((first[0].tries, first[0].lease, first[0].body.as_str()), (1, 1, "{\"to\":1}"));
    assert!(claim(&db).await.is_empty());
    let held = first[0].clone();
    act(&db, move |tx| job::finish(tx, &held)).await.expect("finishes");
    assert_eq!(db.read::<_, Error>(Pool::Quick, |rx| job::open(rx)).await.expect("counts"), 0);
});

db_test!(a_late_worker_changes_nothing, |db| async move {
    act(&db, |tx| job::insert(tx, &new_job(1, None))).await.expect("adds");
    let late = claim(&db).await.remove(0);
    db.clock.advance(1001);
    let now = claim(&db).await.remove(0);
    assert_eq!((now.lease, now.tries), (2, 2));
    let (stale, again) = (late.clone(), late.clone());
    assert!(matches!(act(&db, move |tx| job::finish(tx, &stale)).await, Err(Error::LeaseLost)));
    assert!(matches!(act(&db, move |tx| job::fail(tx, &again, "late", 0)).await, Err(Error::LeaseLost)));
    act(&db, move |tx| job::extend(tx, &now, START + 90_000)).await.expect("extends");
    db.clock.advance(5000);
    assert!(claim(&db).await.is_empty());
});

db_test!(a_job_that_keeps_failing_is_parked_and_can_run_again, |db| async move {
    act(&db, |tx| job::insert(tx, &new_job(1, None))).await.expect("adds");
    let first = claim(&db).await.remove(0);
    let failed = act(&db, move |tx| job::fail(tx, &first, "refused", START + 10)).await.expect("fails");
    assert_eq!(failed, Failed::Again);
    assert!(claim(&db).await.is_empty());
    db.clock.advance(10);
    let second = claim(&db).await.remove(0);
    let failed = act(&db, move |tx| job::fail(tx, &second, "refused again", START + 20)).await.expect("fails");
    assert_eq!(failed, Failed::Parked);
    let shown = db.read::<_, Error>(Pool::Quick, |rx| job::parked(rx, 10)).await.expect("lists");
    assert_eq!(shown[0].problem, "refused again");
    assert!(act(&db, |tx| job::run_again(tx, Uuid::from_u128(1))).await.expect("frees"));
    assert_eq!(claim(&db).await[0].tries, 1);
});

db_test!(a_worker_that_dies_in_the_last_try_leaves_a_parked_job, |db| async move {
    act(&db, |tx| job::insert(tx, &new_job(1, None))).await.expect("adds");
    for _ in 0..2 {
        assert_eq!(claim(&db).await.len(), 1);
        db.clock.advance(1001);
    }
    assert!(claim(&db).await.is_empty());
    let shown = db.read::<_, Error>(Pool::Quick, |rx| job::parked(rx, 10)).await.expect("lists");
    assert_eq!(shown.len(), 1);
});

db_test!(many_workers_share_many_jobs_without_doubling, |db| async move {
    for n in 0..60 {
        act(&db, move |tx| job::insert(tx, &new_job(n, None))).await.expect("adds");
    }
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let db = db.db.clone();
            tokio::spawn(async move {
                let mut taken = Vec::new();
                loop {
                    let jobs = db.write::<_, Error>(Queue::Machines, |tx| job::claim(tx, "send", 1000, 3)).await.expect("claims");
                    if jobs.is_empty() {
                        return taken;
                    }
                    taken.extend(jobs.into_iter().map(|job| job.id));
                }
            })
        })
        .collect();
    let mut all = Vec::new();
    for worker in workers {
        all.extend(worker.await.expect("the worker ends"));
    }
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 60);
});

fn timer(n: u128, due_at: i64) -> Timer {
    Timer {
        id: Uuid::from_u128(n),
        stream: Uuid::from_u128(5),
        kind: "snooze".to_owned(),
        name: String::new(),
        due_at,
        body: "{}".to_owned(),
    }
}

db_test!(a_timer_fires_once_and_a_new_one_takes_its_place, |db| async move {
    let mut notes = db.notes();
    act(&db, |tx| timer::arm(tx, &timer(1, START + 50))).await.expect("arms");
    assert_eq!(notes.recv().await, Ok(Note::Timer { due_at: START + 50 }));
    act(&db, |tx| timer::arm(tx, &timer(2, START + 10))).await.expect("arms again");
    let due = |db: &TestDb| db.db.clone().read_due();
    assert!(due(&db).await.is_empty());
    db.clock.advance(10);
    assert_eq!(due(&db).await, [timer(2, START + 10)]);
    assert_eq!(act(&db, |tx| timer::claim(tx, Uuid::from_u128(1))).await.expect("asks"), None);
    assert!(act(&db, |tx| timer::claim(tx, Uuid::from_u128(2))).await.expect("claims").is_some());
    assert_eq!(act(&db, |tx| timer::claim(tx, Uuid::from_u128(2))).await.expect("asks"), None);
    act(&db, |tx| timer::arm(tx, &timer(3, START))).await.expect("arms");
    assert!(act(&db, |tx| timer::disarm(tx, Uuid::from_u128(5), "snooze", "")).await.expect("disarms"));
    assert!(due(&db).await.is_empty());
});

trait ReadDue {
    fn read_due(self) -> impl Future<Output = Vec<Timer>> + Send;
}

impl ReadDue for candor_store::Db {
    async fn read_due(self) -> Vec<Timer> {
        self.read::<_, Error>(Pool::Quick, |rx| timer::due(rx, 10)).await.expect("reads")
    }
}

db_test!(a_dirty_stream_waits_from_its_first_mark, |db| async move {
    let stream = Uuid::from_u128(3);
    for _ in 0..2 {
        act(&db, move |tx| dirty::mark(tx, stream, "conversation")).await.expect("marks");
        db.clock.advance(400);
    }
    act(&db, move |tx| dirty::mark(tx, Uuid::from_u128(4), "contact")).await.expect("marks");
    let waiting = db.read::<_, Error>(Pool::Quick, |rx| dirty::candidates(rx, 10)).await.expect("reads");
    assert_eq!(waiting[0], Dirty { stream, kind: "conversation".to_owned(), since: START });
    assert_eq!(waiting.len(), 2);
    until("the store sees how far the reactor is behind", || db.health().reactor_behind_ms == 800).await;
    act(&db, move |tx| dirty::clean(tx, stream)).await.expect("cleans");
    until("the rest is younger", || db.health().reactor_behind_ms == 0).await;
});

async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while !holds() {
        assert!(std::time::Instant::now() < end, "{what}");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

db_test!(an_event_is_parked_after_three_failures, |db| async move {
    let stream = Uuid::from_u128(3);
    let fail = |db: &TestDb| {
        let db = db.db.clone();
        async move { db.write::<_, Error>(Queue::Reactor, move |tx| parked::fail(tx, "rules", stream, 7, "no such tag")).await.expect("counts") }
    };
    assert!(!fail(&db).await);
    assert!(!fail(&db).await);
    assert!(db.read::<_, Error>(Pool::Quick, |rx| parked::shown(rx, 10)).await.expect("reads").is_empty());
    assert!(fail(&db).await);
    let shown = db.read::<_, Error>(Pool::Quick, |rx| parked::shown(rx, 10)).await.expect("reads");
    assert_eq!((shown[0].seq, shown[0].tries, shown[0].problem.as_str()), (7, 3, "no such tag"));
    act(&db, move |tx| parked::clear(tx, "rules", stream, 7)).await.expect("clears");
    assert!(db.read::<_, Error>(Pool::Quick, move |rx| parked::of_stream(rx, stream)).await.expect("reads").is_empty());
});

db_test!(an_answer_is_remembered_for_a_day, |db| async move {
    let owner = Uuid::from_u128(8);
    let answer = Answered { body_mac: vec![1, 2], status: 201, item: Some(Uuid::from_u128(9)) };
    let find = |db: &TestDb| {
        let db = db.db.clone();
        async move { db.read::<_, Error>(Pool::Quick, move |rx| idempotency::find(rx, owner, "k")).await.expect("reads") }
    };
    let keep = |db: &TestDb, answer: Answered| {
        let db = db.db.clone();
        async move { db.write::<_, Error>(Queue::People, move |tx| idempotency::keep(tx, owner, "k", &answer)).await.expect("keeps") }
    };
    assert!(keep(&db, answer.clone()).await);
    assert_eq!(find(&db).await, Some(answer.clone()));
    assert!(!keep(&db, Answered { status: 500, ..answer.clone() }).await);
    db.clock.advance(KEPT_MS);
    assert_eq!(find(&db).await, None);
    assert!(keep(&db, Answered { status: 204, ..answer.clone() }).await);
    db.clock.advance(KEPT_MS);
    assert_eq!(act(&db, |tx| idempotency::forget_old(tx, 10)).await.expect("forgets"), 1);
});
