//! Mail whose reading ended with the process.

use super::{MAIL, cases, mail_inbox, pipe};
use candor_app::mail::{self, QUEUE};
use candor_domain::actor::Actor;
use candor_domain::id::InboundId;
use candor_store::Queue;
use candor_store::job::{self, Job};
use candor_testkit::{TestApp, app_test};
use std::time::Duration;

const LEASE: i64 = 6_000;

/// A mail that was kept, and is not read yet.
async fn kept(app: &TestApp) -> InboundId {
    let place = mail_inbox(app, "Mail").await;
    let pipe = pipe(app, place.id).await;
    let body = futures_util::stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from_static(MAIL.as_bytes()))]);
    mail::keep(&app.app, &pipe, &mail::Envelope::default(), 1 << 20, body).await.unwrap().id
}

/// A worker takes it, and is gone before it has done anything.
async fn taken(app: &TestApp) -> Job {
    let claimed = app.app.db.write(Queue::Machines, |tx| job::claim(tx, QUEUE, LEASE, 8)).await.unwrap();
    app.clock.advance(LEASE + 1);
    claimed.into_iter().next().expect("the mail waits")
}

app_test!(a_mail_that_only_stood_by_when_the_process_ended_becomes_a_message, |app| async move {
    let alice = app.agent().await;
    kept(&app).await;
    for _ in 0..9 {
        taken(&app).await;
    }
    app.settle().await;
    assert_eq!(cases(&alice).await.len(), 1);
});

app_test!(a_mail_that_ended_the_process_each_time_it_was_read_alone_waits_for_a_person, |app| async move {
    let alice = app.agent().await;
    let id = kept(&app).await;
    let begun = taken(&app).await;
    let (until, noted) = (app.app.now(), format!("{id} 5"));
    app.app.db.write(Queue::Machines, move |tx| job::go_on(tx, &begun, until, &noted)).await.unwrap();
    app.pass(Duration::from_secs(60)).await;
    let by = Actor::machine("test");
    let failed = mail::failed(&app.app, &by).await.unwrap();
    let [one] = failed.as_slice() else { panic!("one mail: {failed:?}") };
    assert!(one.id == id && one.problem == mail::unread::ENDED_PROCESS, "{one:?}");
    assert!(cases(&alice).await.is_empty());
    mail::again(&app.app, &by, id).await.unwrap();
    app.settle().await;
    assert_eq!(cases(&alice).await.len(), 1, "whoever lets it be read again is taken at their word");
});
