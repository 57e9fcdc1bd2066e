//! Mail handed over by another server: kept before it is acknowledged, once, and a case afterwards.

use super::peer::{Peer, listen};
use super::{MAIL, cases, mailbox};
use candor_app::channel::{self, Patch};
use candor_app::{inbox, mail};
use candor_domain::actor::Actor;
use candor_testkit::app_test;
use std::time::Duration;

app_test!(a_mail_that_was_taken_is_a_case_with_its_new_words_in_front, |app| async move {
    let alice = app.agent().await;
    mailbox(&app).await;
    let mut peer = Peer::greeted(listen(&app, false).await).await;
    peer.hand_over(MAIL, "250 2.0.0 kept as ").await;
    peer.ask("QUIT", "221").await;
    assert!(cases(&alice).await.is_empty(), "kept, and not read yet");
    app.settle().await;
    let found = cases(&alice).await;
    let [case] = found.as_slice() else { panic!("one case: {found:?}") };
    assert_eq!(
        (&case["subject"], &case["contact"]["name"], &case["contact"]["proof"]),
        (&"Deposit missing".into(), &"Ann Lee".into(), &"typed".into())
    );
    assert_eq!(case["preview"], "My deposit has not arrived.", "no quote in the list");
    let timeline = alice.get(&format!("/api/v1/conversations/{}/timeline", case["id"].as_str().unwrap())).await.ok();
    let text = crate::writing::texts(&timeline);
    assert!(text[0].contains("My deposit") && text[0].contains("> How can we help?"), "{text:?}");
});

app_test!(the_same_mail_is_kept_once_however_often_it_is_handed_over, |app| async move {
    let alice = app.agent().await;
    mailbox(&app).await;
    let address = listen(&app, false).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let mut peer = Peer::greeted(address).await;
        ids.push(peer.hand_over(MAIL, "250").await);
        app.settle().await;
    }
    assert!(ids.windows(2).all(|pair| pair[0] == pair[1]), "{ids:?}");
    let mut peer = Peer::greeted(address).await;
    peer.hand_over(&MAIL.replace("<1@", "<2@"), "250").await;
    app.settle().await;
    assert_eq!(cases(&alice).await.len(), 2, "another mail is another case");
});

app_test!(mail_for_nobody_here_and_mail_out_of_order_is_refused, |app| async move {
    let made = mailbox(&app).await;
    let address = listen(&app, false).await;
    let mut peer = Peer::greeted(address).await;
    peer.ask("RCPT TO:<support@desk.test>", "503").await;
    peer.ask("MAIL FROM:<>", "250").await;
    peer.ask("DATA", "503").await;
    for address in ["someone@else.test", "sales@desk.test", "support@desk.test.evil.test"] {
        peer.ask(&format!("RCPT TO:<{address}>"), "550 5.1.1").await;
    }
    peer.ask("RCPT TO:<Support+c.x7@desk.test>", "250").await;
    peer.ask("RSET", "250").await;
    peer.ask("MAIL FROM:<a@b.test> SIZE=99999999", "552").await;
    peer.ask("AUTH PLAIN AGEAYg==", "502").await;
    peer.ask("STARTTLS", "502").await;
    let off = Patch { enabled: Some(false), ..Patch::default() };
    channel::update(&app.app, &Actor::machine("test"), made.id, off, None).await.unwrap();
    peer.ask("MAIL FROM:<a@b.test>", "250").await;
    peer.ask("RCPT TO:<support@desk.test>", "550").await;
});

app_test!(commands_that_come_together_are_answered_in_order, |app| async move {
    mailbox(&app).await;
    let mut peer = Peer::greeted(listen(&app, false).await).await;
    peer.say("MAIL FROM:<a@b.test>\r\nRCPT TO:<support@desk.test>\r\nDATA\r\n").await;
    for expected in ["250 2.1.0", "250 2.1.5", "354"] {
        assert!(peer.heard().await.starts_with(expected));
    }
    peer.say("Subject: one\r\n\r\nwords\r\n.\r\nQUIT\r\n").await;
    assert!(peer.heard().await.starts_with("250 2.0.0"));
    assert!(peer.heard().await.starts_with("221"));
    app.settle().await;
});

app_test!(a_dot_ends_a_mail_only_on_a_line_of_its_own_between_two_ends_of_line, |app| async move {
    let alice = app.agent().await;
    mailbox(&app).await;
    let mut peer = Peer::greeted(listen(&app, false).await).await;
    let smuggled =
        "Subject: outer\r\n\r\nfirst\n.\nMAIL FROM:<ceo@desk.test>\n.\r\nRCPT TO:<support@desk.test>\r.\r\n..doubled\r\nlast\r\n";
    peer.hand_over(smuggled, "250").await;
    peer.ask("NOOP", "250 2.0.0").await;
    peer.ask("MAIL FROM:<>", "250").await;
    peer.ask("RCPT TO:<support@desk.test>", "250").await;
    peer.ask("DATA", "354").await;
    peer.ask(".", "250").await;
    app.settle().await;
    let found = cases(&alice).await;
    assert_eq!(found.len(), 2, "one mail with everything in it, and an empty one");
    let outer = found.iter().find(|case| case["subject"] == "outer").unwrap();
    let timeline = alice.get(&format!("/api/v1/conversations/{}/timeline", outer["id"].as_str().unwrap())).await.ok();
    let text = &crate::writing::texts(&timeline)[0];
    assert!(text.contains("MAIL FROM:<ceo@desk.test>") && text.contains("\n.doubled") && text.contains("last"), "{text}");
});

app_test!(each_recipient_of_lmtp_hears_of_the_mail, |app| async move {
    mailbox(&app).await;
    let mut peer = Peer::opened(listen(&app, true).await).await;
    assert!(peer.heard().await.contains("LMTP"));
    peer.ask("EHLO x", "502").await;
    peer.ask("LHLO x", "250").await;
    peer.ask("MAIL FROM:<a@b.test>", "250").await;
    peer.ask("RCPT TO:<support@desk.test>", "250").await;
    peer.ask("RCPT TO:<support+2@desk.test>", "250").await;
    peer.ask("DATA", "354").await;
    peer.ask("Subject: x\r\n\r\ny\r\n.", "250").await;
    assert!(peer.heard().await.starts_with("250"), "a reply for each");
    app.settle().await;
});

app_test!(mail_that_cannot_be_read_yet_waits_and_is_read_again, |app| async move {
    let (alice, by, made) = (app.agent().await, Actor::machine("test"), mailbox(&app).await);
    let off = |enabled| inbox::Patch { enabled: Some(enabled), ..inbox::Patch::default() };
    inbox::update(&app.app, &by, made.inbox, off(false), None).await.unwrap();
    let mut peer = Peer::greeted(listen(&app, false).await).await;
    peer.hand_over(MAIL, "250").await;
    for _ in 0..6 {
        app.pass(Duration::from_secs(60)).await;
    }
    let failed = mail::failed(&app.app, &by).await.unwrap();
    assert_eq!(failed.len(), 1);
    assert!(failed[0].problem == mail::unread::INBOX_OFF, "{:?}", failed[0]);
    inbox::update(&app.app, &by, made.inbox, off(true), None).await.unwrap();
    mail::again(&app.app, &by, failed[0].id).await.unwrap();
    app.settle().await;
    assert_eq!(cases(&alice).await.len(), 1);
    assert!(mail::failed(&app.app, &by).await.unwrap().is_empty());
});

app_test!(bytes_that_are_no_mail_are_a_case_all_the_same, |app| async move {
    let alice = app.agent().await;
    mailbox(&app).await;
    let mut peer = Peer::greeted(listen(&app, false).await).await;
    peer.hand_over("\u{1}\u{2} no header at all \u{fffd}", "250").await;
    app.settle().await;
    assert_eq!(cases(&alice).await.len(), 1);
});
