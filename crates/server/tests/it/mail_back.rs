//! What comes back: receipts for who provably wrote, and for no machine; reports about our own mail; notes of absence.

use crate::mail::{CHECKED, MAIL, cases, judging, mail_of, mailbox, pipe, piped, reply_address};
use crate::sink::Sink;
use candor_app::channel::{self, New};
use candor_domain::actor::Actor;
use candor_domain::channel::{ChannelKind, ChannelSettings, Security, Server};
use candor_store::channel::Channel;
use candor_testkit::{Agent, TestApp};
use serde_json::json;

/// An inbox whose mail is piped in and goes out to the sink.
pub(crate) async fn desk(app: &TestApp) -> (Agent, Channel, Sink) {
    let alice = app.agent().await;
    // Visitors come to the oldest inbox, which is not to be this one.
    app.clock.advance(1);
    let made = mailbox(app).await;
    let pipe = pipe(app, made.inbox).await;
    let (sink, port) = Sink::started().await;
    let server = Server { host: "127.0.0.1".to_owned(), port, security: Security::None, user: None };
    let addresses = vec!["support@desk.test".to_owned()];
    let settings =
        ChannelSettings { addresses, name: "Desk".to_owned(), acknowledges: true, server: Some(server), ..ChannelSettings::default() };
    let new = New { inbox: made.inbox, kind: ChannelKind::Sender, name: "Out".to_owned(), settings, secret: None };
    channel::create(&app.app, &Actor::machine("test"), new).await.unwrap();
    (alice, pipe, sink)
}

/// A mail of Ann's that is proven to be hers, with these fields in front.
pub(crate) fn from_ann(fields: &str, id: usize) -> String {
    format!("{CHECKED}{fields}{}", MAIL.replace("<1@", &format!("<{id}@")))
}

pub(crate) async fn only_case(alice: &Agent) -> String {
    let found = cases(alice).await;
    assert_eq!(found.len(), 1, "{found:?}");
    found[0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn who_provably_wrote_is_told_so_and_reads_none_of_their_own_words() {
    judging(async |app| {
        let (alice, pipe, sink) = desk(&app).await;
        piped(&app, &pipe, &from_ann("", 1)).await;
        app.settle().await;
        let [receipt] = sink.taken().try_into().unwrap();
        let number = cases(&alice).await[0]["number"].clone();
        for words in ["MAIL FROM:<>", "RCPT TO:<ann@example.net>", "Auto-Submitted: auto-replied", "In-Reply-To: <1@example.net>"] {
            assert!(receipt.contains(words), "{words} in {receipt}");
        }
        assert!(receipt.contains(&format!("#{number}")), "{receipt}");
        for words in ["Deposit", "deposit", "Ann Lee"] {
            assert!(!receipt.contains(words), "{words} in {receipt}");
        }
        let id = only_case(&alice).await;
        let timeline = alice.get(&format!("/api/v1/conversations/{id}/timeline")).await.ok();
        let told = timeline["items"].as_array().unwrap().iter().find(|item| item["type"] == "acknowledged").cloned();
        assert_eq!(told.unwrap()["data"], json!({ "locale": "en" }));
        piped(&app, &pipe, MAIL).await;
        app.settle().await;
        assert_eq!((sink.taken().len(), cases(&alice).await.len()), (1, 2), "nobody vouches for the second one");
    });
}

#[test]
fn no_machine_is_answered_by_a_machine() {
    judging(async |app| {
        let (alice, pipe, sink) = desk(&app).await;
        let signs = [
            "Auto-Submitted: auto-replied",
            "Precedence: bulk",
            "List-Id: <news.example.net>",
            "X-Auto-Response-Suppress: All",
            "Return-Path: <>",
        ];
        for (number, sign) in signs.iter().enumerate() {
            piped(&app, &pipe, &from_ann(&format!("{sign}\r\n"), number)).await;
        }
        app.settle().await;
        assert_eq!((cases(&alice).await.len(), sink.taken().len()), (signs.len(), 0));
    });
}

#[test]
fn two_machines_that_write_to_each_other_stop() {
    judging(async |app| {
        let (_alice, pipe, sink) = desk(&app).await;
        for round in 0..8 {
            // It hides what it is, and answers every mail with a new one.
            if sink.taken().len() >= round {
                piped(&app, &pipe, &from_ann("", round)).await;
                app.settle().await;
            }
        }
        assert_eq!(sink.taken().len(), 3);
    });
}

/// A report about a mail with this id.
pub(crate) fn report(id: &str, to: &str) -> String {
    format!(
        "From: Mail Delivery System <MAILER-DAEMON@mx.example.net>\r\nReturn-Path: <>\r\nTo: {to}\r\nSubject: Undelivered Mail Returned to Sender\r\n\
         Message-ID: <report@mx.example.net>\r\nDate: Mon, 2 Feb 2026 12:00:00 +0000\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nYour message could not be delivered.\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n\r\n\
         Final-Recipient: rfc822; ann@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\r\n\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\nFrom: support@desk.test\r\nTo: ann@example.net\r\nMessage-ID: {id}\r\nSubject: Re: Deposit missing\r\n\r\n\
         --b--\r\n"
    )
}

/// An answer that the sink took, in a case that was resolved since; the case's id and the mail's.
async fn answered(app: &TestApp, alice: &Agent, pipe: &Channel, sink: &Sink) -> (String, String) {
    piped(app, pipe, &from_ann("", 1)).await;
    let id = only_case(alice).await;
    crate::writing::answer(alice, &id, "which coin?", 0).await.created();
    app.settle().await;
    let sent = sink.taken().into_iter().find(|mail| mail.contains("which coin?")).unwrap();
    let name = sent.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap().to_owned();
    crate::writing::status(alice, &id, "resolved").await;
    (id, name)
}

pub(crate) async fn category(alice: &Agent, id: &str) -> String {
    alice.get(&format!("/api/v1/conversations/{id}")).await.ok()["category"].as_str().unwrap().to_owned()
}

#[test]
fn an_answer_that_came_back_says_why_and_is_work_again() {
    judging(async |app| {
        let (alice, pipe, sink) = desk(&app).await;
        let (id, name) = answered(&app, &alice, &pipe, &sink).await;
        assert_eq!(category(&alice, &id).await, "resolved");
        piped(&app, &pipe, &report(&name, "support@desk.test")).await;
        let ours = mail_of(&alice, &id, 1).await;
        assert_eq!(ours["mail"]["state"], "bounced");
        assert!(ours["mail"]["problem"].as_str().unwrap().starts_with("5.1.1 "), "{ours}");
        assert_eq!(category(&alice, &id).await, "open");
        only_case(&alice).await;
        let receipts = sink.taken().len();
        piped(&app, &pipe, &from_ann("", 2)).await;
        app.settle().await;
        assert_eq!(sink.taken().len(), receipts, "nothing automatic to an address that mail came back from");
        piped(&app, &pipe, &from_ann("", 3)).await;
        app.settle().await;
        assert_eq!(sink.taken().len(), receipts + 1, "mail has come from it since");
    });
}

#[test]
fn a_report_without_the_mails_id_is_known_by_the_address_it_comes_to() {
    judging(async |app| {
        let (alice, pipe, sink) = desk(&app).await;
        let (id, _) = answered(&app, &alice, &pipe, &sink).await;
        let address = reply_address(&app, &id).await;
        assert!(sink.taken().iter().any(|mail| mail.contains(&format!("MAIL FROM:<{address}>"))), "where it would come back to");
        piped(&app, &pipe, &report("<other@example.net>", &address)).await;
        assert_eq!(mail_of(&alice, &id, 1).await["mail"]["state"], "bounced");
    });
}

#[test]
fn a_report_that_proves_nothing_is_a_case_of_its_own() {
    judging(async |app| {
        let (alice, pipe, sink) = desk(&app).await;
        let (id, name) = answered(&app, &alice, &pipe, &sink).await;
        let (token, rest) = name.trim_matches(['<', '>']).split_once('.').unwrap();
        let forged: String = token.chars().rev().collect();
        piped(&app, &pipe, &report(&format!("<{forged}.{rest}>"), "support@desk.test")).await;
        assert_eq!(mail_of(&alice, &id, 1).await["mail"]["state"], "handed");
        assert_eq!((category(&alice, &id).await.as_str(), cases(&alice).await.len()), ("resolved", 1), "the open ones");
    });
}

#[test]
fn a_note_of_absence_is_read_and_opens_nothing() {
    judging(async |app| {
        let (alice, pipe, sink) = desk(&app).await;
        let (id, _) = answered(&app, &alice, &pipe, &sink).await;
        let address = reply_address(&app, &id).await;
        let note = from_ann("Auto-Submitted: auto-replied\r\n", 5).replace("To: support@desk.test", &format!("To: {address}"));
        piped(&app, &pipe, &note.replace("My deposit", "I am away. My deposit")).await;
        let joined = mail_of(&alice, &id, 2).await;
        assert!(joined["text"].as_str().unwrap().starts_with("I am away."), "{joined}");
        assert_eq!(joined["mail"]["doubts"], json!(["automatic"]));
        assert_eq!(category(&alice, &id).await, "resolved");
    });
}
