//! Spam: in no list but its own, in no figure, in no search, until somebody says that it was none.

use crate::writing::{act, answer, begun, say, status};
use candor_store::{Pool, rollup};
use candor_testkit::{Agent, TestApp, app_test};
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

const DAY: i64 = 24 * 60 * 60 * 1000;

/// All sums of the desk by day: started, received, replied, first replies, resolved, reopened, ratings.
pub(crate) async fn figures(app: &TestApp) -> [i64; 7] {
    app.settle().await;
    let rows = app.app.db.read(Pool::Quick, |rx| rollup::between(rx, DAY, 0, i64::MAX)).await.unwrap();
    let mut sum = rollup::Sums::default();
    rows.into_iter().for_each(|(_, more)| sum += more);
    [sum.started, sum.received, sum.replied, sum.first_replies, sum.resolved, sum.reopened, sum.ratings]
}

/// Every sum by its place, without those that came to nothing.
async fn places(app: &TestApp) -> Vec<(rollup::Key, rollup::Sums)> {
    app.settle().await;
    let rows = app.app.db.read(Pool::Quick, |rx| rollup::between(rx, DAY, 0, i64::MAX)).await.unwrap();
    let mut by = std::collections::BTreeMap::<rollup::Key, rollup::Sums>::new();
    rows.into_iter().for_each(|(key, more)| *by.entry(key).or_default() += more);
    by.into_iter().filter(|(_, sums)| *sums != rollup::Sums::default()).collect()
}

async fn samples(app: &TestApp) -> usize {
    let inbox = app.inbox().await;
    app.app.db.read(Pool::Quick, move |rx| rollup::samples(rx, inbox.0, 100)).await.unwrap().len()
}

async fn spam(agent: &Agent, id: &str, spam: bool) -> Value {
    act(agent, id, json!({ "type": "spam", "spam": spam })).await
}

async fn ids(agent: &Agent, path: &str) -> Vec<String> {
    let page = agent.get(path).await.ok();
    page["items"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap_or_default().to_owned()).collect()
}

app_test!(spam_stands_in_its_own_list_and_in_no_other, |app| async move {
    let alice = app.agent().await;
    let ((_, id), (_, other)) = (begun(&app, "buy cheap coins").await, begun(&app, "my deposit").await);
    let row = spam(&alice, &id, true).await;
    assert_eq!((&row["spam"], &row["category"]), (&json!(true), &json!("open")));
    app.settle().await;
    for view in ["all", "unassigned", "resolved"] {
        assert!(!ids(&alice, &format!("/api/v1/conversations?view={view}")).await.contains(&id), "{view}");
    }
    assert_eq!(ids(&alice, "/api/v1/conversations?view=spam").await, std::slice::from_ref(&id));
    assert_eq!(ids(&alice, "/api/v1/conversations?view=all").await, [other]);
    assert_eq!(alice.get("/api/v1/counts").await.ok()["views"]["all"]["total"], 1);
    status(&alice, &id, "resolved").await;
    assert_eq!(ids(&alice, "/api/v1/conversations?view=resolved").await, Vec::<String>::new());
    status(&alice, &id, "open").await;

    let row = spam(&alice, &id, false).await;
    assert_eq!(row["spam"], false);
    app.settle().await;
    assert!(ids(&alice, "/api/v1/conversations?view=all").await.contains(&id));
    assert_eq!(ids(&alice, "/api/v1/conversations?view=spam").await, Vec::<String>::new());
    assert_eq!(alice.get("/api/v1/counts").await.ok()["views"]["all"]["total"], 2);
});

app_test!(spam_is_found_by_asking_only, |app| async move {
    let alice = app.agent().await;
    let (_, id) = begun(&app, "airdrop giveaway").await;
    let hits = |answer: Value| answer["items"].as_array().unwrap().len();
    assert_eq!(hits(alice.get("/api/v1/search?q=giveaway").await.ok()), 1);
    let number = spam(&alice, &id, true).await["number"].clone();
    assert_eq!(hits(alice.get("/api/v1/search?q=giveaway").await.ok()), 0);
    assert_eq!(hits(alice.get("/api/v1/search?q=giveaway&spam=true").await.ok()), 1);
    assert_eq!(hits(alice.get(&format!("/api/v1/search?q=%23{number}")).await.ok()), 1, "its number is asking");
    spam(&alice, &id, false).await;
    assert_eq!(hits(alice.get("/api/v1/search?q=giveaway").await.ok()), 1);
    assert_eq!(hits(alice.get("/api/v1/search?q=giveaway&spam=true").await.ok()), 0);
});

app_test!(spam_feeds_no_figure_and_comes_back_as_it_was, |app| async move {
    let alice = app.agent().await;
    let (visitor, id) = begun(&app, "one").await;
    assert_eq!(figures(&app).await, [1, 1, 0, 0, 0, 0, 0]);
    answer(&alice, &id, "an answer", 0).await.created();
    status(&alice, &id, "resolved").await;
    say(&visitor, &id, "again").await;
    let counted = [1, 2, 1, 1, 1, 1, 0];
    assert_eq!(figures(&app).await, counted);
    let before = places(&app).await;
    assert_eq!(samples(&app).await, 1);

    spam(&alice, &id, true).await;
    assert_eq!(figures(&app).await, [0; 7]);
    assert_eq!((places(&app).await, samples(&app).await), (vec![], 0), "nothing stays booked anywhere");
    // What happens meanwhile counts nowhere either, wherever the case is moved to.
    say(&visitor, &id, "and again").await;
    act(&alice, &id, json!({ "type": "assign", "agent": null })).await;
    assert_eq!(figures(&app).await, [0; 7]);

    spam(&alice, &id, false).await;
    assert_eq!(figures(&app).await, [1, 3, 1, 1, 1, 1, 0]);
    assert_eq!(samples(&app).await, 1);
    let after: Vec<_> = places(&app).await;
    assert!(before.iter().all(|(key, _)| after.iter().any(|(other, _)| other == key)), "each sum is back in its place");

    // Marked and unmarked before the reactor came to either, and with hours between.
    spam(&alice, &id, true).await;
    spam(&alice, &id, false).await;
    assert_eq!(figures(&app).await, [1, 3, 1, 1, 1, 1, 0]);
    app.pass(Duration::from_secs(4 * 3600)).await;
    spam(&alice, &id, true).await;
    assert_eq!(places(&app).await, vec![]);
});

app_test!(sums_are_taken_back_from_where_they_were_booked, |app| async move {
    let alice = app.agent().await;
    let (visitor, id) = begun(&app, "one").await;
    // The reactor sees all of this at once, after the case has moved on.
    say(&visitor, &id, "two").await;
    answer(&alice, &id, "mine now", 0).await.created();
    say(&visitor, &id, "three").await;
    act(&alice, &id, json!({ "type": "assign", "agent": null })).await;
    say(&visitor, &id, "four").await;
    assert_eq!(figures(&app).await, [1, 4, 1, 1, 0, 0, 0]);
    let nobody: i64 = places(&app).await.iter().filter(|(key, _)| key.agent.is_nil()).map(|(_, sums)| sums.received).sum();
    assert_eq!(nobody, 3, "one, two and four came while nobody had the case");
    spam(&alice, &id, true).await;
    assert_eq!(places(&app).await, vec![]);
});

app_test!(spam_gets_no_answer_and_rings_nowhere, |app| async move {
    let alice = app.agent().await;
    let (visitor, id) = begun(&app, "one").await;
    act(&alice, &id, json!({ "type": "assign", "agent": alice.id })).await;
    answer(&alice, &id, "held", 8_000).await.expect(202);
    spam(&alice, &id, true).await;
    app.pass(Duration::from_secs(9)).await;
    assert!(alice.get(&format!("/api/v1/conversations/{id}/drafts")).await.ok().to_string().contains("held"));
    answer(&alice, &id, "no", 0).await.refused(409, "conflict");
    alice.post(&format!("/api/v1/conversations/{id}/notes"), json!({ "client_id": Uuid::now_v7(), "text": "a note" })).await.created();

    let mut line = app.socket(&alice, "/api/v1/stream").await.expect("a socket opens");
    line.until("ready").await;
    line.send(json!({ "type": "list", "id": "a", "view": "mine" })).await;
    line.send(json!({ "type": "watch", "conversation": id, "after": 0 })).await;
    line.until("events").await;
    say(&visitor, &id, "ring").await;
    // What is told after the message is told: a notice would come before it.
    loop {
        let frame = line.next().await.unwrap();
        assert!(frame["type"] != "notify" && frame["type"] != "row", "spam rings nowhere: {frame}");
        if frame["type"] == "events" && frame.to_string().contains("ring") {
            break;
        }
    }
    let seen = visitor.get("/visitor/v1/conversations").await.ok();
    assert!(!seen.to_string().contains("spam"), "the customer is not told: {seen}");
});

app_test!(many_are_marked_at_once_and_taken_back, |app| async move {
    let alice = app.agent().await;
    let mut cases = Vec::new();
    for text in ["one", "two", "three"] {
        cases.push(begun(&app, text).await.1);
    }
    let done = alice.post("/api/v1/bulk", json!({ "conversations": cases, "action": { "type": "spam", "spam": true } })).await.ok();
    assert_eq!(done["done"].as_array().unwrap().len(), 3);
    assert_eq!(figures(&app).await, [0; 7]);
    alice.post(&format!("/api/v1/bulk/{}/undo", done["undo"].as_str().unwrap()), json!({})).await.ok();
    assert_eq!(figures(&app).await, [3, 3, 0, 0, 0, 0, 0]);
    let vera = app.agent_as("Vera", "viewer", None, None).await;
    let body = json!({ "action": { "type": "spam", "spam": true } });
    vera.post(&format!("/api/v1/conversations/{}/actions", cases[0]), body).await.refused(403, "forbidden");
});
