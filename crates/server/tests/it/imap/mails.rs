//! What is read of a mailbox, and what becomes of it there.

use super::owner::{Owner, written};
use super::{Readers, kept, reading, subjects, until, until_kept, until_read, way};
use candor_app::mail;
use candor_domain::actor::Actor;
use candor_domain::channel::{Afterwards, Mailbox};
use candor_store::{Pool, mailbox};
use candor_testkit::app_test;

app_test!(new_mail_is_a_case_as_soon_as_its_server_tells_of_it, |app| async move {
    let (alice, mut owner) = (app.agent().await, Owner::new().await);
    let way = way(&app, &owner, |_| {}).await;
    let _readers = Readers::start(&app);
    until_read(&app, way.id).await;
    for number in 1..=3 {
        owner.receive("INBOX", &written(number)).await;
        until_kept(&app, number.into()).await;
    }
    assert_eq!(subjects(&app, &alice).await, ["Deposit 1", "Deposit 2", "Deposit 3"]);
    until("they are marked as read", async || owner.found("INBOX", "SEEN").await == 3).await;
    assert_eq!(reading(&app, way.id).await.problem, None);
});

app_test!(what_came_while_nobody_read_is_kept_afterwards_and_nothing_twice, |app| async move {
    let mut owner = Owner::new().await;
    way(&app, &owner, |_| {}).await;
    owner.receive("INBOX", &written(1)).await;
    let readers = Readers::start(&app);
    until_kept(&app, 1).await;
    drop(readers);
    for number in 2..=60 {
        owner.receive("INBOX", &written(number)).await;
    }
    app.clock.advance(7 * 24 * 3_600_000);
    let _readers = Readers::start(&app);
    until("all are marked as read", async || owner.found("INBOX", "SEEN").await == 60).await;
    assert_eq!(kept(&app).await, 60);
    assert_eq!(subjects(&app, &app.agent().await).await.len(), 60);
});

app_test!(a_folder_that_was_made_anew_is_read_from_its_beginning_and_doubles_nothing, |app| async move {
    let (alice, mut owner) = (app.agent().await, Owner::new().await);
    owner.ask("CREATE Work").await;
    let way = way(&app, &owner, |read| (read.folders, read.afterwards) = (vec!["Work".to_owned()], Afterwards::Leave)).await;
    for number in 1..=3 {
        owner.receive("Work", &written(number)).await;
    }
    let readers = Readers::start(&app);
    until_read(&app, way.id).await;
    drop(readers);
    let cursor = async || {
        let read = app.app.db.read(Pool::Quick, move |rx| mailbox::folder(rx, way.id, "Work")).await;
        read.unwrap().unwrap()
    };
    let before = cursor().await;
    assert_eq!((before.kept, before.settled), (3, 3));
    owner.ask("DELETE Work").await;
    owner.ask("CREATE Work").await;
    for number in 2..=4 {
        owner.receive("Work", &written(number)).await;
    }
    let _readers = Readers::start(&app);
    until("it is read under its new numbers", async || {
        let now = cursor().await;
        now.validity != before.validity && now.kept == 3
    })
    .await;
    assert_eq!(kept(&app).await, 4, "two were known");
    assert_eq!(subjects(&app, &alice).await.len(), 4);
    assert_eq!(owner.found("Work", "SEEN").await, 0, "it is left as it is");
});

app_test!(a_mail_that_was_kept_when_its_reader_died_is_not_doubled_and_its_server_hears_of_it, |app| async move {
    let (alice, mut owner) = (app.agent().await, Owner::new().await);
    let way = way(&app, &owner, |_| {}).await;
    owner.receive("INBOX", &written(1)).await;
    // The reader that died had come so far: kept, and nothing else.
    let body = futures_util::stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from(written(1)))]);
    mail::keep(&app.app, &way, &mail::Envelope::default(), 1 << 20, body).await.unwrap();
    let _readers = Readers::start(&app);
    until("it is marked as read", async || owner.found("INBOX", "SEEN").await == 1).await;
    assert_eq!(kept(&app).await, 1);
    assert_eq!(subjects(&app, &alice).await, ["Deposit 1"]);
});

app_test!(mail_is_moved_afterwards_and_a_server_that_refuses_holds_up_no_mail, |app| async move {
    let (alice, mut owner) = (app.agent().await, Owner::new().await);
    let to = |read: &mut Mailbox| (read.afterwards, read.move_to) = (Afterwards::Move, Some("已处理".to_owned()));
    let way = way(&app, &owner, to).await;
    owner.receive("INBOX", &written(1)).await;
    let readers = Readers::start(&app);
    until("the refusal is told", async || reading(&app, way.id).await.problem.is_some_and(|words| words.starts_with("INBOX: "))).await;
    owner.receive("INBOX", &written(2)).await;
    until_kept(&app, 2).await;
    assert_eq!(owner.found("INBOX", "ALL").await, 2, "nothing was moved");
    drop(readers);
    owner.ask("CREATE &XfJZBHQG-").await;
    owner.receive("INBOX", &written(3)).await;
    let _readers = Readers::start(&app);
    until("all are moved", async || owner.found("&XfJZBHQG-", "ALL").await == 3).await;
    assert_eq!(owner.found("INBOX", "ALL").await, 0);
    until("the problem is over", async || reading(&app, way.id).await.problem.is_none()).await;
    assert_eq!(subjects(&app, &alice).await.len(), 3);
    assert_eq!(kept(&app).await, 3);
});

app_test!(several_folders_are_read_and_one_that_is_not_there_holds_up_no_other, |app| async move {
    let (alice, mut owner) = (app.agent().await, Owner::new().await);
    // 客服 as IMAP writes it.
    owner.ask("CREATE &W6JnDQ-").await;
    let names = ["INBOX", "Gone", "客服"].map(str::to_owned).to_vec();
    let way = way(&app, &owner, |read| read.folders = names).await;
    owner.receive("INBOX", &written(1)).await;
    owner.receive("&W6JnDQ-", &written(2)).await;
    let _readers = Readers::start(&app);
    until_kept(&app, 2).await;
    assert_eq!(subjects(&app, &alice).await, ["Deposit 1", "Deposit 2"]);
    until("the one that is gone is named", async || reading(&app, way.id).await.problem.is_some_and(|words| words.starts_with("Gone: ")))
        .await;
    owner.receive("INBOX", &written(3)).await;
    until_kept(&app, 3).await;
});

app_test!(a_mail_that_is_too_large_is_shown_and_the_next_one_is_read, |app| async move {
    let (alice, by, mut owner) = (app.agent().await, Actor::machine("test"), Owner::new().await);
    let way = way(&app, &owner, |_| {}).await;
    let mut large = b"From: Ann <ann@example.net>\r\nSubject: Pictures\r\n\r\n".to_vec();
    large.resize(usize::try_from(mail::MAX_BYTES).unwrap() + 1, b'x');
    owner.receive("INBOX", &large).await;
    owner.receive("INBOX", &written(2)).await;
    let _readers = Readers::start(&app);
    until_read(&app, way.id).await;
    assert_eq!(subjects(&app, &alice).await, ["Deposit 2"]);
    let failed = mail::failed(&app.app, &by).await.unwrap();
    assert_eq!(failed.len(), 1);
    assert!(failed[0].problem.contains("40 MB"), "{:?}", failed[0]);
    mail::again(&app.app, &by, failed[0].id).await.unwrap();
    assert_eq!(subjects(&app, &alice).await, ["Deposit 2", "Pictures"], "its head can be a case");
});

app_test!(mail_from_before_the_desk_is_left_alone_where_that_is_wanted, |app| async move {
    let (alice, mut owner) = (app.agent().await, Owner::new().await);
    let way = way(&app, &owner, |read| read.since = Some(1_735_689_600_000)).await;
    owner.receive_at("INBOX", "\" 1-Feb-2020 10:00:00 +0000\" ", &written(1)).await;
    owner.receive("INBOX", &written(2)).await;
    let _readers = Readers::start(&app);
    until_read(&app, way.id).await;
    assert_eq!(subjects(&app, &alice).await, ["Deposit 2"]);
    assert_eq!(owner.found("INBOX", "UNSEEN").await, 1, "the old one is as it was");
});
