//! What agents tell each other without saying it: the words of a draft, who gave a case to whom, how far a customer has read.

use crate::live::{agent_line, visitor_line};
use crate::writing::{act, answer, begun};
use candor_testkit::{Agent, Socket, TestApp, app_test};
use serde_json::{Value, json};
use std::time::Duration;

/// A line that follows a case.
async fn with(app: &TestApp, agent: &Agent, id: &str) -> Socket {
    let mut line = agent_line(app, agent).await;
    line.send(json!({ "type": "watch", "conversation": id, "after": 0 })).await;
    line.until("viewers").await;
    line
}

async fn writes(line: &mut Socket, id: &str, doing: &str, peek: &str) {
    line.send(json!({ "type": "presence", "conversation": id, "doing": doing, "peek": peek })).await;
}

/// What a line hears of a colleague, until it is this.
async fn sees(line: &mut Socket, colleague: &Agent, wanted: impl Fn(&Value) -> bool) -> Value {
    loop {
        let frame = line.until("viewers").await;
        let found = frame["viewers"].as_array().unwrap().iter().find(|one| one["agent"] == colleague.id.to_string()).cloned();
        if let Some(found) = found.filter(&wanted) {
            return found;
        }
    }
}

/// All frames up to the answer to a ping.
async fn rest(line: &mut Socket) -> Vec<Value> {
    line.send(json!({ "type": "ping" })).await;
    let mut frames = Vec::new();
    loop {
        match line.next().await {
            Some(frame) if frame["type"] == "pong" => return frames,
            Some(frame) => frames.push(frame),
            None => panic!("the line closed"),
        }
    }
}

app_test!(colleagues_see_the_words_of_a_draft_whose_author_shows_them, |app| async move {
    let (alice, sam) = (app.agent().await, app.supervisor().await);
    let (visitor, id) = begun(&app, "one").await;
    let mut chat = visitor_line(&app, &visitor, json!([{ "conversation": id, "after": 1 }])).await;
    let (mut one, mut two) = (with(&app, &alice, &id).await, with(&app, &sam, &id).await);
    one.send(json!({ "type": "presence", "conversation": id, "doing": "viewing" })).await;
    sees(&mut two, &alice, |found| found["doing"] == "viewing").await;
    two.send(json!({ "type": "presence", "conversation": id, "doing": "viewing" })).await;
    sees(&mut one, &sam, |found| found["doing"] == "viewing").await;

    writes(&mut one, &id, "typing", "您好，我正在查这笔提币").await;
    let found = sees(&mut two, &alice, |found| found["doing"] == "typing").await;
    assert_eq!(found["peek"], "您好，我正在查这笔提币");
    // At most once a second: what comes sooner is not told.
    writes(&mut one, &id, "drafting", "too soon").await;
    let found = sees(&mut two, &alice, |found| found["doing"] == "drafting").await;
    assert_eq!(found["peek"], "您好，我正在查这笔提币", "a mark without words keeps them");
    app.pass(Duration::from_secs(2)).await;
    let long = format!("{}the end", "x".repeat(1_000));
    writes(&mut one, &id, "typing", &long).await;
    let found = sees(&mut two, &alice, |found| found["doing"] == "typing").await;
    let peek = found["peek"].as_str().unwrap();
    assert_eq!((peek.chars().count(), peek.ends_with("the end")), (240, true));
    app.pass(Duration::from_secs(2)).await;
    one.send(json!({ "type": "presence", "conversation": id, "doing": "viewing" })).await;
    let found = sees(&mut two, &alice, |found| found["doing"] == "viewing").await;
    assert_eq!(found.get("peek"), None, "an empty box has no words");

    // The customer hears that somebody types, and never what.
    chat.send(json!({ "type": "ping" })).await;
    let mut heard = Vec::new();
    while let Some(frame) = chat.next().await.filter(|frame| frame["type"] != "pong") {
        heard.push(frame);
    }
    assert!(heard.iter().any(|frame| frame["type"] == "typing"), "{heard:?}");
    assert!(heard.iter().all(|frame| !frame.to_string().contains("peek") && !frame.to_string().contains("提币")), "{heard:?}");
    let kept = alice.get(&format!("/api/v1/conversations/{id}/drafts")).await.ok();
    assert_eq!(kept["items"], json!([]), "a peek is kept nowhere");
});

app_test!(whoever_may_not_read_a_case_hears_nobody_in_it, |app| async move {
    let admin = app.admin().await;
    let (_, id) = begun(&app, "one").await;
    let elsewhere = admin.post("/api/v1/inboxes", json!({ "name": "Elsewhere", "channel": "web" })).await.created();
    let elsewhere: uuid::Uuid = elsewhere["id"].as_str().unwrap().parse().unwrap();
    let (alice, sam) = (app.agent().await, app.supervisor().await);
    let eve = app.agent_as("Eve", "agent", Some(elsewhere.into()), None).await;
    let (mut one, mut two) = (with(&app, &alice, &id).await, with(&app, &sam, &id).await);
    two.send(json!({ "type": "presence", "conversation": id, "doing": "viewing" })).await;
    sees(&mut one, &sam, |found| found["doing"] == "viewing").await;
    let mut eves = agent_line(&app, &eve).await;
    eves.send(json!({ "type": "watch", "conversation": id, "after": 0 })).await;
    assert_eq!(eves.until("reload").await["conversation"], json!(id));
    writes(&mut one, &id, "typing", "a secret").await;
    sees(&mut two, &alice, |found| found["peek"] == "a secret").await;
    assert!(rest(&mut eves).await.iter().all(|frame| frame["type"] != "viewers"));
});

app_test!(a_case_given_to_somebody_is_told_to_them_and_not_to_whoever_took_it, |app| async move {
    let (alice, sam) = (app.agent().await, app.supervisor().await);
    let (_, taken) = begun(&app, "one").await;
    let (_, given) = begun(&app, "two").await;
    let mut line = agent_line(&app, &alice).await;
    line.send(json!({ "type": "list", "id": "a", "view": "mine" })).await;
    act(&alice, &taken, json!({ "type": "assign", "agent": alice.id })).await;
    assert_eq!(line.until("row").await["id"], json!(taken));
    act(&sam, &given, json!({ "type": "assign", "agent": alice.id })).await;
    // The first note is of the second case: of her own act she was told nothing.
    let note = line.until("notify").await;
    assert_eq!((&note["kind"], &note["conversation"]), (&json!("assigned"), &json!(given)));
    // Although she has it open.
    act(&sam, &given, json!({ "type": "assign", "agent": null })).await;
    line.send(json!({ "type": "watch", "conversation": given, "after": 0 })).await;
    line.until("viewers").await;
    act(&sam, &given, json!({ "type": "assign", "agent": alice.id })).await;
    assert_eq!(line.until("notify").await["kind"], "assigned");
});

app_test!(a_reply_shows_that_the_customer_has_read_it, |app| async move {
    let alice = app.agent().await;
    let (visitor, id) = begun(&app, "one").await;
    answer(&alice, &id, "two", 0).await.created();
    let note = json!({ "client_id": uuid::Uuid::now_v7(), "text": "careful" });
    let note = alice.post(&format!("/api/v1/conversations/{id}/notes"), note).await.created();
    assert_eq!(note.get("public_seq"), None, "a note has no number that a customer could read");
    let timeline = alice.get(&format!("/api/v1/conversations/{id}/timeline")).await.ok();
    let reply = timeline["items"].as_array().unwrap().iter().find(|item| item["message"]["kind"] == "reply").unwrap().clone();
    let number = reply["public_seq"].as_i64().expect("a reply has a public number");
    let mut line = agent_line(&app, &alice).await;
    line.send(json!({ "type": "watch", "conversation": id, "after": 0 })).await;
    let before = line.until("events").await;
    assert!(before["row"]["visitor_read_seq"].as_i64().unwrap() < number);
    line.until("viewers").await;
    assert_eq!(visitor.post(&format!("/visitor/v1/conversations/{id}/read"), json!({ "seq": number })).await.status, 204);
    loop {
        let frame = line.until("events").await;
        if frame["row"]["visitor_read_seq"] == json!(number) {
            break;
        }
    }
});
