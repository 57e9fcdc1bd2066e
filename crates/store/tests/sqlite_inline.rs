//! The store for simulation: the same seed does the same things, and what was acknowledged is there after any crash.

use candor_store::testing::{START, options};
use candor_store::{Db, Error, ManualClock, Note, Odds, Place, Pool, Query, Queue};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::{Arc, Mutex};

const ADD: &str = "INSERT INTO counter (name, value) VALUES ($1, $2)";

const ROUGH: Odds = Odds { wait_for_others: 700, commit_fails: 60, crash_before_commit: 40, crash_after_commit: 40, note_lost: 200 };

fn open(dir: &std::path::Path, clock: &Arc<ManualClock>, seed: u64, odds: Odds) -> Db {
    Db::inline(options(Place::Sqlite { dir: dir.to_owned() }, clock), seed, odds).expect("opens")
}

/// Four writers, thirty messages each, through crashes and restarts; says what happened.
fn story(seed: u64) -> (String, BTreeSet<String>, BTreeSet<String>) {
    let dir = tempfile::tempdir().expect("a directory");
    let clock = Arc::new(ManualClock::at(START));
    let trace = Arc::new(Mutex::new(String::new()));
    let acknowledged = Arc::new(Mutex::new(BTreeSet::new()));
    for life in 0..200 {
        let db = open(dir.path(), &clock, seed.wrapping_mul(1000) + life, ROUGH);
        let mut notes = db.notes();
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let left = runtime.block_on(async {
            let writers: Vec<_> = (0..4)
                .map(|writer| {
                    let (db, trace, acknowledged) = (db.clone(), Arc::clone(&trace), Arc::clone(&acknowledged));
                    tokio::spawn(async move {
                        for n in 0..30 {
                            let name = format!("{writer}-{n}");
                            if acknowledged.lock().expect("held").contains(&name) {
                                continue;
                            }
                            let wanted = name.clone();
                            let result: Result<i64, Error> = db
                                .write(Queue::People, move |tx| {
                                    // The same name again is the same message: a client repeats what it was not told.
                                    tx.execute("INSERT INTO counter (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING", &[&wanted, &n])?;
                                    tx.note(Note::Job);
                                    let key = tx.new_key(None)?;
                                    Ok(key.0.as_u128() as i64)
                                })
                                .await;
                            let _ = writeln!(trace.lock().expect("held"), "{life} {name} {result:?}");
                            match result {
                                Ok(_) => acknowledged.lock().expect("held").insert(name),
                                Err(_) => return,
                            };
                        }
                    })
                })
                .collect();
            for writer in writers {
                writer.await.expect("the writer ends");
            }
            120 - acknowledged.lock().expect("held").len()
        });
        let mut heard = 0;
        while notes.try_recv().is_ok() {
            heard += 1;
        }
        let _ = writeln!(trace.lock().expect("held"), "{life} heard {heard} notes");
        drop(db);
        if left == 0 {
            break;
        }
        clock.advance(1000);
    }
    let db = open(dir.path(), &clock, 1, Odds::default());
    let kept = db
        .read_blocking::<Vec<String>, Error>(Pool::Quick, |rx| rx.list("SELECT name FROM counter", &[], |row| row.get(0)))
        .expect("reads");
    let acknowledged = acknowledged.lock().expect("held").clone();
    (trace.lock().expect("held").clone(), acknowledged, kept.into_iter().collect())
}

#[test]
fn the_same_seed_tells_the_same_story_and_nothing_acknowledged_is_lost() {
    for seed in 1..=6 {
        let (trace, acknowledged, kept) = story(seed);
        let (again, ..) = story(seed);
        assert_eq!(trace, again, "seed {seed}");
        assert_eq!(acknowledged.len(), 120, "seed {seed}");
        assert!(acknowledged.is_subset(&kept), "seed {seed}");
    }
    assert_ne!(story(1).0, story(2).0);
}

#[test]
fn a_crash_before_the_commit_keeps_nothing_and_one_after_keeps_all() {
    for (odds, kept) in
        [(Odds { crash_before_commit: 1000, ..Odds::default() }, 0), (Odds { crash_after_commit: 1000, ..Odds::default() }, 1)]
    {
        let dir = tempfile::tempdir().expect("a directory");
        let clock = Arc::new(ManualClock::at(START));
        let db = open(dir.path(), &clock, 7, odds);
        let result: Result<u64, Error> = db.write_blocking(Queue::People, |tx| tx.execute(ADD, &[&"one", &1i64]));
        assert!(matches!(result, Err(Error::OutcomeUnknown)), "{result:?}");
        assert!(!db.health().writer_alive);
        let later: Result<u64, Error> = db.write_blocking(Queue::People, |tx| tx.execute(ADD, &[&"two", &1i64]));
        assert!(matches!(later, Err(Error::Closed)), "{later:?}");
        drop(db);
        let db = open(dir.path(), &clock, 7, Odds::default());
        let count: i64 =
            db.read_blocking::<_, Error>(Pool::Quick, |rx| rx.one("SELECT COUNT(*) FROM counter", &[], |row| row.get(0))).expect("reads");
        assert_eq!(count, kept);
    }
}
