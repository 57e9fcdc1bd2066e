//! Messages, replies with their undo window, notes: once, in order, and nothing lost.

use candor_testkit::{Agent, TestApp, Visitor, app_test};
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

/// A visitor with a conversation, and its id.
pub(crate) async fn begun(app: &TestApp, text: &str) -> (Visitor, String) {
    let visitor = app.visitor().await;
    let started = visitor.post("/visitor/v1/conversations", json!({ "client_id": Uuid::now_v7(), "text": text })).await.created();
    let id = started["conversation"]["id"].as_str().unwrap().to_owned();
    (visitor, id)
}

pub(crate) async fn say(visitor: &Visitor, id: &str, text: &str) -> Value {
    visitor.post(&format!("/visitor/v1/conversations/{id}/messages"), json!({ "client_id": Uuid::now_v7(), "text": text })).await.created()
}

pub(crate) async fn answer(agent: &Agent, id: &str, text: &str, hold_ms: i64) -> candor_testkit::Answer {
    let seen = agent.get(&format!("/api/v1/conversations/{id}")).await.ok()["seq"].clone();
    let body = json!({ "client_id": Uuid::now_v7(), "text": text, "seen_seq": seen, "hold_ms": hold_ms });
    agent.post(&format!("/api/v1/conversations/{id}/replies"), body).await
}

pub(crate) async fn act(agent: &Agent, id: &str, action: Value) -> Value {
    agent.post(&format!("/api/v1/conversations/{id}/actions"), json!({ "action": action })).await.ok()
}

pub(crate) async fn status(agent: &Agent, id: &str, category: &str) {
    let directory = agent.get("/api/v1/session").await.ok()["directory"].clone();
    let found = directory["statuses"].as_array().unwrap().iter().find(|one| one["category"] == category).unwrap()["id"].clone();
    act(agent, id, json!({ "type": "status", "status": found })).await;
}

/// Texts of the messages a surface shows, in order.
pub(crate) fn texts(items: &Value) -> Vec<String> {
    items["items"].as_array().unwrap().iter().filter_map(|item| item["message"]["text"].as_str().map(str::to_owned)).collect()
}

fn numbers(items: &Value) -> Vec<i64> {
    items["items"].as_array().unwrap().iter().map(|item| item["seq"].as_i64().unwrap()).collect()
}

app_test!(a_customer_pages_past_what_they_may_not_see_in_both_directions, |app| async move {
    let alice = app.agent().await;
    let (visitor, id) = begun(&app, "one").await;
    let note = async |number: usize| {
        let body = json!({ "client_id": Uuid::now_v7(), "text": format!("note {number}") });
        alice.post(&format!("/api/v1/conversations/{id}/notes"), body).await.created();
    };
    for number in 0..12 {
        note(number).await;
        if number % 4 == 3 {
            say(&visitor, &id, &format!("after {number}")).await;
        }
    }
    let page = async |query: &str| visitor.get(&format!("/visitor/v1/conversations/{id}/events?{query}")).await.ok();
    let all = ["one", "after 3", "after 7", "after 11"];
    assert_eq!(texts(&page("").await), all);
    let mut read = Vec::new();
    let mut from = 0;
    loop {
        let part = page(&format!("after={from}&limit=1")).await;
        read.extend(numbers(&part));
        let Some(last) = numbers(&part).last().copied() else { break };
        from = last;
    }
    assert_eq!(read, numbers(&page("").await), "no number is missing and none comes twice");
    let last = *read.last().unwrap();
    assert_eq!(texts(&page(&format!("before={last}&limit=2")).await).last().unwrap(), "after 7");
    assert_eq!(texts(&page("before=2&limit=5").await), ["one"]);
});

app_test!(a_repeated_message_is_one_message, |app| async move {
    let (visitor, id) = begun(&app, "提现没到账").await;
    let path = format!("/visitor/v1/conversations/{id}/messages");
    let body = json!({ "client_id": Uuid::now_v7(), "text": "急" });
    let first = visitor.post(&path, body.clone()).await.created();
    let again = visitor.post(&path, body.clone()).await.ok();
    assert_eq!(first, again);
    let racing: Vec<_> = (0..20).map(|_| visitor.post(&path, body.clone())).collect();
    for answer in futures_util::future::join_all(racing).await {
        assert_eq!(answer.ok(), first);
    }
    let mut other = body.clone();
    other["text"] = json!("别的");
    visitor.post(&path, other).await.refused(409, "body_mismatch");
    let events = visitor.get(&format!("/visitor/v1/conversations/{id}/events")).await.ok();
    assert_eq!(texts(&events), ["提现没到账", "急"]);
});

app_test!(racing_starts_with_one_id_are_one_conversation, |app| async move {
    let visitor = app.visitor().await;
    let body = json!({ "client_id": Uuid::now_v7(), "text": "hello" });
    let racing: Vec<_> = (0..10).map(|_| visitor.post("/visitor/v1/conversations", body.clone())).collect();
    let mut ids: Vec<Value> = Vec::new();
    for answer in futures_util::future::join_all(racing).await {
        assert!(answer.status == 201 || answer.status == 200, "{answer:?}");
        ids.push(answer.body["conversation"]["id"].clone());
    }
    ids.dedup();
    assert_eq!(ids.len(), 1);
    assert_eq!(visitor.get("/visitor/v1/conversations").await.ok()["items"].as_array().unwrap().len(), 1);
});

app_test!(numbers_have_no_holes_and_a_note_leaves_no_trace, |app| async move {
    let alice = app.agent().await;
    let (visitor, id) = begun(&app, "one").await;
    alice.post(&format!("/api/v1/conversations/{id}/notes"), json!({ "client_id": Uuid::now_v7(), "text": "secret note" })).await.created();
    answer(&alice, &id, "two", 0).await.created();
    act(&alice, &id, json!({ "type": "priority", "priority": "high" })).await;
    say(&visitor, &id, "three").await;
    let staff = alice.get(&format!("/api/v1/conversations/{id}/timeline")).await.ok();
    assert_eq!(numbers(&staff), (1..=7).collect::<Vec<_>>(), "started, message, note, assigned, reply, priority, message");
    let customer = visitor.get(&format!("/visitor/v1/conversations/{id}/events")).await.ok();
    assert_eq!(numbers(&customer), (1..=4).collect::<Vec<_>>(), "message, joined, reply, message");
    assert_eq!(texts(&customer), ["one", "two", "three"]);
    assert!(!customer.to_string().contains("note"));
    let paged = visitor.get(&format!("/visitor/v1/conversations/{id}/events?after=1&limit=2")).await.ok();
    assert_eq!((numbers(&paged), paged["more"].clone()), (vec![2, 3], json!(true)));
    let newest = alice.get(&format!("/api/v1/conversations/{id}/timeline?before=7&limit=3")).await.ok();
    assert_eq!((numbers(&newest), newest["more"].clone()), (vec![4, 5, 6], json!(true)));
});

app_test!(a_reply_that_has_not_seen_the_newest_message_is_refused_with_it, |app| async move {
    let alice = app.agent().await;
    let (visitor, id) = begun(&app, "one").await;
    say(&visitor, &id, "two").await;
    let path = format!("/api/v1/conversations/{id}/replies");
    let body = json!({ "client_id": Uuid::now_v7(), "text": "hi", "seen_seq": 2 });
    let refused = alice.post(&path, body.clone()).await.refused(409, "newer_message");
    assert_eq!(refused["messages"][0]["text"], "two");
    let mut forced = body.clone();
    forced["force"] = json!(true);
    alice.post(&path, forced).await.created();
    let opened = alice.get(&format!("/api/v1/conversations/{id}")).await.ok();
    assert_eq!((&opened["assignee"], &opened["turn"]), (&json!(alice.id), &json!("customer")), "whoever answers a free case has it");
});

app_test!(a_held_reply_can_be_taken_back_and_goes_out_when_its_window_ends, |app| async move {
    let alice = app.agent().await;
    let (visitor, id) = begun(&app, "one").await;
    let held = answer(&alice, &id, "too soon", 8_000).await.expect(202);
    assert_eq!(texts(&visitor.get(&format!("/visitor/v1/conversations/{id}/events")).await.ok()), ["one"]);
    let path = format!("/api/v1/conversations/{id}/replies/{}", held["id"].as_str().unwrap());
    let draft = alice.delete(&path).await.ok();
    assert_eq!(draft["text"], "too soon");
    app.pass(Duration::from_secs(10)).await;
    assert_eq!(
        texts(&visitor.get(&format!("/visitor/v1/conversations/{id}/events")).await.ok()),
        ["one"],
        "what was taken back never goes"
    );

    answer(&alice, &id, "too soon? No, better", 8_000).await.expect(202);
    assert_eq!(alice.get(&format!("/api/v1/conversations/{id}/drafts")).await.ok()["items"], json!([]), "sending takes the draft");
    app.pass(Duration::from_secs(7)).await;
    assert_eq!(texts(&visitor.get(&format!("/visitor/v1/conversations/{id}/events")).await.ok()), ["one"]);
    app.pass(Duration::from_secs(1)).await;
    assert_eq!(texts(&visitor.get(&format!("/visitor/v1/conversations/{id}/events")).await.ok()), ["one", "too soon? No, better"]);
});

app_test!(an_overtaken_reply_asks_and_then_goes_as_written_without_its_follow_up, |app| async move {
    let alice = app.agent().await;
    let (visitor, id) = begun(&app, "one").await;
    let resolved = alice.get("/api/v1/session").await.ok()["directory"]["statuses"][3]["id"].clone();
    let seen = alice.get(&format!("/api/v1/conversations/{id}")).await.ok()["seq"].clone();
    let body = json!({ "client_id": Uuid::now_v7(), "text": "done", "seen_seq": seen, "hold_ms": 5000, "then": { "status": resolved } });
    alice.post(&format!("/api/v1/conversations/{id}/replies"), body).await.expect(202);
    say(&visitor, &id, "wait, one more thing").await;
    app.pass(Duration::from_secs(5)).await;
    let asking = alice.get(&format!("/api/v1/conversations/{id}")).await.ok();
    assert_eq!(asking["held"][0]["state"], "asking");
    app.pass(Duration::from_secs(60)).await;
    let after = alice.get(&format!("/api/v1/conversations/{id}")).await.ok();
    assert_eq!((&after["held"], &after["category"]), (&json!([]), &json!("open")));
    let timeline = alice.get(&format!("/api/v1/conversations/{id}/timeline")).await.ok();
    let last = timeline["items"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["message"]["text"], &last["message"]["answered_before_last"]), (&json!("done"), &json!(true)));
});

app_test!(held_replies_go_out_in_the_order_they_were_sent, |app| async move {
    let alice = app.agent().await;
    let (visitor, id) = begun(&app, "zero").await;
    answer(&alice, &id, "first", 9_000).await.expect(202);
    answer(&alice, &id, "second", 1_000).await.expect(202);
    app.pass(Duration::from_secs(2)).await;
    assert_eq!(
        texts(&visitor.get(&format!("/visitor/v1/conversations/{id}/events")).await.ok()),
        ["zero"],
        "the second waits behind the first"
    );
    app.pass(Duration::from_secs(7)).await;
    assert_eq!(texts(&visitor.get(&format!("/visitor/v1/conversations/{id}/events")).await.ok()), ["zero", "first", "second"]);
});

app_test!(a_held_reply_of_somebody_who_lost_the_right_comes_back_as_a_draft, |app| async move {
    let (admin, alice) = (app.admin().await, app.agent().await);
    let (visitor, id) = begun(&app, "zero").await;
    answer(&alice, &id, "never sent", 5_000).await.expect(202);
    let roles = admin.get("/api/v1/roles").await.ok();
    let viewer = roles["items"].as_array().unwrap().iter().find(|role| role["name"] == "viewer").unwrap()["id"].clone();
    admin.patch(&format!("/api/v1/agents/{}", alice.id), json!({ "roles": [{ "role": viewer }] })).await.ok();
    app.pass(Duration::from_secs(6)).await;
    assert_eq!(texts(&visitor.get(&format!("/visitor/v1/conversations/{id}/events")).await.ok()), ["zero"]);
    let drafts = alice.get(&format!("/api/v1/conversations/{id}/drafts")).await.ok();
    assert_eq!(drafts["items"][0]["text"], "never sent");
});

app_test!(drafts_are_kept_per_case_and_mode_and_belong_to_their_author, |app| async move {
    let (alice, sam) = (app.agent().await, app.supervisor().await);
    let (_, id) = begun(&app, "zero").await;
    let path = |mode: &str| format!("/api/v1/conversations/{id}/drafts/{mode}");
    assert_eq!(alice.put(&path("reply"), json!({ "text": "half a th" })).await.status, 204);
    assert_eq!(alice.put(&path("note"), json!({ "text": "备注" })).await.status, 204);
    assert_eq!(alice.put(&path("reply"), json!({ "text": "half a thought" })).await.status, 204);
    let all = alice.get(&format!("/api/v1/conversations/{id}/drafts")).await.ok();
    let texts: Vec<_> = all["items"].as_array().unwrap().iter().map(|one| (one["mode"].clone(), one["text"].clone())).collect();
    assert_eq!(texts, [(json!("note"), json!("备注")), (json!("reply"), json!("half a thought"))]);
    assert_eq!(sam.get(&format!("/api/v1/conversations/{id}/drafts")).await.ok()["items"], json!([]));
    assert_eq!(alice.put(&path("reply"), json!({ "text": "" })).await.status, 204);
    assert_eq!(alice.delete(&path("note")).await.status, 204);
    assert_eq!(alice.get(&format!("/api/v1/conversations/{id}/drafts")).await.ok()["items"], json!([]));
    alice.put(&path("poem"), json!({ "text": "x" })).await.refused(404, "not_found");
});
