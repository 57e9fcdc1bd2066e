//! A conversation mailed to its customer: what they know of it, to a proven address, and what they answer comes back.

use crate::blocks::signed_in;
use crate::mail::{MAIL, cases, judging, piped};
use crate::mail_back::{desk, from_ann, report};
use crate::mail_chat::chat;
use crate::mail_confirm::confirmed;
use crate::writing::answer;
use candor_testkit::{Agent, TestApp};
use serde_json::{Value, json};
use uuid::Uuid;

/// The texts of a mail that are written out, without the ends of lines its writer made.
fn words(mail: &str) -> String {
    mail.replace("=\r\n", "").replace("=3D", "=")
}

async fn states(alice: &Agent, id: &str) -> Vec<Value> {
    let timeline = alice.get(&format!("/api/v1/conversations/{id}/timeline")).await.ok();
    let items = timeline["items"].as_array().unwrap().iter();
    items.filter(|item| item["type"] == "transcript_mailed").map(|item| item["data"]["state"].clone()).collect()
}

/// The address that a mail of ours wants its answer at.
fn reply_to(mail: &str) -> String {
    let line = mail.lines().find_map(|line| line.strip_prefix("Reply-To: ")).unwrap_or_else(|| panic!("no Reply-To in {mail}"));
    line.trim().trim_matches(['<', '>']).to_owned()
}

async fn redacted(app: &TestApp, id: &str, text: &str) {
    let sam = app.supervisor().await;
    let path = format!("/api/v1/conversations/{id}");
    let timeline = sam.get(&format!("{path}/timeline")).await.ok();
    let message =
        timeline["items"].as_array().unwrap().iter().find(|item| item["message"]["text"] == text).unwrap()["message"]["id"].clone();
    let body = json!({ "reason": "a card" });
    sam.post(&format!("{path}/messages/{}/redact", message.as_str().unwrap()), body).await.expect(204);
}

#[test]
fn a_visitor_who_confirmed_their_address_is_mailed_what_they_know_of_the_conversation() {
    judging(async |app| {
        let (alice, pipe, sink) = desk(&app).await;
        let (client, id) = chat(&app, &app.visitor().await.session).await;
        let path = format!("/visitor/v1/conversations/{id}");
        client.post(&format!("{path}/transcript"), json!({})).await.refused(409, "conflict");
        confirmed(&app, &client, &sink, "ann@example.net").await;
        client.post(&format!("{path}/messages"), json!({ "client_id": Uuid::now_v7(), "text": "card 4111" })).await.created();
        redacted(&app, &id, "card 4111").await;
        answer(&alice, &id, "Which coin?", 0).await.created();
        let note = json!({ "client_id": Uuid::now_v7(), "text": "looks like a fraud" });
        alice.post(&format!("/api/v1/conversations/{id}/notes"), note).await.created();
        let file = client.upload("/visitor/v1/files?name=proof.txt", "text/plain", "plain words").await.created();
        client
            .post(&format!("{path}/messages"), json!({ "client_id": Uuid::now_v7(), "text": "see", "files": [file["id"]] }))
            .await
            .created();
        client.post(&format!("{path}/transcript"), json!({})).await.expect(204);
        assert_eq!(states(&alice, &id).await, ["queued"]);
        app.settle().await;
        assert_eq!(states(&alice, &id).await, ["queued", "handed"]);
        let mail = words(sink.taken().last().unwrap());
        for said in [
            "RCPT TO:<ann@example.net>",
            "Where is my deposit?",
            "Which coin?",
            " Alice\r\n",
            "(This message was removed.)",
            "[File: proof.txt]",
        ] {
            assert!(mail.contains(said), "{said} in {mail}");
        }
        for said in ["fraud", "4111", "plain words"] {
            assert!(!mail.contains(said), "{said} in {mail}");
        }
        assert!(mail.find("Where is my deposit?") < mail.find("Which coin?"));
        let reply = from_ann("", 9).replace("To: support@desk.test", &format!("To: {}", reply_to(&mail)));
        piped(&app, &pipe, &reply.replace("My deposit has not arrived.", "USDT on TRON")).await;
        let seen = client.get(&format!("{path}/events?after=0")).await.ok();
        assert!(seen.to_string().contains("USDT on TRON"), "{seen}");
    });
}

#[test]
fn an_agent_has_it_mailed_on_record_and_to_proven_customers_alone() {
    judging(async |app| {
        let ada = app.admin().await;
        let session = signed_in(&app, &ada, json!({ "sub": "u1", "email": "bob@example.net" })).await.created();
        let (_, id) = chat(&app, &session).await;
        let (_, typed) = chat(&app, &app.visitor().await.session).await;
        let (alice, pipe, sink) = desk(&app).await;
        let mailed = async |id: &str| alice.post(&format!("/api/v1/conversations/{id}/transcript"), json!({})).await;
        mailed(&typed).await.refused(409, "conflict");
        mailed(&id).await.expect(204);
        app.settle().await;
        let first = sink.taken();
        assert!(first.len() == 1 && first[0].contains("RCPT TO:<bob@example.net>"), "{first:?}");
        let on_record = ada.get("/api/v1/audit?action=case.transcript_mailed").await.ok();
        assert_eq!(on_record["items"].as_array().unwrap().len(), 1);
        // By mail: the sender of a proven mail, without what they quoted; not whoever a mail only says it is from.
        piped(&app, &pipe, &from_ann("", 1)).await;
        let proven = cases(&alice).await[0]["id"].as_str().unwrap().to_owned();
        piped(&app, &pipe, &MAIL.replace("<1@", "<2@").replace("ann@", "eve@")).await;
        let unproven = cases(&alice).await.into_iter().find(|case| case["id"] != proven.as_str()).unwrap()["id"].clone();
        mailed(unproven.as_str().unwrap()).await.refused(409, "conflict");
        mailed(&proven).await.expect(204);
        app.settle().await;
        let mail = words(sink.taken().last().unwrap());
        assert!(mail.contains("RCPT TO:<ann@example.net>") && mail.contains("My deposit") && !mail.contains("How can we help?"), "{mail}");
    });
}

#[test]
fn one_that_comes_back_is_shown_and_no_other_is_sent_there() {
    judging(async |app| {
        let session = signed_in(&app, &app.admin().await, json!({ "sub": "u1", "email": "ann@example.net" })).await.created();
        let (client, id) = chat(&app, &session).await;
        let (alice, pipe, sink) = desk(&app).await;
        let transcript = format!("/visitor/v1/conversations/{id}/transcript");
        client.post(&transcript, json!({})).await.expect(204);
        app.settle().await;
        let mail = sink.taken().pop().unwrap();
        let message_id = mail.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap().trim();
        piped(&app, &pipe, &report(message_id, "support@desk.test")).await;
        assert_eq!(states(&alice, &id).await, ["queued", "handed", "bounced"]);
        client.post(&transcript, json!({})).await.refused(409, "conflict");
    });
}
