//! An address that a visitor typed gets one mail with a link, and nothing else before somebody has followed it.

use crate::blocks::signed_in;
use crate::mail::judging;
use crate::mail_back::desk;
use crate::mail_chat::{LATER, chat};
use crate::sink::Sink;
use crate::writing::answer;
use candor_app::visitor;
use candor_testkit::{Client, PUBLIC_URL, TestApp, TestDb, app_test};
use serde_json::{Value, json};
use std::num::NonZeroU32;
use std::time::Duration;

const EMAIL: &str = "/visitor/v1/session/email";
const DAY: Duration = Duration::from_secs(24 * 3600);

async fn wants(client: &Client, email: &str) -> Value {
    client.put(EMAIL, json!({ "email": email })).await.ok()
}

/// The path of the link in a mail.
fn link(mail: &str) -> String {
    let plain = mail.replace("=\r\n", "").replace("=3D", "=");
    let begins = plain.find(&format!("{PUBLIC_URL}/confirm/")).unwrap_or_else(|| panic!("no link in {mail}")) + PUBLIC_URL.len();
    plain[begins..].split_whitespace().next().unwrap().to_owned()
}

/// The newest mail's link.
async fn newest(app: &TestApp, sink: &Sink) -> String {
    app.settle().await;
    link(sink.taken().last().expect("a mail was sent"))
}

pub(crate) async fn confirmed(app: &TestApp, client: &Client, sink: &Sink, email: &str) {
    wants(client, email).await;
    let link = newest(app, sink).await;
    app.bare().post(&link, Value::Null).await.ok();
}

#[test]
fn an_address_gets_one_link_and_answers_go_there_once_somebody_pressed_the_button() {
    judging(async |app| {
        let (alice, _pipe, sink) = desk(&app).await;
        let visitor = app.visitor().await;
        visitor.patch("/visitor/v1/session", json!({ "name": "Cheap coins at evil.test" })).await.ok();
        let (client, id) = chat(&app, &visitor.session).await;
        let told = wants(&client, " Ann@Example.net ").await;
        assert_eq!(told, json!({ "available": true, "pending": "a•••@•••.net" }));
        let link = newest(&app, &sink).await;
        let [mail] = sink.taken().try_into().unwrap();
        for words in ["MAIL FROM:<>", "RCPT TO:<ann@example.net>", "Auto-Submitted: auto-replied"] {
            assert!(mail.contains(words), "{words} in {mail}");
        }
        for words in ["evil", "coins", "deposit"] {
            assert!(!mail.contains(words), "{words} in {mail}");
        }
        answer(&alice, &id, "Which coin?", 0).await.created();
        app.settle().await;
        for _ in 0..2 {
            assert_eq!(wants(&client, "ann@example.net").await, told);
            let page = app.bare().get(&link).await;
            let html = String::from_utf8(page.bytes.clone()).unwrap();
            assert!(page.status == 200 && html.contains("<form method=\"post\">") && !html.contains("<script"), "{html}");
            assert!(html.contains("<p class=\"desk\">Desk</p>"), "it says whose page it is: {html}");
            assert!(page.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
            app.pass(LATER).await;
        }
        assert_eq!(sink.taken().len(), 1, "looking confirms nothing, and nothing else was sent");
        assert_eq!(app.bare().post(&link, Value::Null).await.status, 200);
        assert_eq!(app.bare().post(&link, Value::Null).await.status, 410, "once");
        assert_eq!(client.get(EMAIL).await.ok(), json!({ "available": true, "address": "a•••@•••.net", "proof": "confirmed" }));
        app.pass(LATER).await;
        app.pass(LATER).await;
        let mails = sink.taken();
        assert!(mails.len() == 2 && mails[1].contains("Which coin?") && mails[1].contains("RCPT TO:<ann@example.net>"), "{mails:?}");
        let timeline = alice.get(&format!("/api/v1/conversations/{id}/timeline")).await.ok();
        let said = timeline["items"].as_array().unwrap().iter().find(|item| item["type"] == "identified").cloned();
        assert_eq!(said.unwrap()["data"], json!({ "proof": "confirmed" }));
    });
}

#[test]
fn an_address_that_is_anothers_too_joins_nobody_and_shows_nothing() {
    judging(async |app| {
        let session =
            signed_in(&app, &app.admin().await, json!({ "sub": "u1", "name": "Ann", "email": "ann@example.net" })).await.created();
        let (ann, _) = chat(&app, &session).await;
        let (_alice, _pipe, sink) = desk(&app).await;
        for _ in 0..2 {
            let visitor = app.visitor().await;
            let (client, id) = chat(&app, &visitor.session).await;
            confirmed(&app, &client, &sink, "ann@example.net").await;
            let own = client.get("/visitor/v1/conversations").await.ok();
            assert_eq!((own["items"].as_array().unwrap().len(), &own["items"][0]["id"]), (1, &json!(id)));
            let who = client.get("/visitor/v1/session").await.ok()["contact"].clone();
            assert_eq!((&who["name"], &who["proof"]), (&Value::Null, &json!("confirmed")));
        }
        assert_eq!(ann.get("/visitor/v1/conversations").await.ok()["items"].as_array().unwrap().len(), 1);
        assert_eq!(ann.get(EMAIL).await.ok(), json!({ "available": true, "address": "a•••@•••.net", "proof": "signed" }));
        ann.put(EMAIL, json!({ "email": "other@example.net" })).await.refused(409, "conflict");
        assert_eq!(ann.delete(EMAIL).await.ok()["proof"], "signed");
    });
}

#[test]
fn a_link_ends_with_its_day_with_another_address_and_with_the_wish() {
    judging(async |app| {
        let (_alice, _pipe, sink) = desk(&app).await;
        let visitor = app.visitor().await;
        wants(&visitor, "one@example.net").await;
        let old = newest(&app, &sink).await;
        app.clock.advance(i64::try_from(DAY.as_millis()).unwrap());
        assert_eq!((app.bare().get(&old).await.status, app.bare().post(&old, Value::Null).await.status), (410, 410));
        assert_eq!(visitor::delete_unconfirmed(&app.app).await.unwrap(), 1);
        wants(&visitor, "one@example.net").await;
        let first = newest(&app, &sink).await;
        wants(&visitor, "two@example.net").await;
        let second = newest(&app, &sink).await;
        assert_eq!(app.bare().post(&first, Value::Null).await.status, 410, "the address was changed");
        let (token, language) = second.split_once('?').unwrap();
        let flipped = format!("{}{}", &token[..token.len() - 1], if token.ends_with('A') { 'E' } else { 'A' });
        for bad in [flipped.as_str(), "/confirm/x", "/confirm/..%2f", token.get(..token.len() - 4).unwrap()] {
            assert_eq!(app.bare().post(&format!("{bad}?{language}"), Value::Null).await.status, 410, "{bad}");
        }
        app.bare().post(&second, Value::Null).await.ok();
        confirmed(&app, &visitor, &sink, "three@example.net").await;
        assert_eq!(visitor.get(EMAIL).await.ok()["address"], "th•••@•••.net", "in the place of the second");
        wants(&visitor, "four@example.net").await;
        let last = newest(&app, &sink).await;
        assert_eq!(visitor.delete(EMAIL).await.ok(), json!({ "available": true }));
        assert_eq!(app.bare().post(&last, Value::Null).await.status, 410);
        visitor.put(EMAIL, json!({ "email": "no address" })).await.refused(422, "validation_failed");
    });
}

#[test]
fn one_address_is_written_to_seldom_whoever_asks_and_nobody_is_told() {
    judging(async |app| {
        let (_alice, _pipe, sink) = desk(&app).await;
        for _ in 0..4 {
            let visitor = app.visitor().await;
            assert_eq!(wants(&visitor, "ann@example.net").await["pending"], "a•••@•••.net");
        }
        wants(&app.visitor().await.client, "support@desk.test").await;
        app.settle().await;
        assert_eq!(sink.taken().len(), 2, "and the desk does not write to itself");
    });
}

/// What a page that opens again and again finds in the end, with the usual limits.
#[test]
fn a_session_does_not_ask_again_and_again() {
    for db in [TestDb::sqlite, TestDb::postgres] {
        let db = db();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let app = TestApp::start_with(db, |config| config.limit_factor = NonZeroU32::MIN).await;
            let visitor = app.visitor().await;
            for _ in 0..5 {
                visitor.put(EMAIL, json!({ "email": "ann@example.net" })).await.refused(409, "conflict");
            }
            visitor.put(EMAIL, json!({ "email": "ann@example.net" })).await.refused(429, "rate_limited");
        });
        runtime.shutdown_timeout(Duration::from_secs(5));
    }
}

app_test!(a_desk_that_sends_no_mail_says_so, |app| async move {
    let visitor = app.visitor().await;
    assert_eq!(visitor.get(EMAIL).await.ok(), json!({ "available": false }));
    visitor.put(EMAIL, json!({ "email": "ann@example.net" })).await.refused(409, "conflict");
    assert_eq!(visitor.get(EMAIL).await.ok(), json!({ "available": false }), "and keeps nothing");
});
