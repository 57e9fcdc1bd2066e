//! A damaged text index stops no message, and is made anew.

use candor_store::testing::TestDb;
use candor_store::{Error, Pool, Queue, search};
use std::time::{Duration, Instant};
use uuid::Uuid;

const MESSAGE: &str = "INSERT INTO message (id, conversation_id, seq, doc, kind, author_kind, files, mentions, at, late)
    VALUES ($1, $1, 1, $2, 'text', 'visitor', '', '', 0, FALSE)";

async fn say(db: &TestDb, n: u128) -> i64 {
    let (doc, mark) = (db.new_doc(), db.mark("hello"));
    db.write::<_, Error>(Queue::People, move |tx| {
        tx.execute(MESSAGE, &[&Uuid::from_u128(n), &doc])?;
        tx.index(doc, vec![mark.clone()]);
        Ok(())
    })
    .await
    .expect("a message always goes");
    doc
}

async fn find(db: &TestDb) -> Result<Vec<i64>, Error> {
    let mark = db.mark("hello");
    db.read(Pool::Quick, move |rx| rx.search_docs(&[mark], &[], None, 10)).await
}

async fn waiting(db: &TestDb) -> Vec<i64> {
    db.read::<_, Error>(Pool::Quick, |rx| search::waiting(rx, 10)).await.expect("reads")
}

async fn until(what: &str, holds: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(10);
    while !holds() {
        assert!(Instant::now() < end, "{what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_damaged_index_stops_no_message_and_is_made_anew() {
    let db = TestDb::sqlite();
    let first = say(&db, 1).await;
    assert_eq!(find(&db).await.expect("finds"), [first]);
    db.write::<_, Error>(Queue::People, |tx| tx.execute("UPDATE search_doc_data SET block = x'00'", &[])).await.expect("damages");
    let second = say(&db, 2).await;
    let third = say(&db, 3).await;
    assert!(db.health().search_broken);
    assert_eq!(waiting(&db).await, [third, second]);
    db.write::<_, Error>(Queue::Machines, search::start_again).await.expect("makes it anew");
    assert!(!db.health().search_broken);
    until("search says that it is not complete", || db.health().search_rebuilding).await;
    assert_eq!(waiting(&db).await, [third, second, first]);
    for doc in waiting(&db).await {
        let mark = db.mark("hello");
        db.write::<_, Error>(Queue::Machines, move |tx| {
            tx.index(doc, vec![mark.clone()]);
            search::caught_up(tx, doc)
        })
        .await
        .expect("indexes");
    }
    assert_eq!(find(&db).await.expect("finds"), [third, second, first]);
    until("search is complete", || !db.health().search_rebuilding).await;
}
