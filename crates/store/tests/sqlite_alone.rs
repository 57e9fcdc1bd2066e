//! A command that is alone runs where it is asked for, as does a glance; what is not alone, or not quick, has the store's threads.

use candor_store::testing::TestDb;
use candor_store::{Db, Error, Pool, Query, Queue};
use std::sync::{Mutex, mpsc};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

const ADD: &str = "INSERT INTO counter (name, value) VALUES ($1, $2)";
const COUNT: &str = "SELECT COUNT(*) FROM counter";
const PATIENCE: Duration = Duration::from_secs(20);
/// Longer than what is quick.
const LONG: Duration = Duration::from_millis(3);

fn work_for(time: Duration) {
    let began = Instant::now();
    while began.elapsed() < time {
        std::hint::spin_loop();
    }
}

async fn thread_of_command(db: &Db, queue: Queue, takes: Duration) -> ThreadId {
    let run = move |tx: &mut candor_store::Tx<'_>| {
        work_for(takes);
        tx.execute(ADD, &[&format!("{:?}", uuid::Uuid::new_v4()), &1i64])?;
        Ok(thread::current().id())
    };
    db.write::<_, Error>(queue, run).await.expect("writes")
}

async fn thread_of_glance(db: &Db, takes: Duration) -> ThreadId {
    let read = move |rx: &mut candor_store::Rx<'_>| {
        work_for(takes);
        rx.one::<i64>(COUNT, &[], |row| row.get(0))?;
        Ok(thread::current().id())
    };
    db.glance::<_, Error>(read).await.expect("reads")
}

#[tokio::test]
async fn a_lone_command_of_a_person_runs_where_it_is_asked_for() {
    let test = TestDb::sqlite();
    assert_eq!(thread_of_command(&test.db, Queue::People, Duration::ZERO).await, thread::current().id());
}

#[tokio::test]
async fn commands_of_machines_and_those_after_a_slow_one_run_on_the_stores_thread() {
    let test = TestDb::sqlite();
    for queue in [Queue::Reactor, Queue::Machines] {
        assert_ne!(thread_of_command(&test.db, queue, Duration::ZERO).await, thread::current().id(), "{queue:?}");
    }
    thread_of_command(&test.db, Queue::People, LONG).await;
    assert_ne!(thread_of_command(&test.db, Queue::People, Duration::ZERO).await, thread::current().id());
}

#[test]
fn a_store_that_closes_finishes_the_lone_command_that_is_under_way() {
    let test = TestDb::sqlite();
    let (entered, inside) = mpsc::channel();
    let (go_on, wait) = mpsc::channel::<()>();
    let (db, wait) = (test.db.clone(), Mutex::new(wait));
    let writing = thread::spawn(move || {
        db.write_blocking::<_, Error>(Queue::People, move |tx| {
            let _ = entered.send(thread::current().id());
            let _ = wait.lock().expect("not poisoned").recv_timeout(PATIENCE);
            tx.execute(ADD, &[&"kept", &1i64])
        })
    });
    assert_eq!(inside.recv_timeout(PATIENCE), Ok(writing.thread().id()), "the test is of a lone command");
    let closing = thread::spawn({
        let db = test.db.clone();
        move || db.close()
    });
    while !matches!(test.db.read_blocking::<_, Error>(Pool::Quick, |_| Ok(())), Err(Error::Closed)) {
        thread::yield_now();
    }
    drop(go_on);
    writing.join().expect("ends").expect("what was begun is committed");
    closing.join().expect("closes");
    let file = rusqlite::Connection::open(test.dir().join("candor.db")).expect("opens");
    assert_eq!(file.query_row(COUNT, [], |row| row.get::<_, i64>(0)).expect("reads"), 1);
}

#[tokio::test]
async fn a_glance_is_answered_where_it_is_asked_and_another_beside_it_by_a_thread() {
    let test = TestDb::sqlite();
    assert_eq!(thread_of_glance(&test.db, Duration::ZERO).await, thread::current().id());
    let within = test.db.clone();
    let beside = test
        .db
        .glance::<_, Error>(move |_| {
            let asked = thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
                (runtime.block_on(thread_of_glance(&within, Duration::ZERO)), thread::current().id())
            });
            Ok(asked.join().expect("is answered"))
        })
        .await
        .expect("reads");
    assert_ne!(beside.0, beside.1, "two at once on one connection");
}

#[tokio::test]
async fn after_a_slow_glance_a_thread_is_asked_and_a_glance_sees_what_was_written() {
    let test = TestDb::sqlite();
    thread_of_command(&test.db, Queue::People, Duration::ZERO).await;
    let count = |rx: &mut candor_store::Rx<'_>| rx.one::<i64>(COUNT, &[], |row| row.get(0));
    assert_eq!(test.db.glance::<_, Error>(count).await.expect("reads"), 1);
    thread_of_glance(&test.db, LONG).await;
    assert_ne!(thread_of_glance(&test.db, Duration::ZERO).await, thread::current().id());
    assert_eq!(test.db.read::<_, Error>(Pool::Quick, count).await.expect("reads"), 1);
}

#[tokio::test]
async fn a_closed_store_answers_no_glance() {
    let test = TestDb::sqlite();
    test.db.close();
    let asked = test.db.glance::<(), Error>(|_| Ok(())).await;
    assert!(matches!(asked, Err(Error::Closed)), "{asked:?}");
}
