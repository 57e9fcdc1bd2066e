//! A full queue refuses at once and stops no other.

use candor_store::testing::TestDb;
use candor_store::{Db, Error, Queue};
use std::sync::{Mutex, mpsc};
use std::time::Duration;

/// Holds the writer until the sender is dropped.
fn hold(db: &Db) -> mpsc::Sender<()> {
    let (release, released) = mpsc::channel::<()>();
    let (entered, inside) = mpsc::channel();
    let (db, released) = (db.clone(), Mutex::new(released));
    std::thread::spawn(move || {
        db.write_blocking::<_, Error>(Queue::People, move |_| {
            let _ = entered.send(());
            let _ = released.lock().expect("not poisoned").recv_timeout(Duration::from_secs(30));
            Ok(())
        })
    });
    inside.recv_timeout(Duration::from_secs(20)).expect("the writer is held");
    release
}

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
