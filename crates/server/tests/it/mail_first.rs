//! An agent writes first: to whom, under which right, how often, and what becomes of the answer.

use crate::blocks::signed_in;
use crate::mail::{cases, judging, mail_of, piped, reply_address};
use crate::mail_back::{desk, from_ann};
use crate::writing::act;
use candor_store::Pool;
use candor_store::rollup::{self, Sums};
use candor_testkit::{Agent, Answer, TestApp, TestDb};
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

/// What the desk has counted, all together.
pub(crate) async fn sums(app: &TestApp) -> Sums {
    app.settle().await;
    let days = app.app.db.read(Pool::Quick, |rx| rollup::between(rx, 86_400_000, 0, i64::MAX)).await.unwrap();
    days.into_iter().fold(Sums::default(), |mut all, (_, day)| {
        all += day;
        all
    })
}

/// The inbox whose mail goes out to the sink.
pub(crate) async fn mail_inbox(agent: &Agent) -> Value {
    let directory = agent.get("/api/v1/session").await.ok()["directory"].clone();
    directory["inboxes"].as_array().unwrap().iter().find(|one| one["channel"] == "email").unwrap()["id"].clone()
}

/// A first mail with these fields over the usual ones.
pub(crate) async fn first(agent: &Agent, fields: Value) -> Answer {
    let mut body = json!({
        "inbox": mail_inbox(agent).await, "to": "ann@example.net", "client_id": Uuid::now_v7(), "subject": "Your account review",
        "text": "Please send us the form.", "hold_ms": 0,
    });
    for (name, value) in fields.as_object().unwrap() {
        body[name] = value.clone();
    }
    if fields.get("customer_of").is_some() {
        body.as_object_mut().unwrap().remove("to");
    }
    agent.post("/api/v1/conversations", body).await
}

#[test]
fn our_first_words_leave_by_mail_and_the_answer_joins_them() {
    judging(async |app| {
        let (alice, pipe, sink) = desk(&app).await;
        let sam = app.supervisor().await;
        first(&alice, json!({})).await.refused(403, "forbidden");
        let begun = first(&sam, json!({})).await.created();
        let id = begun["id"].as_str().unwrap();
        assert_eq!(
            (&begun["assignee"], &begun["turn"], &begun["subject"], &begun["contact"]["proof"]),
            (&json!(sam.id), &json!("customer"), &json!("Your account review"), &json!("typed"))
        );
        app.settle().await;
        let [mail] = sink.taken().try_into().unwrap();
        for words in ["RCPT TO:<ann@example.net>", "Subject: Your account review\r\n", "Please send us the form.", "Message-ID: "] {
            assert!(mail.contains(words), "{words} in {mail}");
        }
        assert_eq!(mail_of(&sam, id, 0).await["mail"]["state"], "handed");
        let address = reply_address(&app, id).await;
        let answer = from_ann("", 4)
            .replace("To: support@desk.test", &format!("To: {address}"))
            .replace("My deposit has not arrived.", "Here it is");
        piped(&app, &pipe, &answer).await;
        let [case] = cases(&sam).await.try_into().unwrap();
        assert_eq!((&case["id"], &case["turn"], &case["unread"]), (&json!(id), &json!("us"), &json!(1)), "no case of its own");
        crate::writing::answer(&sam, id, "thank you", 0).await.created();
        app.settle().await;
        assert!(sink.taken()[1].contains("Subject: Re: "), "{}", sink.taken()[1]);
        assert_eq!(sam.get(&format!("/api/v1/conversations/{id}")).await.ok()["first_reply_at"], Value::Null, "nobody waited for it");
        let sums = sums(&app).await;
        assert_eq!((sums.started, sums.received, sums.replied, sums.first_replies, sums.first_reply_ms), (1, 1, 2, 0, 0));
    });
}

#[test]
fn a_first_mail_can_be_undone_and_is_nothing_for_its_reader_until_then() {
    judging(async |app| {
        let session = signed_in(&app, &app.admin().await, json!({ "sub": "u1", "email": "ann@example.net" })).await.created();
        let token = session["token"].as_str().unwrap();
        let ann = app.bare().with("origin", candor_testkit::PUBLIC_URL).with("authorization", &format!("Bearer {token}"));
        let (alice, _, sink) = desk(&app).await;
        let sam = app.supervisor().await;
        let begun = first(&sam, json!({ "hold_ms": 8000 })).await.created();
        assert_eq!(begun["contact"]["id"], session["contact"]["id"], "whoever has proven the address");
        let (id, held) = (begun["id"].as_str().unwrap(), begun["held"][0]["id"].as_str().unwrap());
        let shown_to = async |agent: &Agent| {
            let opened = agent.get(&format!("/api/v1/conversations/{id}")).await.ok();
            opened["held"][0]["mail"]["to"]["mail"].as_str().unwrap().to_owned()
        };
        assert_eq!((shown_to(&sam).await.as_str(), shown_to(&alice).await.as_str()), ("ann@example.net", "a•••@•••.net"));
        assert_eq!(ann.get("/visitor/v1/conversations").await.ok()["items"], json!([]));
        ann.get(&format!("/visitor/v1/conversations/{id}")).await.refused(404, "not_found");
        let draft = sam.delete(&format!("/api/v1/conversations/{id}/replies/{held}")).await.ok();
        assert_eq!(draft["text"], "Please send us the form.");
        app.pass(Duration::from_secs(60)).await;
        assert!(sink.taken().is_empty());
        crate::writing::answer(&sam, id, "After all", 0).await.created();
        app.settle().await;
        assert!(sink.taken()[0].contains("RCPT TO:<ann@example.net>"));
        let seen = ann.get("/visitor/v1/conversations").await.ok();
        assert_eq!(seen["items"][0]["id"], json!(id), "it is theirs");
    });
}

#[test]
fn the_customer_of_a_case_is_written_to_at_a_proven_address_that_stays_masked() {
    judging(async |app| {
        let session = signed_in(&app, &app.admin().await, json!({ "sub": "u1", "email": "ann@example.net" })).await.created();
        let token = session["token"].as_str().unwrap();
        let ann = app.bare().with("origin", candor_testkit::PUBLIC_URL).with("authorization", &format!("Bearer {token}"));
        let opened = ann.post("/visitor/v1/conversations", json!({ "client_id": Uuid::now_v7(), "text": "hi" })).await.created();
        let case = opened["conversation"]["id"].as_str().unwrap();
        let (_, _, sink) = desk(&app).await;
        let sam = app.supervisor().await;
        first(&sam, json!({ "customer_of": case })).await.refused(403, "take_case_first");
        act(&sam, case, json!({ "type": "assign", "agent": sam.id })).await;
        let begun = first(&sam, json!({ "customer_of": case })).await.created();
        assert_eq!(begun["contact"]["id"], session["contact"]["id"]);
        assert!(!begun.to_string().contains("ann@example.net"), "{begun}");
        app.settle().await;
        assert!(sink.taken()[0].contains("RCPT TO:<ann@example.net>"));
    });
}

#[test]
fn what_cannot_be_sent_is_refused_by_its_field() {
    judging(async |app| {
        app.clock.advance(1);
        let (_, _, sink) = desk(&app).await;
        let sam = app.supervisor().await;
        let wrong = async |fields: Value, field: &str| {
            let told = first(&sam, fields).await.refused(422, "validation_failed");
            assert!(told["fields"][field].is_string(), "{field}: {told}");
        };
        wrong(json!({ "to": "nobody" }), "to").await;
        wrong(json!({ "to": "Support+x@desk.test" }), "to").await;
        wrong(json!({ "subject": " " }), "subject").await;
        wrong(json!({ "text": " " }), "text").await;
        wrong(json!({ "inbox": app.inbox().await }), "inbox").await;
        wrong(json!({ "inbox": Uuid::now_v7() }), "inbox").await;
        let (visitor, case) = crate::writing::begun(&app, "hi").await;
        visitor.patch("/visitor/v1/session", json!({ "email": "ann@example.net" })).await.ok();
        act(&sam, &case, json!({ "type": "assign", "agent": sam.id })).await;
        wrong(json!({ "customer_of": case }), "customer_of").await;
        let id = Uuid::now_v7();
        let once = first(&sam, json!({ "client_id": id })).await.created();
        assert_eq!(first(&sam, json!({ "client_id": id })).await.ok()["id"], once["id"]);
        first(&sam, json!({ "client_id": id, "to": "eve@example.org" })).await.refused(409, "body_mismatch");
        app.settle().await;
        assert_eq!(sink.taken().len(), 1);
        let said = app.admin().await.get("/api/v1/audit?action=mail.begun").await.ok();
        let [entry] = said["items"].as_array().unwrap().as_slice() else { panic!("one entry: {said}") };
        assert!(entry["detail"]["address"].as_str().unwrap().len() >= 32 && !said.to_string().contains("ann@example"), "{said}");
    });
}

/// Rate limits do not touch the database: one is enough.
#[tokio::test(flavor = "multi_thread")]
async fn an_agent_begins_so_many_mails_an_hour_and_no_more() {
    let app = TestApp::start_with(TestDb::sqlite(), |_| ()).await;
    desk(&app).await;
    let (sam, ada) = (app.supervisor().await, app.admin().await);
    for number in 0..20 {
        first(&sam, json!({ "to": format!("a{number}@example.net"), "hold_ms": 60_000 })).await.created();
    }
    let told = first(&sam, json!({ "to": "last@example.net" })).await.refused(429, "rate_limited");
    assert!(told["retry_after_ms"].as_u64().is_some_and(|wait| wait > 0));
    first(&ada, json!({ "hold_ms": 60_000 })).await.created();
}
