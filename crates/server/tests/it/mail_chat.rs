//! A chat goes on by mail: what its customer has not seen is mailed to an address that is proven to be theirs, and the reply comes back.

use crate::blocks::signed_in;
use crate::mail::{judging, piped, reply_address};
use crate::mail_back::{desk, from_ann};
use crate::sink::Sink;
use crate::writing::{answer, texts};
use candor_store::channel::Channel;
use candor_testkit::{Agent, Client, TestApp};
use serde_json::{Value, json};
use std::time::Duration;

pub(crate) const LATER: Duration = Duration::from_secs(301);

/// A chat of somebody with this session, and its id.
pub(crate) async fn chat(app: &TestApp, session: &Value) -> (Client, String) {
    let token = session["token"].as_str().unwrap();
    let visitor = app.bare().with("origin", candor_testkit::PUBLIC_URL).with("authorization", &format!("Bearer {token}"));
    let body = json!({ "client_id": uuid::Uuid::now_v7(), "text": "Where is my deposit?" });
    let started = visitor.post("/visitor/v1/conversations", body).await.created();
    app.settle().await;
    (visitor, started["conversation"]["id"].as_str().unwrap().to_owned())
}

async fn anns_chat(app: &TestApp) -> (Agent, Channel, Sink, Client, String) {
    let session = signed_in(app, &app.admin().await, json!({ "sub": "u1", "email": "ann@example.net" })).await.created();
    let (visitor, id) = chat(app, &session).await;
    let (alice, pipe, sink) = desk(app).await;
    (alice, pipe, sink, visitor, id)
}

#[test]
fn answers_nobody_saw_go_by_mail_once_and_the_reply_comes_back_to_the_chat() {
    judging(async |app| {
        let (alice, pipe, sink, visitor, id) = anns_chat(&app).await;
        answer(&alice, &id, "Which coin?", 0).await.created();
        app.settle().await;
        answer(&alice, &id, "And which chain?", 0).await.created();
        app.pass(Duration::from_secs(200)).await;
        assert!(sink.taken().is_empty(), "they may still look");
        app.pass(LATER).await;
        app.pass(LATER).await;
        let [mail] = sink.taken().try_into().unwrap();
        let (first, second) = (mail.find("Which coin?").unwrap(), mail.find("And which chain?").unwrap());
        assert!(first < second && mail.contains("RCPT TO:<ann@example.net>"), "{mail}");
        let address = reply_address(&app, &id).await;
        let reply = from_ann("", 9)
            .replace("To: support@desk.test", &format!("To: {address}"))
            .replace("My deposit has not arrived.", "USDT on TRON");
        piped(&app, &pipe, &reply).await;
        let seen = visitor.get(&format!("/visitor/v1/conversations/{id}/events?after=0")).await.ok();
        assert!(seen.to_string().contains("USDT on TRON"), "{seen}");
        let timeline = alice.get(&format!("/api/v1/conversations/{id}/timeline")).await.ok();
        assert_eq!(texts(&timeline).len(), 4);
    });
}

#[test]
fn what_was_seen_or_cannot_be_theirs_is_not_mailed() {
    judging(async |app| {
        let typed = app.visitor().await;
        let (alice, _pipe, sink, visitor, id) = anns_chat(&app).await;
        answer(&alice, &id, "Which coin?", 0).await.created();
        app.settle().await;
        let events = visitor.get(&format!("/visitor/v1/conversations/{id}/events?after=0")).await.ok();
        let last = events["items"].as_array().unwrap().last().unwrap()["seq"].clone();
        visitor.post(&format!("/visitor/v1/conversations/{id}/read"), json!({ "seq": last })).await.expect(204);
        app.pass(LATER).await;
        typed.client.patch("/visitor/v1/session", json!({ "email": "ann@example.net" })).await.ok();
        let (_, other) = chat(&app, &typed.session).await;
        answer(&alice, &other, "Which chain?", 0).await.created();
        app.settle().await;
        app.pass(LATER).await;
        app.pass(LATER).await;
        assert!(sink.taken().is_empty(), "{:?}", sink.taken());
    });
}
