//! Several processes and one mailbox.

use super::owner::{Owner, written};
use super::{Readers, kept, subjects, until_kept, until_read, way};
use candor_app::{App, Ids, mail};
use candor_store::{Error, Pool, Queue, mailbox};
use candor_testkit::{TestDb, app_test};
use std::sync::Arc;

app_test!(one_process_reads_a_mailbox_at_a_time_and_a_late_one_moves_nothing, |app| async move {
    let owner = Owner::new().await;
    let id = way(&app, &owner, |_| {}).await.id;
    let take = async || app.app.db.write(Queue::Machines, move |tx| mailbox::take(tx, id, 60_000)).await.unwrap();
    let first = take().await.unwrap();
    assert_eq!(take().await, None);
    app.clock.advance(60_001);
    let second = take().await.unwrap();
    let at = mailbox::Folder { validity: 1, kept: 9, settled: 9 };
    let note = async |lease| app.app.db.write(Queue::Machines, move |tx| mailbox::came_to(tx, lease, "INBOX", at)).await;
    assert!(matches!(note(first).await, Err(Error::LeaseLost)));
    assert_eq!(app.app.db.read(Pool::Quick, move |rx| mailbox::folder(rx, id, "INBOX")).await.unwrap(), None);
    note(second).await.unwrap();
    app.app.db.write(Queue::Machines, move |tx| mailbox::let_go(tx, second)).await.unwrap();
    assert!(take().await.is_some(), "whoever lets go is waited for by nobody");
});

#[test]
fn two_nodes_fetch_nothing_twice_and_one_goes_on_where_the_other_died() {
    candor_testkit::run(TestDb::postgres, async |app| {
        let (alice, mut owner) = (app.agent().await, Owner::new().await);
        let way = way(&app, &owner, |_| {}).await;
        let (db, _dir) = app.db().second_node();
        let clock = Arc::<candor_store::ManualClock>::clone(&app.clock);
        let other = App::new(db, app.app.config.clone(), Ids::seeded(clock.clone(), 5), clock);
        let first = Readers::start(&app);
        until_read(&app, way.id).await;
        let second = tokio::spawn(mail::imap::run(other.clone()));
        for number in 1..=5 {
            owner.receive("INBOX", &written(number)).await;
        }
        until_kept(&app, 5).await;
        drop(first);
        app.clock.advance(61_000);
        owner.receive("INBOX", &written(6)).await;
        until_kept(&app, 6).await;
        second.abort();
        drop(second.await);
        assert_eq!(subjects(&app, &alice).await.len(), 6);
        assert_eq!(kept(&app).await, 6);
        other.db.close();
    });
}
