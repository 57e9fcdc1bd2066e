//! A full queue refuses at once and stops no other; what waits in one is done as if it came when its turn does.

mod group;

use candor_store::testing::{START, TestDb};
use candor_store::{Error, Query, Queue};
use group::hold;
use std::time::Duration;

#[tokio::test]
async fn a_full_queue_refuses_at_once_and_the_others_stay_open() {
    let test = TestDb::sqlite();
    let release = hold(&test.db);
    let mut waiting = Vec::new();
    let mut refused = None;
    for _ in 0..5000 {
        let db = test.db.clone();
        let mut write = Box::pin(async move { db.write::<_, Error>(Queue::Machines, |_| Ok(())).await });
        match std::future::poll_fn(|context| std::task::Poll::Ready(write.as_mut().poll(context))).await {
            std::task::Poll::Ready(result) => {
                refused = Some(result);
                break;
            }
            std::task::Poll::Pending => waiting.push(write),
        }
    }
    assert!(matches!(refused, Some(Err(Error::Full { retry_after })) if retry_after >= Duration::from_secs(1)));
    let person = tokio::spawn({
        let db = test.db.clone();
        async move { db.write::<_, Error>(Queue::People, |_| Ok(())).await }
    });
    drop(release);
    person.await.expect("ends").expect("people are served");
    for write in waiting {
        write.await.expect("who waited is served");
    }
}

#[tokio::test]
async fn a_command_that_waited_has_the_time_it_ran_at() {
    let test = TestDb::sqlite();
    let release = hold(&test.db);
    let db = test.db.clone();
    let waiting = tokio::spawn(async move { db.write::<_, Error>(Queue::People, |tx| Ok(tx.now())).await });
    while test.db.health().waiting[0] == 0 {
        tokio::task::yield_now().await;
    }
    test.clock.advance(60_000);
    drop(release);
    assert_eq!(waiting.await.expect("ends").expect("writes"), START + 60_000);
}
