//! The group-committing writer: who is answered, when, and who is undone.

mod group;

use candor_store::testing::TestDb;
use candor_store::{Db, Error, Fault, Note, Pool, Query, Queue, Tx, search};
use group::{ADD, Round};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

const COUNT: &str = "SELECT COUNT(*) FROM counter";
const NAMES: &str = "SELECT name FROM counter ORDER BY name";

async fn names(db: &Db) -> Vec<String> {
    db.read(Pool::Quick, |rx| rx.list(NAMES, &[], |row| row.get(0))).await.expect("reads")
}

/// Three rows a command; the second of `wrong` is its last.
async fn group_of_eight(db: &Db, wrong: Option<usize>) -> Vec<Result<(), Error>> {
    group::run(db, Round { number: 0, rows: 3, panics: wrong.map(|n| (n, 1)) }).await
}

#[tokio::test]
async fn a_command_is_answered_after_its_commit() {
    let test = TestDb::sqlite();
    let mut notes = test.db.notes();
    let id = uuid::Uuid::from_u128(7);
    test.db
        .write::<_, Error>(Queue::People, move |tx| {
            tx.execute(ADD, &[&"one", &1i64])?;
            tx.wake(id, 4);
            Ok(())
        })
        .await
        .expect("writes");
    assert_eq!(names(&test.db).await, ["one"]);
    assert_eq!(notes.recv().await, Ok(Note::Wake { stream: id, seq: 4 }));
}

#[tokio::test]
async fn a_refused_command_leaves_nothing_and_its_neighbours_stay() {
    let test = TestDb::sqlite();
    let results = group_of_eight(&test.db, Some(3)).await;
    for (n, result) in results.iter().enumerate() {
        assert_eq!(result.is_ok(), n != 3, "{result:?}");
    }
    assert!(matches!(results[3], Err(Error::Panicked(_))));
    let names = names(&test.db).await;
    assert_eq!(names.len(), 21);
    assert!(names.iter().all(|name| !name.starts_with("0-3")));
}

#[tokio::test]
async fn the_nth_statement_fails_and_only_its_command_is_lost() {
    for fault in [Fault::Statement, Fault::Transaction] {
        for nth in 1..=36 {
            let test = TestDb::sqlite();
            test.db.fail(nth, fault);
            let results = group_of_eight(&test.db, None).await;
            test.db.fail(0, fault);
            let kept: Vec<String> = (0..8).filter(|n| results[*n].is_ok()).map(|n| format!("0-{n}")).collect();
            // 24 row statements, then the index words, for which nobody is refused. (A busy machine may make two groups of one.)
            let least = if nth <= 24 { 7..=7 } else { 7..=8 };
            assert!(least.contains(&kept.len()), "{fault:?} at {nth}: {results:?}");
            let found = names(&test.db).await;
            assert_eq!(found.len(), kept.len() * 3);
            assert!(found.iter().all(|name| kept.iter().any(|kept| name.starts_with(kept.as_str()))));
            let word = test.db.mark("word");
            let indexed = test.db.read::<_, Error>(Pool::Quick, |rx| rx.search_docs(&[word], &[], None, 10)).await;
            let later = test.db.read::<_, Error>(Pool::Quick, |rx| search::waiting(rx, 10)).await.expect("reads");
            assert_eq!(indexed.expect("searches").len() + later.len(), kept.len(), "{fault:?} at {nth}");
            let failed_words = 25..=32;
            assert!(failed_words.contains(&nth) || later.is_empty(), "{fault:?} at {nth}: {later:?}");
        }
    }
}

#[tokio::test]
async fn a_failed_commit_acknowledges_nobody() {
    let test = TestDb::sqlite();
    let mut notes = test.db.notes();
    test.db.fail(1, Fault::Commit);
    let results = group_of_eight(&test.db, None).await;
    assert!(results.iter().all(|result| matches!(result, Err(Error::OutcomeUnknown))), "{results:?}");
    assert!(names(&test.db).await.is_empty());
    assert!(notes.try_recv().is_err());
    assert!(group_of_eight(&test.db, None).await.iter().all(Result::is_ok));
}

#[tokio::test]
async fn a_swallowed_failure_still_refuses_the_command() {
    let test = TestDb::sqlite();
    let result = test
        .db
        .write::<_, Error>(Queue::People, |tx| {
            tx.execute(ADD, &[&"kept?", &1i64])?;
            let twice = tx.execute(ADD, &[&"kept?", &2i64]);
            assert!(twice.is_err_and(|error| error.is_unique("counter", "name")));
            Ok(())
        })
        .await;
    assert!(matches!(result, Err(Error::Spoiled)), "{result:?}");
    assert!(names(&test.db).await.is_empty());
}

#[tokio::test]
async fn a_part_in_a_savepoint_may_fail_alone() {
    let test = TestDb::sqlite();
    test.db
        .write::<_, Error>(Queue::People, |tx| {
            tx.execute(ADD, &[&"before", &1i64])?;
            let part = tx.savepoint::<(), Error>(|tx| {
                tx.execute(ADD, &[&"inside", &1i64])?;
                tx.execute(ADD, &[&"before", &1i64])?;
                Ok(())
            });
            assert!(part.is_err());
            tx.execute(ADD, &[&"after", &1i64])?;
            Ok(())
        })
        .await
        .expect("the rest stays");
    assert_eq!(names(&test.db).await, ["after", "before"]);
}

#[tokio::test]
async fn the_disk_is_full_for_one_command_and_the_next_ones_go_on() {
    let test = TestDb::sqlite();
    let before: i64 = test.db.read(Pool::Quick, |rx| rx.one::<i64>(COUNT, &[], |row| row.get(0))).await.expect("reads");
    assert_eq!(before, 0);
    let full: Result<(), Error> = test
        .db
        .write(Queue::People, |tx| {
            tx.one("PRAGMA max_page_count = 1", &[], |_| Ok(()))?;
            let big = "x".repeat(1_000_000);
            tx.execute(ADD, &[&big, &1i64])?;
            Ok(())
        })
        .await;
    assert!(matches!(full, Err(Error::Unavailable(_))), "{full:?}");
    test.db
        .write::<_, Error>(Queue::People, |tx| {
            tx.one("PRAGMA max_page_count = 1000000", &[], |_| Ok(()))?;
            tx.execute(ADD, &[&"room again", &1i64])
        })
        .await
        .expect("recovers without a restart");
    assert_eq!(names(&test.db).await, ["room again"]);
}

#[tokio::test]
async fn a_query_is_stopped_at_its_deadline_and_the_reader_goes_on() {
    let test = TestDb::sqlite();
    let endless = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT COUNT(*) FROM n";
    let stopped: Result<i64, Error> = test.db.read(Pool::Quick, |rx| rx.one(endless, &[], |row| row.get(0))).await;
    assert!(matches!(stopped, Err(Error::Deadline)), "{stopped:?}");
    assert!(names(&test.db).await.is_empty());
}

#[tokio::test]
async fn a_clean_stop_leaves_everything_in_the_one_file() {
    let test = TestDb::sqlite();
    assert!(group_of_eight(&test.db, None).await.iter().all(Result::is_ok));
    let log = test.dir().join("candor.db-wal");
    assert!(log.metadata().expect("a log").len() > 0);
    test.db.close();
    assert!(!log.exists() || log.metadata().expect("a file").len() == 0, "the log was left behind");
    let alone = tempfile::tempdir().expect("a directory");
    let copy = alone.path().join("copy.db");
    std::fs::copy(test.dir().join("candor.db"), &copy).expect("copies");
    let copy = rusqlite::Connection::open(copy).expect("opens");
    let kept: i64 = copy.query_row(COUNT, [], |row| row.get(0)).expect("reads");
    assert_eq!(kept, 24);
}

/// How often each of three commands of one group ran: the second refuses, before or after it has written.
async fn runs_beside(refuse_after_writing: bool) -> (TestDb, [u32; 3]) {
    let test = TestDb::sqlite();
    let release = group::hold(&test.db);
    let runs = Arc::new([const { AtomicU32::new(0) }; 3]);
    let mut tasks = Vec::new();
    for n in 0..3 {
        let (db, runs) = (test.db.clone(), Arc::clone(&runs));
        tasks.push(tokio::spawn(async move {
            let run = move |tx: &mut Tx<'_>| {
                runs[n].fetch_add(1, Ordering::SeqCst);
                if n != 1 || refuse_after_writing {
                    tx.execute(ADD, &[&format!("{n}"), &1i64])?;
                }
                if n == 1 { Err(Error::NotFound) } else { Ok(()) }
            };
            db.write::<(), Error>(Queue::People, run).await
        }));
        while test.db.health().waiting[0] <= n {
            tokio::task::yield_now().await;
        }
    }
    drop(release);
    for (n, task) in tasks.into_iter().enumerate() {
        assert_eq!(task.await.expect("ends").is_ok(), n != 1);
    }
    let runs = [0, 1, 2].map(|n: usize| runs[n].load(Ordering::SeqCst));
    (test, runs)
}

#[tokio::test]
async fn neighbours_run_again_only_beside_one_that_fails_after_it_has_written() {
    for (writes, wanted) in [(false, [1, 1, 1]), (true, [2, 1, 1])] {
        let (test, runs) = runs_beside(writes).await;
        assert_eq!(names(&test.db).await, ["0", "2"]);
        assert_eq!(runs, wanted, "the second has written: {writes}");
    }
}
