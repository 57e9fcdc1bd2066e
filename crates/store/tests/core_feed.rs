//! The outside feed's numbers: gap-free and in order inside a stream, whoever numbers and whatever happens to them.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use candor_store::feed::{self, Lease};
use candor_store::testing::TestDb;
use candor_store::{Error, Fault, Pool, Query, Queue, Tx, db_test};
use uuid::Uuid;

const LEASE_MS: i64 = 5_000;

async fn act<T: Send + 'static>(db: &TestDb, act: impl Fn(&mut Tx<'_>) -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    db.write(Queue::Machines, act).await
}

async fn put(db: &TestDb, stream: u128, seq: i64, upto: i64) {
    act(db, move |tx| feed::put(tx, Uuid::from_u128(stream), seq, upto)).await.unwrap();
}

async fn lease(db: &TestDb) -> Option<Lease> {
    act(db, |tx| feed::lease(tx, LEASE_MS)).await.unwrap()
}

/// Numbers until a whole round finds nothing.
async fn number(db: &TestDb, lease: Lease) -> Result<(), Error> {
    let mut after = Uuid::nil();
    loop {
        let from = after;
        let done = act(db, move |tx| feed::number(tx, lease, from, LEASE_MS)).await?;
        if done.end && done.events == 0 && after.is_nil() {
            return Ok(());
        }
        assert!(done.events <= 500, "never more than 500 at once");
        after = if done.end { Uuid::nil() } else { done.after };
    }
}

/// Every piece that has a number: stream, first event, number of events, number.
async fn numbered(db: &TestDb) -> Vec<(u128, i64, i64, i64)> {
    const ALL: &str = "SELECT stream_id, seq, upto, number FROM outbox WHERE number IS NOT NULL ORDER BY number";
    db.read(Pool::Quick, |rx| {
        rx.list(ALL, &[], |row| {
            let (stream, seq, upto): (Uuid, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok((stream.as_u128(), seq, upto - seq + 1, row.get(3)?))
        })
    })
    .await
    .unwrap()
}

/// Fails unless the numbers are 1, 2, 3 … and each stream's events come in order, from its first.
fn check(pieces: &[(u128, i64, i64, i64)], events: i64) {
    let mut next = 1;
    let mut reached = std::collections::BTreeMap::new();
    for (stream, seq, count, number) in pieces {
        assert_eq!(*number, next, "a gap, or a number given twice");
        next += count;
        let come_to = reached.entry(*stream).or_insert(0);
        assert_eq!(*seq, *come_to + 1, "out of order in stream {stream}");
        *come_to += count;
    }
    assert_eq!(next - 1, events);
}

db_test!(a_worker_that_dies_leaves_no_gap_and_comes_too_late_afterwards, |db| async move {
    for stream in 1..=5 {
        put(&db, stream, 1, 2).await;
    }
    let first = lease(&db).await.unwrap();
    assert_eq!(lease(&db).await, None, "somebody numbers");
    number(&db, first).await.unwrap();
    put(&db, 3, 3, 3).await;
    // It dies here; the next one waits for the end of the lease.
    assert_eq!(lease(&db).await, None);
    db.clock.advance(LEASE_MS);
    let second = lease(&db).await.unwrap();
    assert!(matches!(number(&db, first).await, Err(Error::LeaseLost)), "the dead one comes back and changes nothing");
    number(&db, second).await.unwrap();
    check(&numbered(&db).await, 11);
});

db_test!(a_command_that_fails_half_way_leaves_no_gap, |db| async move {
    for stream in 1..=30 {
        put(&db, stream, 1, 1).await;
    }
    let held = lease(&db).await.unwrap();
    for nth in 1..=20 {
        db.fail(nth, Fault::Statement);
        let failed = act(&db, move |tx| feed::number(tx, held, Uuid::nil(), LEASE_MS)).await;
        assert!(failed.is_err(), "the statement {nth} failed");
        assert!(numbered(&db).await.is_empty());
    }
    number(&db, held).await.unwrap();
    check(&numbered(&db).await, 30);
});

db_test!(a_long_stream_is_numbered_in_order_and_lets_others_through, |db| async move {
    // 20 pieces of 100 events, more than one command takes, before the streams of others.
    for piece in 0..20 {
        put(&db, 1, piece * 100 + 1, piece * 100 + 100).await;
    }
    for stream in 2..=4 {
        put(&db, stream, 1, 1).await;
    }
    let held = lease(&db).await.unwrap();
    let first = act(&db, move |tx| feed::number(tx, held, Uuid::nil(), LEASE_MS)).await.unwrap();
    assert_eq!((first.events, first.end), (500, false));
    let second = act(&db, move |tx| feed::number(tx, held, first.after, LEASE_MS)).await.unwrap();
    assert_eq!((second.events, second.end), (3, true), "the others do not wait for the whole of it");
    number(&db, held).await.unwrap();
    check(&numbered(&db).await, 2003);
});

db_test!(a_restore_never_gives_an_epoch_twice, |db| async move {
    let before = db.read::<_, Error>(Pool::Quick, |rx| feed::get(rx)).await.unwrap();
    let first = act(&db, feed::begin_epoch).await.unwrap();
    let second = act(&db, feed::begin_epoch).await.unwrap();
    assert!(before.epoch < first && first < second);
    // The copy is put in place once more, and time has passed.
    act(&db, move |tx| tx.execute("UPDATE feed SET epoch = $1 WHERE id = 1", &[&before.epoch])).await.unwrap();
    db.clock.advance(1_000);
    assert!(act(&db, feed::begin_epoch).await.unwrap() > second);
});

#[test]
fn two_nodes_number_one_feed() {
    candor_store::testing::run(TestDb::postgres(), |db| async move {
        let (other, _dir) = db.second_node();
        for stream in 1..=200 {
            put(&db, stream, 1, 1).await;
        }
        let mine = lease(&db).await.unwrap();
        let theirs: Option<Lease> = other.write(Queue::Machines, |tx| feed::lease(tx, LEASE_MS)).await.unwrap();
        assert_eq!(theirs, None);
        number(&db, mine).await.unwrap();
        act(&db, move |tx| feed::let_go(tx, mine)).await.unwrap();
        put(&db, 1, 2, 3).await;
        let theirs = other.write(Queue::Machines, |tx| feed::lease(tx, LEASE_MS)).await.unwrap().unwrap();
        other.write(Queue::Machines, move |tx| feed::number(tx, theirs, Uuid::nil(), LEASE_MS)).await.unwrap();
        check(&numbered(&db).await, 202);
        other.close();
    });
}
