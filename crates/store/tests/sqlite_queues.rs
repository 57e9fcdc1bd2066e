//! Queues: full ones refuse at once, and the reactor and machines get their share of a busy writer's time.

use candor_store::testing::TestDb;
use candor_store::{Db, Error, Queue};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

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

/// Two queues that are never empty, with equal commands; answers how many of each were served.
async fn compete(test: &TestDb, queues: [Queue; 2], time: Duration) -> [usize; 2] {
    let done = queues.map(|_| Arc::new(AtomicUsize::new(0)));
    let end = Instant::now() + time;
    let mut tasks = Vec::new();
    for (queue, done) in queues.into_iter().zip(&done) {
        for _ in 0..150 {
            let (db, done) = (test.db.clone(), Arc::clone(done));
            tasks.push(tokio::spawn(async move {
                while Instant::now() < end {
                    db.write(queue, busy).await.expect("runs");
                    if Instant::now() < end {
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                }
            }));
        }
    }
    for task in tasks {
        task.await.expect("ends");
    }
    done.map(|done| done.load(Ordering::Relaxed))
}

fn busy(_: &mut candor_store::Tx<'_>) -> Result<(), Error> {
    let until = Instant::now() + Duration::from_micros(300);
    while Instant::now() < until {
        std::hint::spin_loop();
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_takes_all_of_a_busy_writers_time() {
    let test = TestDb::sqlite();
    for (queue, wanted) in [(Queue::Reactor, 200.0 / 900.0), (Queue::Machines, 100.0 / 800.0)] {
        let [people, other] = compete(&test, [Queue::People, queue], Duration::from_millis(1500)).await;
        let share = other as f64 / (people + other) as f64;
        assert!((share - wanted).abs() < 0.06, "{queue:?} has {share:.2} of the time, not {wanted:.2}");
    }
}
