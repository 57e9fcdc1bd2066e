//! Answers that leave by mail, and mail that comes back to its case.

use super::peer::{Peer, listen};
use super::{CHECKED, MAIL, cases, judging, mail_of, mailbox, pipe, piped, reply_address, sender};
use candor_testkit::{TestApp, app_test};

app_test!(an_answer_leaves_by_mail_once_with_its_thread_and_says_how_far_it_is, |app| async move {
    let alice = app.agent().await;
    let made = mailbox(&app).await;
    sender(&app, &made).await;
    let mut peer = Peer::greeted(listen(&app, false).await).await;
    peer.hand_over(MAIL, "250").await;
    app.settle().await;
    let id = cases(&alice).await[0]["id"].as_str().unwrap().to_owned();
    crate::writing::answer(&alice, &id, "It is on its way.\n500 USDT", 0).await.created();
    assert_eq!(mail_of(&alice, &id, 1).await["mail"]["state"], "queued");
    app.settle().await;
    app.settle().await;
    let ours = mail_of(&alice, &id, 1).await;
    assert_eq!((&ours["mail"]["state"], &ours["mail"]["subject"]), (&"handed".into(), &"Re: Deposit missing".into()));
    let all = cases(&alice).await;
    assert_eq!(all.len(), 2, "handed over once");
    let theirs = all.iter().find(|case| case["id"] != id.as_str()).unwrap();
    let got = mail_of(&alice, theirs["id"].as_str().unwrap(), 0).await;
    let text = got["text"].as_str().unwrap();
    assert!(text.starts_with("It is on its way.\n500 USDT") && text.contains("> My deposit has not arrived."), "{text}");
    assert_eq!(got["mail"]["from"]["name"], "客服");
});

app_test!(an_answer_that_nothing_sends_says_so_and_can_be_sent_later, |app| async move {
    let alice = app.agent().await;
    let made = mailbox(&app).await;
    let mut peer = Peer::greeted(listen(&app, false).await).await;
    peer.hand_over(MAIL, "250").await;
    app.settle().await;
    let id = cases(&alice).await[0]["id"].as_str().unwrap().to_owned();
    crate::writing::answer(&alice, &id, "hello", 0).await.created();
    let kept = mail_of(&alice, &id, 1).await;
    assert_eq!((&kept["mail"]["state"], &kept["mail"]["problem"]), (&"failed".into(), &"no_sender".into()));
    let path = format!("/api/v1/conversations/{id}/messages/{}/send-again", kept["id"].as_str().unwrap());
    sender(&app, &made).await;
    assert_eq!(alice.post(&path, serde_json::json!({})).await.status, 204);
    alice.post(&path, serde_json::json!({})).await.refused(409, "conflict");
    app.settle().await;
    assert_eq!(mail_of(&alice, &id, 1).await["mail"]["state"], "handed");
    app.settle().await;
});

#[test]
fn a_mail_joins_its_case_by_token_and_proven_sender_and_by_nothing_less() {
    judging(async |app| joining(&app).await);
}

async fn joining(app: &TestApp) {
    let alice = app.agent().await;
    let made = mailbox(app).await;
    let pipe = pipe(app, made.inbox).await;
    sender(app, &made).await;
    let here = async || cases(&alice).await.into_iter().filter(|case| case["inbox"] == made.inbox.to_string().as_str()).collect::<Vec<_>>();
    piped(app, &pipe, &format!("{CHECKED}{MAIL}")).await;
    let case = here().await[0].clone();
    let (id, number) = (case["id"].as_str().unwrap().to_owned(), case["number"].clone());
    crate::writing::answer(&alice, &id, "which coin?", 0).await.created();
    let address = reply_address(app, &id).await;
    let reply = |checked: &str, from: &str, to: &str, id: u32| {
        format!(
            "{checked}From: {from}\r\nTo: {to}\r\nSubject: Re: [#{number}] Deposit missing\r\nIn-Reply-To: <1@example.net>\r\n            Message-ID: <r{id}@example.net>\r\nDate: Mon, 2 Feb 2026 11:00:00 +0000\r\n\r\nUSDT\r\n"
        )
    };
    let forged = [
        ("", "ann@example.net", address.as_str()),
        (CHECKED, "bob@example.net", address.as_str()),
        (CHECKED, "ann@example.net", "support@desk.test"),
        (CHECKED, "ann@example.net", "support+c.aaaaaaaaaaaaaaaaai@desk.test"),
        ("Authentication-Results: mx.evil.test; dmarc=pass header.from=example.net\r\n", "ann@example.net", address.as_str()),
        (CHECKED, "ann@example.net, bob@example.net", address.as_str()),
    ];
    for (number, (checked, from, to)) in forged.iter().enumerate() {
        piped(app, &pipe, &reply(checked, from, to, number as u32)).await;
        assert_eq!(here().await.len(), number + 2, "{checked} {from} {to} is a case of its own");
    }
    piped(app, &pipe, &reply(CHECKED, "Ann <ANN@example.net>", &address, 99)).await;
    assert_eq!(here().await.len(), forged.len() + 1, "the real one joins");
    let joined = mail_of(&alice, &id, 2).await;
    assert_eq!((&joined["text"], &joined["kind"], &joined["author"]["name"]), (&"USDT".into(), &"customer".into(), &"Ann Lee".into()));
}
