//! What happens to a case: status, sleep, ratings, redaction, the customer's record, bulk actions.

use crate::writing::{act, answer, begun, say, status, texts};
use candor_testkit::app_test;
use serde_json::{Value, json};
use std::time::Duration;

app_test!(a_message_opens_a_resolved_case_again_and_a_closed_one_refuses, |app| async move {
    let alice = app.agent().await;
    let (visitor, id) = begun(&app, "one").await;
    answer(&alice, &id, "two", 0).await.created();
    status(&alice, &id, "resolved").await;
    say(&visitor, &id, "still broken").await;
    let opened = alice.get(&format!("/api/v1/conversations/{id}")).await.ok();
    assert_eq!((&opened["category"], &opened["turn"], &opened["resolved_at"]), (&json!("open"), &json!("us"), &Value::Null));
    status(&alice, &id, "closed").await;
    let body = json!({ "client_id": uuid::Uuid::now_v7(), "text": "hello?" });
    visitor.post(&format!("/visitor/v1/conversations/{id}/messages"), body).await.refused(409, "conflict");
});

app_test!(a_resolved_case_opened_again_waits_as_long_as_its_question_is_old, |app| async move {
    let alice = app.agent().await;
    let (visitor, id) = begun(&app, "one").await;
    answer(&alice, &id, "two", 0).await.created();
    app.clock.advance(60_000);
    say(&visitor, &id, "three").await;
    app.clock.advance(60_000);
    say(&visitor, &id, "four").await;
    let shown = async || {
        let case = alice.get(&format!("/api/v1/conversations/{id}")).await.ok();
        (case["turn"].clone(), case["waiting_since"].clone())
    };
    let asked = shown().await;
    assert_eq!((&asked.0, asked.1.is_i64()), (&json!("us"), true));
    status(&alice, &id, "resolved").await;
    assert_eq!(shown().await, (json!("nobody"), Value::Null));
    app.clock.advance(60_000);
    status(&alice, &id, "open").await;
    assert_eq!(shown().await, asked, "as if it had never been resolved");
    answer(&alice, &id, "five", 0).await.created();
    let answered = shown().await;
    status(&alice, &id, "resolved").await;
    status(&alice, &id, "open").await;
    assert_eq!(shown().await, answered, "the customer is still the one to speak");
});

app_test!(a_rating_is_asked_once_given_once_and_out_of_agents_reach, |app| async move {
    let alice = app.agent().await;
    let (visitor, id) = begun(&app, "one").await;
    let path = format!("/visitor/v1/conversations/{id}/rating");
    visitor.post(&path, json!({ "score": 5 })).await.refused(409, "conflict");
    answer(&alice, &id, "two", 0).await.created();
    status(&alice, &id, "resolved").await;
    let asked = visitor.get(&format!("/visitor/v1/conversations/{id}")).await.ok();
    assert_eq!(asked["can_rate"], true);
    visitor.post(&path, json!({ "score": 6 })).await.refused(409, "conflict");
    visitor.post(&path, json!({ "score": 4, "solved": true, "comment": "很快" })).await.created();
    visitor.post(&path, json!({ "score": 1 })).await.refused(409, "duplicate");
    let opened = alice.get(&format!("/api/v1/conversations/{id}")).await.ok();
    assert_eq!((&opened["csat"]["score"], &opened["csat"]["comment"]), (&json!(4), &json!("很快")));
    say(&visitor, &id, "again").await;
    status(&alice, &id, "resolved").await;
    assert_eq!(visitor.get(&format!("/visitor/v1/conversations/{id}")).await.ok()["can_rate"], false, "asked once");
    alice.post(&path, json!({ "score": 5 })).await.refused(401, "unauthenticated");
});

app_test!(a_sleeping_case_wakes_by_its_time_or_by_a_message, |app| async move {
    let alice = app.agent().await;
    let (visitor, id) = begun(&app, "one").await;
    let until = app.app.now() + 3_600_000;
    act(&alice, &id, json!({ "type": "snooze", "until": until })).await;
    app.pass(Duration::from_secs(3599)).await;
    assert_eq!(alice.get(&format!("/api/v1/conversations/{id}")).await.ok()["snoozed"], true);
    app.pass(Duration::from_secs(1)).await;
    assert_eq!(alice.get(&format!("/api/v1/conversations/{id}")).await.ok()["snoozed"], false);
    act(&alice, &id, json!({ "type": "snooze" })).await;
    app.pass(Duration::from_secs(3 * 3_600)).await;
    assert_eq!(alice.get(&format!("/api/v1/conversations/{id}")).await.ok()["snoozed"], true, "until the customer writes");
    say(&visitor, &id, "news?").await;
    assert_eq!(alice.get(&format!("/api/v1/conversations/{id}")).await.ok()["snoozed"], false);
    let past = json!({ "action": { "type": "snooze", "until": 1 } });
    alice.post(&format!("/api/v1/conversations/{id}/actions"), past).await.refused(409, "conflict");
});

app_test!(a_redacted_message_is_gone_everywhere, |app| async move {
    let sam = app.supervisor().await;
    let (visitor, id) = begun(&app, "我的助记词是苹果香蕉").await;
    let message = sam.get(&format!("/api/v1/conversations/{id}/timeline")).await.ok()["items"][1]["message"]["id"].clone();
    assert_eq!(sam.get("/api/v1/search?q=香蕉").await.ok()["items"].as_array().unwrap().len(), 1);
    let path = format!("/api/v1/conversations/{id}/messages/{}/redact", message.as_str().unwrap());
    sam.post(&path, json!({ "reason": "" })).await.refused(422, "validation_failed");
    assert_eq!(sam.post(&path, json!({ "reason": "a secret" })).await.status, 204);
    assert_eq!(sam.post(&path, json!({ "reason": "a secret" })).await.status, 204, "a repeat changes nothing");
    let timeline = sam.get(&format!("/api/v1/conversations/{id}/timeline")).await.ok();
    assert!(!timeline.to_string().contains("香蕉"));
    assert_eq!(timeline["items"].as_array().unwrap().iter().filter(|item| item["type"] == "redacted").count(), 1);
    let events = visitor.get(&format!("/visitor/v1/conversations/{id}/events")).await.ok();
    assert_eq!((texts(&events), events["items"][1]["type"].clone()), (vec![String::new()], json!("redacted")));
    assert_eq!(sam.get("/api/v1/search?q=香蕉").await.ok()["items"], json!([]));
    assert!(!sam.get("/api/v1/conversations?view=all").await.ok().to_string().contains("香蕉"));
});

app_test!(the_customers_record_opens_only_with_a_part_in_the_open_case, |app| async move {
    let (alice, bob, sam) = (app.agent().await, app.agent_as("Bob", "agent", None, None).await, app.supervisor().await);
    let (_, id) = begun(&app, "one").await;
    let record = format!("/api/v1/conversations/{id}/contact");
    alice.get(&record).await.refused(403, "take_case_first");
    answer(&alice, &id, "mine now", 0).await.created();
    alice.get(&record).await.ok();
    bob.get(&record).await.refused(403, "take_case_first");
    assert_eq!(alice.post(&format!("/api/v1/conversations/{id}/access"), json!({ "agent": bob.id })).await.status, 204);
    bob.get(&record).await.ok();
    assert_eq!(alice.delete(&format!("/api/v1/conversations/{id}/access/{}", bob.id)).await.status, 204);
    bob.get(&record).await.refused(403, "take_case_first");
    let glass = format!("/api/v1/conversations/{id}/break-glass");
    bob.post(&glass, json!({ "reason": "the customer is on the phone" })).await.refused(403, "forbidden");
    sam.post(&glass, json!({ "reason": "short" })).await.refused(422, "validation_failed");
    sam.post(&glass, json!({ "reason": "the customer is on the phone" })).await.ok();
    sam.get(&record).await.ok();
    app.pass(Duration::from_secs(3601)).await;
    sam.get(&record).await.refused(403, "take_case_first");
    status(&alice, &id, "resolved").await;
    alice.get(&record).await.refused(403, "take_case_first");
});

app_test!(a_bulk_action_does_what_it_can_and_can_be_taken_back_once, |app| async move {
    let sam = app.supervisor().await;
    let (_, one) = begun(&app, "one").await;
    let (_, two) = begun(&app, "two").await;
    let gone = uuid::Uuid::from_u128(5).to_string();
    let body = json!({ "conversations": [one, two, gone], "action": { "type": "priority", "priority": "urgent" } });
    let done = sam.post("/api/v1/bulk", body).await.ok();
    assert_eq!((&done["done"], &done["failed"]), (&json!([one, two]), &json!([{ "id": gone, "code": "not_found" }])));
    assert_eq!(sam.get(&format!("/api/v1/conversations/{two}")).await.ok()["priority"], "urgent");
    let undo = format!("/api/v1/bulk/{}/undo", done["undo"].as_str().unwrap());
    app.agent().await.post(&undo, json!({})).await.refused(404, "not_found");
    sam.post(&undo, json!({})).await.ok();
    assert_eq!(sam.get(&format!("/api/v1/conversations/{two}")).await.ok()["priority"], "none");
    sam.post(&undo, json!({})).await.refused(404, "not_found");
    sam.post("/api/v1/bulk", json!({ "conversations": [], "action": { "type": "wake" } })).await.refused(422, "validation_failed");
});

app_test!(a_case_goes_only_to_who_may_answer_it, |app| async move {
    let (admin, alice) = (app.admin().await, app.agent().await);
    let viewer = app.agent_as("Vera", "viewer", None, None).await;
    let (_, id) = begun(&app, "one").await;
    let path = format!("/api/v1/conversations/{id}/actions");
    let assign = |agent: Value| json!({ "action": { "type": "assign", "agent": agent } });
    admin.post(&path, assign(json!(viewer.id))).await.refused(422, "validation_failed");
    admin.post(&path, assign(json!(uuid::Uuid::from_u128(9)))).await.refused(422, "validation_failed");
    admin.post(&path, assign(json!(alice.id))).await.ok();
    viewer.post(&path, assign(Value::Null)).await.refused(403, "forbidden");
    let changed = admin.post(&path, assign(Value::Null)).await.ok();
    assert_eq!(changed["assignee"], Value::Null);
    let seq = changed["seq"].clone();
    assert_eq!(admin.post(&path, assign(Value::Null)).await.ok()["seq"], seq, "what changes nothing leaves no event");
});
