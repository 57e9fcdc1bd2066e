//! Eight commands in one group of the SQLite writer, for tests of what happens when something in it fails.
#![allow(dead_code, unreachable_pub, clippy::allow_attributes, reason = "shared by test files, each of which uses its part")]

use candor_store::{Db, Error, Query, Queue};
use std::sync::mpsc;
use std::time::Duration;

pub const ADD: &str = "INSERT INTO counter (name, value) VALUES ($1, $2)";
pub const COMMANDS: usize = 8;

/// What each of the commands does: this many rows, named after the round, the command and the row; then one index word.
#[derive(Clone, Copy, Default)]
pub struct Round {
    pub number: u32,
    pub rows: u32,
    /// The command and the row after which it panics.
    pub panics: Option<(usize, u32)>,
}

/// Holds the writer until the returned sender is dropped, so that what is sent meanwhile runs as one group. It refuses in the end:
/// the first commit, which a test may have ordered to fail, is the group's.
pub fn hold(db: &Db) -> mpsc::Sender<()> {
    let (release, released) = mpsc::channel::<()>();
    let (entered, inside) = mpsc::channel();
    let released = std::sync::Mutex::new(released);
    let db = db.clone();
    std::thread::spawn(move || {
        db.write_blocking::<(), Error>(Queue::People, move |_| {
            let _ = entered.send(());
            let _ = released.lock().expect("not poisoned").recv_timeout(Duration::from_secs(20));
            Err(Error::NotFound)
        })
    });
    inside.recv_timeout(Duration::from_secs(20)).expect("the writer is held");
    release
}

/// Runs the commands together, and answers what each was answered.
pub async fn run(db: &Db, round: Round) -> Vec<Result<(), Error>> {
    let release = hold(db);
    let mut tasks = Vec::new();
    for n in 0..COMMANDS {
        let task_db = db.clone();
        tasks.push(tokio::spawn(async move { task_db.write(Queue::People, move |tx| one(tx, round, n)).await }));
        while db.health().waiting[0] <= n {
            tokio::task::yield_now().await;
        }
    }
    drop(release);
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.expect("the task ends"));
    }
    results
}

pub fn one(tx: &mut candor_store::Tx<'_>, round: Round, n: usize) -> Result<(), Error> {
    for row in 0..round.rows {
        tx.execute(ADD, &[&format!("{}-{n}-{row}", round.number), &i64::from(row)])?;
        assert!(round.panics != Some((n, row)), "as the test wants");
    }
    let doc = i64::from(round.number) * COMMANDS as i64 + n as i64;
    tx.index(doc, vec![tx.mark("word")]);
    Ok(())
}
