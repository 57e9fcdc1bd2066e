//! What only PostgreSQL can do: meet other writers, lose its connection, serve several nodes.

use candor_store::testing::{START, TestDb, options, run, server};
use candor_store::{AuditEntry, Db, Ephemeral, Error, Fault, Note, Place, Pool, Query, Queue};
use postgres::{Client, NoTls};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use uuid::Uuid;

const ADD: &str = "INSERT INTO counter (name, value) VALUES ($1, $2)";
const RAISE: &str = "UPDATE counter SET value = value + 1 WHERE name = $1";
const VALUE: &str = "SELECT value FROM counter WHERE name = $1";
const ME: &str = "SELECT CAST(pg_backend_pid() AS BIGINT)";

async fn value(db: &Db, name: &'static str) -> i64 {
    db.read::<_, Error>(Pool::Quick, move |rx| rx.one(VALUE, &[&name], |row| row.get(0))).await.expect("reads")
}

async fn add(db: &Db, name: &'static str) {
    db.write::<_, Error>(Queue::People, move |tx| tx.execute(ADD, &[&name, &0i64])).await.expect("writes");
}

/// Runs statements as another program would.
fn outside(db: &TestDb, sql: &str) {
    let Place::Postgres { url, .. } = &db.place else { panic!("this test runs on PostgreSQL") };
    let (url, sql) = (url.clone(), sql.to_owned());
    std::thread::spawn(move || Client::connect(&url, NoTls).expect("connects").batch_execute(&sql).expect("runs"))
        .join()
        .expect("the thread ends");
}

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !holds().await {
        assert!(Instant::now() < end, "{what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[test]
fn two_commands_that_deadlock_both_end_well() {
    run(TestDb::postgres(), |db| async move {
        add(&db, "a").await;
        add(&db, "b").await;
        let runs = Arc::new(AtomicUsize::new(0));
        let inside = Arc::new(AtomicUsize::new(0));
        let tasks: Vec<_> = [("a", "b"), ("b", "a")]
            .into_iter()
            .map(|(first, second)| {
                let (db, runs, inside) = (db.db.clone(), Arc::clone(&runs), Arc::clone(&inside));
                tokio::spawn(async move {
                    db.write::<_, Error>(Queue::People, move |tx| {
                        let run = runs.fetch_add(1, Ordering::SeqCst);
                        tx.execute(RAISE, &[&first])?;
                        inside.fetch_add(1, Ordering::SeqCst);
                        // The first two runs wait until both hold their row.
                        let end = Instant::now() + Duration::from_secs(10);
                        while run < 2 && inside.load(Ordering::SeqCst) < 2 && Instant::now() < end {
                            std::thread::yield_now();
                        }
                        tx.execute(RAISE, &[&second])
                    })
                    .await
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("the task ends").expect("the command ends well");
        }
        assert!(runs.load(Ordering::SeqCst) > 2, "nobody had to run again");
        assert_eq!((value(&db, "a").await, value(&db, "b").await), (2, 2));
    });
}

#[test]
fn a_command_whose_connection_is_cut_runs_again() {
    run(TestDb::postgres(), |db| async move {
        let runs = Arc::new(AtomicUsize::new(0));
        let (seen, Place::Postgres { url, .. }) = (Arc::clone(&runs), db.place.clone()) else { panic!("not PostgreSQL") };
        db.write::<_, Error>(Queue::People, move |tx| {
            tx.execute(ADD, &[&"once", &1i64])?;
            if seen.fetch_add(1, Ordering::SeqCst) == 0 {
                let pid: i64 = tx.one(ME, &[], |row| row.get(0))?;
                let url = url.clone();
                let kill =
                    move || Client::connect(&url, NoTls).expect("connects").batch_execute(&format!("SELECT pg_terminate_backend({pid})"));
                std::thread::spawn(kill).join().expect("the thread ends").expect("kills");
            }
            tx.audit(AuditEntry::new("machine", None, "test"))
        })
        .await
        .expect("ends well");
        assert_eq!(runs.load(Ordering::SeqCst), 2);
        assert_eq!(value(&db, "once").await, 1);
    });
}

#[test]
fn idle_connections_that_were_cut_cost_nobody_an_error() {
    run(TestDb::postgres(), |db| async move {
        add(&db, "a").await;
        for _ in 0..3 {
            outside(
                &db,
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
            );
            for _ in 0..6 {
                db.write::<_, Error>(Queue::People, |tx| tx.execute(RAISE, &[&"a"])).await.expect("writes");
                value(&db, "a").await;
            }
        }
        assert_eq!(value(&db, "a").await, 18);
    });
}

#[test]
fn a_commit_with_no_answer_is_unknown_and_leaves_no_hole_in_the_log() {
    run(TestDb::postgres(), |db| async move {
        db.fail(1, Fault::Commit);
        let unknown: Result<_, Error> = db.write(Queue::People, |tx| tx.audit(AuditEntry::new("machine", None, "test"))).await;
        assert!(matches!(unknown, Err(Error::OutcomeUnknown)), "{unknown:?}");
        for _ in 0..10 {
            db.write::<_, Error>(Queue::People, |tx| tx.audit(AuditEntry::new("machine", None, "test"))).await.expect("goes on");
        }
        let (store, roots) = (db.db.clone(), db.dir().join("audit-roots.jsonl"));
        let report = tokio::task::spawn_blocking(move || candor_store::audit::verify(&store, &roots)).await.expect("ends");
        assert_eq!(report.expect("whole").entries, 10);
    });
}

#[test]
fn nodes_hear_each_other_and_take_different_lanes_and_numbers() {
    run(TestDb::postgres(), |db| async move {
        let (other, _dir) = db.second_node();
        let mut heard = other.notes();
        let (stream, topic) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let typing = Ephemeral { topic, body: "{\"typing\":\"小明\"}".to_owned() };
        db.publish(typing.clone());
        db.write::<_, Error>(Queue::People, move |tx| {
            tx.wake(stream, 9);
            tx.audit(AuditEntry::new("machine", None, "test"))
        })
        .await
        .expect("writes");
        let mut left = vec![Note::Ephemeral(typing), Note::Wake { stream, seq: 9 }];
        while !left.is_empty() {
            let note = tokio::time::timeout(Duration::from_secs(10), heard.recv()).await.expect("in time").expect("hears");
            left.retain(|wanted| *wanted != note);
        }
        let (a, b) = (db.new_doc(), other.new_doc());
        assert_ne!(a >> 14 & 63, b >> 14 & 63, "both nodes have the same number");
        let entry = other.write::<_, Error>(Queue::People, |tx| tx.audit(AuditEntry::new("machine", None, "test"))).await.expect("writes");
        assert!(entry.lane >= 4, "the first node has lanes 0 to 3");
        other.close();
    });
}

#[test]
fn a_node_whose_hearing_was_cut_says_so_and_hears_again() {
    run(TestDb::postgres(), |db| async move {
        let (other, _dir) = db.second_node();
        let mut heard = other.notes();
        outside(
            &db,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE '%LISTEN%' AND pid <> pg_backend_pid()",
        );
        let gap = async {
            loop {
                if heard.recv().await == Ok(Note::Gap) {
                    return;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(10), gap).await.expect("a gap is told");
        db.publish(Ephemeral { topic: Uuid::nil(), body: "{}".to_owned() });
        tokio::time::timeout(Duration::from_secs(10), heard.recv()).await.expect("in time").expect("hears again");
        other.close();
    });
}

#[test]
fn jobs_claimed_on_two_nodes_are_never_doubled() {
    run(TestDb::postgres(), |db| async move {
        let (other, _dir) = db.second_node();
        for n in 0..40 {
            db.write::<_, Error>(Queue::People, move |tx| {
                candor_store::job::insert(
                    tx,
                    &candor_store::job::NewJob {
                        id: Uuid::from_u128(n),
                        queue: "q",
                        kind: "k",
                        unique_key: None,
                        stream: None,
                        body: "{}",
                        due_at: START,
                        max_tries: 3,
                    },
                )
            })
            .await
            .expect("adds");
        }
        let workers: Vec<_> = [db.db.clone(), other.clone(), db.db.clone(), other.clone()]
            .into_iter()
            .map(|db| {
                tokio::spawn(async move {
                    let mut taken = Vec::new();
                    loop {
                        let jobs =
                            db.write::<_, Error>(Queue::Machines, |tx| candor_store::job::claim(tx, "q", 60_000, 2)).await.expect("claims");
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
            all.extend(worker.await.expect("ends"));
        }
        assert_eq!(all.len(), 40);
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 40);
        other.close();
    });
}

#[test]
fn a_server_that_may_forget_is_refused() {
    run(TestDb::postgres(), |db| async move {
        outside(&db, "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$");
        db.close();
        let refused = Db::open(options(db.place.clone(), &db.clock)).err().expect("refused");
        assert!(matches!(&refused, Error::Unsafe { what, .. } if what.contains("synchronous_commit")), "{refused}");
    });
}

#[test]
fn an_older_schema_waits_for_its_owner_and_a_newer_or_altered_one_is_refused() {
    run(TestDb::postgres(), |db| async move {
        db.close();
        let open = |migrate| {
            let mut options = options(db.place.clone(), &db.clock);
            options.migrate = migrate;
            Db::open(options).err().expect("refused")
        };
        outside(&db, "INSERT INTO schema_migration (number, name, checksum, applied_at) VALUES (9999, 'later', '', 0)");
        assert!(matches!(open(false), Error::Newer { found: 9999, .. }));
        outside(&db, "DELETE FROM schema_migration WHERE number > 0");
        let older = open(false);
        assert!(matches!(older, Error::NeedsMigration { .. }), "{older}");
        assert!(older.to_string().contains("candor migrate --yes"));
        // The tables are there: the migration fails in the middle, and leaves everything as it was.
        assert!(matches!(open(true), Error::Postgres { .. }));
        assert!(matches!(open(false), Error::NeedsMigration { .. }));
        outside(&db, "UPDATE schema_migration SET checksum = 'x' WHERE number = 0");
        assert!(matches!(open(true), Error::ChangedMigration { name } if name == "0000_core"));
    });
}

#[test]
fn a_server_that_is_away_is_told_in_time() {
    let dir = tempfile::tempdir().expect("a directory");
    let place = Place::Postgres { url: "postgres://postgres@127.0.0.1:1/none".to_owned(), dir: dir.path().to_owned() };
    let began = Instant::now();
    let clock = Arc::new(candor_store::ManualClock::at(START));
    let refused = Db::open(options(place, &clock)).err().expect("refused");
    assert!(matches!(refused, Error::Unavailable(_)), "{refused:?}");
    assert!(began.elapsed() < Duration::from_secs(8));
    assert!(server().starts_with("postgres"));
}

#[test]
fn a_reader_keeps_one_picture_while_others_write() {
    run(TestDb::postgres(), |db| async move {
        add(&db, "a").await;
        let (entered, inside) = std::sync::mpsc::channel();
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let reader = db.db.clone();
        let reading = tokio::spawn(async move {
            reader
                .read::<(i64, i64), Error>(Pool::Quick, move |rx| {
                    let before = rx.one(VALUE, &[&"a"], |row| row.get(0))?;
                    let _ = entered.send(());
                    let _ = wait.recv_timeout(Duration::from_secs(10));
                    Ok((before, rx.one(VALUE, &[&"a"], |row| row.get(0))?))
                })
                .await
        });
        tokio::task::spawn_blocking(move || inside.recv_timeout(Duration::from_secs(10))).await.expect("ends").expect("reads");
        db.write::<_, Error>(Queue::People, |tx| tx.execute(RAISE, &[&"a"])).await.expect("writes");
        let _ = go.send(());
        assert_eq!(reading.await.expect("ends").expect("reads"), (0, 0));
        until("the commit is seen by the next", async || value(&db, "a").await == 1).await;
    });
}
