//! One action on a whole list: a job in pieces, with progress, an end before the end, and a way back.

use crate::live::agent_line;
use crate::writing::{act, begun};
use candor_app::agent;
use candor_app::conversation::bulk;
use candor_domain::actor::Actor;
use candor_testkit::{Agent, TestApp, app_test};
use serde_json::{Value, json};
use std::time::Duration;

/// More than two pieces.
const MANY: usize = 45;

async fn filled(app: &TestApp, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for _ in 0..count {
        ids.push(begun(app, "one").await.1);
    }
    app.settle().await;
    ids
}

fn urgent(matching: Value) -> Value {
    json!({ "matching": matching, "action": { "type": "priority", "priority": "urgent" } })
}

async fn job(agent: &Agent, id: &Value) -> Value {
    agent.get(&format!("/api/v1/bulk/{}", id.as_str().unwrap())).await.ok()
}

async fn priorities(agent: &Agent, priority: &str) -> usize {
    let mut count = 0;
    let mut cursor = String::new();
    loop {
        let page = agent.get(&format!("/api/v1/conversations?view=all&limit=100{cursor}")).await.ok();
        count += page["items"].as_array().unwrap().iter().filter(|row| row["priority"] == priority).count();
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return count,
        }
    }
}

app_test!(a_whole_list_is_changed_in_pieces_and_taken_back, |app| async move {
    let sam = app.supervisor().await;
    filled(&app, MANY).await;
    let begun = sam.post("/api/v1/bulk", urgent(json!({ "view": "all" }))).await.expect(202);
    assert_eq!((&begun["state"], &begun["total"], &begun["done"]), (&json!("running"), &json!(MANY), &json!(0)));
    assert_eq!(sam.get("/api/v1/bulk").await.ok()["items"][0]["id"], begun["id"], "a page that is loaded again finds it");
    let undo = format!("/api/v1/bulk/{}/undo", begun["id"].as_str().unwrap());
    sam.post(&undo, json!({})).await.refused(409, "conflict");

    bulk::work_all(&app.app).await.unwrap();
    let done = job(&sam, &begun["id"]).await;
    assert_eq!((&done["state"], &done["done"], &done["failed"]), (&json!("done"), &json!(MANY), &json!(0)));
    app.settle().await;
    assert_eq!(priorities(&sam, "urgent").await, MANY);

    app.admin().await.post(&undo, json!({})).await.refused(404, "not_found");
    assert_eq!(sam.post(&undo, json!({})).await.expect(202)["state"], "undoing");
    app.settle().await;
    let back = job(&sam, &begun["id"]).await;
    assert_eq!((&back["state"], &back["undone"], back.get("undo_until")), (&json!("undone"), &json!(MANY), None));
    assert_eq!(priorities(&sam, "none").await, MANY);
    sam.post(&undo, json!({})).await.refused(404, "not_found");
});

app_test!(only_what_matches_and_only_what_one_may_change_is_changed, |app| async move {
    let sam = app.supervisor().await;
    let ids = filled(&app, 6).await;
    act(&sam, &ids[0], json!({ "type": "priority", "priority": "low" })).await;
    act(&sam, &ids[1], json!({ "type": "priority", "priority": "low" })).await;
    app.settle().await;
    let filter = json!({ "field": "priority", "op": "is", "value": "low" }).to_string();
    sam.post("/api/v1/bulk", urgent(json!({ "view": "all", "filter": filter }))).await.expect(202);
    app.settle().await;
    assert_eq!((priorities(&sam, "urgent").await, priorities(&sam, "none").await), (2, 4));

    let other = app.admin().await.post("/api/v1/inboxes", json!({ "name": "VIP", "channel": "web" })).await.created();
    let other: uuid::Uuid = other["id"].as_str().unwrap().parse().unwrap();
    let narrow = app.agent_as("Nora", "supervisor", Some(other.into()), None).await;
    let nothing = narrow.post("/api/v1/bulk", urgent(json!({ "view": "all" }))).await.expect(202);
    app.settle().await;
    assert_eq!(job(&narrow, &nothing["id"]).await["total"], 0);
    app.agent_as("Vera", "viewer", None, None).await.post("/api/v1/bulk", urgent(json!({ "view": "all" }))).await.refused(403, "forbidden");
});

app_test!(a_bulk_job_ends_where_it_is_cancelled_and_where_its_author_is_gone, |app| async move {
    let (sam, alice) = (app.supervisor().await, app.agent().await);
    filled(&app, MANY).await;
    let begun = sam.post("/api/v1/bulk", urgent(json!({ "view": "all" }))).await.expect(202);
    let cancel = format!("/api/v1/bulk/{}/cancel", begun["id"].as_str().unwrap());
    alice.post(&cancel, json!({})).await.refused(404, "not_found");
    assert_eq!(sam.post(&cancel, json!({})).await.ok()["state"], "cancelled");
    sam.post(&cancel, json!({})).await.refused(409, "conflict");
    app.settle().await;
    assert_eq!((priorities(&sam, "urgent").await, &job(&sam, &begun["id"]).await["done"]), (0, &json!(0)));

    let hers = alice.post("/api/v1/bulk", urgent(json!({ "view": "all" }))).await.expect(202);
    agent::disable(&app.app, &Actor::machine("test"), alice.id).await.unwrap();
    app.settle().await;
    assert_eq!(priorities(&sam, "urgent").await, 0, "nobody acts in the name of who is gone");
    sam.get(&format!("/api/v1/bulk/{}", hers["id"].as_str().unwrap())).await.refused(404, "not_found");
});

app_test!(progress_reaches_the_authors_screen_and_no_other, |app| async move {
    let (sam, alice) = (app.supervisor().await, app.agent().await);
    filled(&app, 3).await;
    let (mut own, mut other) = (agent_line(&app, &sam).await, agent_line(&app, &alice).await);
    let begun = sam.post("/api/v1/bulk", urgent(json!({ "view": "all" }))).await.expect(202);
    bulk::work_all(&app.app).await.unwrap();
    let told = own.until("bulk").await;
    assert_eq!((&told["job"]["id"], &told["job"]["state"], &told["job"]["done"]), (&begun["id"], &json!("done"), &json!(3)));
    other.send(json!({ "type": "ping" })).await;
    while let Some(frame) = other.next().await {
        assert_ne!(frame["type"], "bulk");
        if frame["type"] == "pong" {
            break;
        }
    }
});

app_test!(an_undo_ends_with_its_window, |app| async move {
    let sam = app.supervisor().await;
    filled(&app, 3).await;
    let begun = sam.post("/api/v1/bulk", urgent(json!({ "view": "all" }))).await.expect(202);
    app.settle().await;
    app.pass(Duration::from_secs(5 * 60)).await;
    sam.post(&format!("/api/v1/bulk/{}/undo", begun["id"].as_str().unwrap()), json!({})).await.refused(404, "not_found");
    assert_eq!(sam.get("/api/v1/bulk").await.ok()["items"], json!([]));
    let words = json!({ "matching": { "view": "all" }, "action": { "type": "subject", "text": "secret" } });
    sam.post("/api/v1/bulk", words).await.refused(422, "validation_failed");
    sam.post("/api/v1/bulk", json!({ "action": { "type": "wake" } })).await.refused(422, "validation_failed");
});
