//! `candor parked` and `candor events`, on data that nobody serves and through the server.

use crate::cli::{Desk, KEY, candor, done, run};
use crate::writing::begun;
use candor_store::testing::TestDb;
use candor_store::{Place, Queue, parked};
use candor_testkit::TestApp;
use serde_json::Value;
use std::process::Command;
use std::time::Duration;

/// A desk on which the outside feed failed on an event three times, and the event's conversation. Nothing serves it.
async fn failed(db: TestDb) -> (TestApp, String) {
    let app = TestApp::start(db).await;
    let (_, id) = begun(&app, "one").await;
    let stream: uuid::Uuid = id.parse().expect("an id");
    app.app
        .db
        .write(Queue::Reactor, move |tx| (0..3).try_for_each(|_| parked::fail(tx, "feed", stream, 2, "the disk was full").map(|_| ())))
        .await
        .expect("writes");
    app.settle().await;
    app.db().close();
    (app, id)
}

#[track_caller]
fn said(command: &mut Command, arguments: &[&str]) -> Value {
    serde_json::from_str(&done(&run(command, &[arguments, &["--json"]].concat()), 0)).expect("JSON")
}

fn story(db: TestDb) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let (app, id) = runtime.block_on(failed(db));
    let command = || {
        let mut command = candor(app.db().dir());
        match &app.db().place {
            Place::Sqlite { dir } => command.env("CANDOR_DATA", dir),
            Place::Postgres { url, .. } => command.env("CANDOR_DATABASE_URL", url),
        };
        command.env("CANDOR_MASTER_KEY", KEY);
        command
    };
    let items = said(&mut command(), &["parked", "list"])["items"].clone();
    assert_eq!((&items[0]["follower"], &items[0]["conversation"], &items[0]["seq"]), (&"feed".into(), &id.as_str().into(), &2.into()));
    let table = done(&run(&mut command(), &["parked", "list"]), 0);
    assert!(table.contains(&id) && table.contains("the disk was full"), "{table}");
    let epoch = |command: &mut Command| said(command, &["events", "new-epoch"])["epoch"].as_i64().expect("a number");
    let first = epoch(&mut command());

    let desk = Desk::start(&mut command());
    desk.until("the desk is open");
    let unknown = run(&mut command(), &["parked", "run", "nothing", &id]);
    done(&unknown, 1);
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("not found"), "there is no such part of the desk");
    assert_eq!(done(&run(&mut command(), &["parked", "run", "feed", &id]), 0), "1 events went well\n");
    assert_eq!(said(&mut command(), &["parked", "run", "feed", &id])["done"], 0);
    let second = epoch(&mut command());
    assert!(second > first, "{second} after {first}");
    desk.signal("TERM");
    assert!(desk.wait().success());

    assert_eq!(said(&mut command(), &["parked", "list"])["items"].as_array().map(Vec::len), Some(0));
    let words = done(&run(&mut command(), &["events", "new-epoch"]), 0);
    assert!(words.starts_with("the feed of events is in epoch "), "{words}");
    done(&run(&mut command(), &["audit", "verify"]), 0);
    done(&run(&mut command(), &["parked", "run", "feed", "no-id"]), 2);
    app.state.draining.cancel();
    runtime.shutdown_timeout(Duration::from_secs(5));
}

#[test]
fn what_failed_is_listed_and_run_again_and_an_epoch_begun_on_sqlite() {
    story(TestDb::sqlite());
}

#[test]
fn what_failed_is_listed_and_run_again_and_an_epoch_begun_on_postgres() {
    story(TestDb::postgres());
}
