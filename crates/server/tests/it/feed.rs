//! The outside feed: what programs hear, what they do not hear, and what becomes of old cursors.

use crate::writing::{begun, say};
use candor_domain::permission::Permission;
use candor_store::{Queue, feed, parked};
use candor_testkit::{Client, TestApp, app_test};
use serde_json::{Value, json};
use std::time::Duration;

async fn follower(app: &TestApp) -> Client {
    let admin = app.admin().await;
    app.token(&admin, &[Permission::EventRead], &[]).await
}

fn types(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|item| item["type"].as_str().unwrap()).collect()
}

fn next(page: &Value) -> String {
    page["next"].as_str().unwrap().to_owned()
}

app_test!(programs_hear_what_happened_and_no_word_of_it, |app| async move {
    let (visitor, id) = begun(&app, "提现没到账 secretword").await;
    say(&visitor, &id, "secretword again").await;
    app.settle().await;
    let program = follower(&app).await;
    let answer = program.get("/api/v1/events").await;
    assert!(!String::from_utf8_lossy(&answer.bytes).contains("secretword"));
    let page = answer.ok();
    assert_eq!(types(&page), ["started", "message", "message"]);
    let items = page["items"].as_array().unwrap();
    assert!(items.iter().all(|item| item["conversation"] == id.as_str()));
    assert_eq!(
        (&items[1]["seq"], &items[1]["message"]["kind"], &items[1]["actor"]["kind"]),
        (&json!(2), &json!("customer"), &json!("contact"))
    );
    let rest = program.get(&format!("/api/v1/events?after={}", next(&page))).await.ok();
    assert_eq!(rest["items"], json!([]));
    say(&visitor, &id, "three").await;
    app.settle().await;
    let news = program.get(&format!("/api/v1/events?after={}", next(&rest))).await.ok();
    assert_eq!((types(&news), &news["items"][0]["seq"]), (vec!["message"], &json!(4)));
});

app_test!(pages_of_one_are_the_whole_feed_in_order, |app| async move {
    for text in ["one", "two", "three"] {
        let (visitor, id) = begun(&app, text).await;
        say(&visitor, &id, "more").await;
    }
    app.settle().await;
    let program = follower(&app).await;
    let whole = program.get("/api/v1/events?limit=100").await.ok();
    let mut single = Vec::new();
    let mut after = String::new();
    loop {
        let page = program.get(&format!("/api/v1/events?limit=1{after}")).await.ok();
        let Some(item) = page["items"].get(0) else { break };
        single.push(item.clone());
        after = format!("&after={}", next(&page));
    }
    assert_eq!((single.len(), &json!(single)), (9, &whole["items"]));
});

app_test!(a_token_hears_only_of_its_inboxes_and_only_with_its_own_right, |app| async move {
    let admin = app.admin().await;
    let (visitor, id) = begun(&app, "one").await;
    let other = admin.post("/api/v1/inboxes", json!({ "name": "VIP", "channel": "web" })).await.created();
    let elsewhere: uuid::Uuid = other["id"].as_str().unwrap().parse().unwrap();
    let narrow = app.token(&admin, &[Permission::EventRead], &[elsewhere.into()]).await;
    let reader = app.token(&admin, &[Permission::ConversationRead], &[]).await;
    app.settle().await;
    let nothing = narrow.get("/api/v1/events").await.ok();
    assert_eq!(nothing["items"], json!([]), "a foreign inbox is not there");
    reader.get("/api/v1/events").await.refused(403, "forbidden");
    app.agent().await.get("/api/v1/events").await.refused(403, "forbidden");
    app.anon().get("/api/v1/events").await.refused(401, "unauthenticated");

    let moved = json!({ "action": { "type": "move", "inbox": elsewhere } });
    admin.post(&format!("/api/v1/conversations/{id}/actions"), moved).await.ok();
    say(&visitor, &id, "two").await;
    app.settle().await;
    let page = narrow.get(&format!("/api/v1/events?after={}", next(&nothing))).await.ok();
    assert_eq!(types(&page), ["inbox_changed", "message"]);
    assert_eq!(
        (page["items"][0]["data"].get("from"), &page["items"][0]["data"]["to"]),
        (None, &json!(elsewhere)),
        "where it was is foreign"
    );
});

app_test!(a_reader_who_waits_hears_at_once, |app| async move {
    let (visitor, id) = begun(&app, "one").await;
    app.settle().await;
    let program = follower(&app).await;
    let now = program.get("/api/v1/events?after=now").await.ok();
    assert_eq!(now["items"], json!([]));
    let path = format!("/api/v1/events?wait=30&after={}", next(&now));
    let waiting = tokio::spawn(async move { tokio::time::timeout(Duration::from_secs(20), program.get(&path)).await });
    say(&visitor, &id, "two").await;
    app.settle().await;
    let heard = waiting.await.unwrap().expect("long before the end of the wait").ok();
    assert_eq!((types(&heard), &heard["items"][0]["seq"]), (vec!["message"], &json!(3)));
});

app_test!(a_cursor_from_before_a_restore_is_gone_and_says_how_to_go_on, |app| async move {
    let (visitor, id) = begun(&app, "one").await;
    app.settle().await;
    let program = follower(&app).await;
    let before = next(&program.get("/api/v1/events").await.ok());
    app.app.db.write(Queue::Machines, feed::begin_epoch).await.unwrap();
    let gone = program.get(&format!("/api/v1/events?after={before}")).await.refused(410, "gone");
    say(&visitor, &id, "two").await;
    app.settle().await;
    let (oldest, newest) = (gone["oldest"].as_str().unwrap(), gone["newest"].as_str().unwrap());
    assert_eq!(types(&program.get(&format!("/api/v1/events?after={oldest}")).await.ok()), ["started", "message", "message"]);
    assert_eq!(types(&program.get(&format!("/api/v1/events?after={newest}")).await.ok()), ["message"]);

    // An older copy put in the place of the database, and nobody said so.
    let ahead = next(&program.get("/api/v1/events").await.ok());
    app.app.db.write(Queue::Machines, |tx| tx.execute("UPDATE feed SET number = 1 WHERE id = 1", &[])).await.unwrap();
    program.get(&format!("/api/v1/events?after={ahead}")).await.refused(410, "gone");
});

app_test!(a_cursor_that_was_made_up_is_refused, |app| async move {
    begun(&app, "one").await;
    app.settle().await;
    let program = follower(&app).await;
    let good = next(&program.get("/api/v1/events").await.ok());
    let changed = format!("{}{}", if good.starts_with('A') { "B" } else { "A" }, &good[1..]);
    for bad in [changed.as_str(), "", "AAAA", "!", &good[..good.len() - 2], &good.repeat(9)] {
        program.get(&format!("/api/v1/events?after={bad}")).await.refused(422, "validation_failed");
    }
    program.get("/api/v1/events?wait=31").await.refused(422, "validation_failed");
});

app_test!(what_is_too_old_is_forgotten_and_its_cursor_gone, |app| async move {
    begun(&app, "one").await;
    app.settle().await;
    let program = follower(&app).await;
    let first = next(&program.get("/api/v1/events?limit=1").await.ok());
    app.pass(Duration::from_secs(31 * 24 * 3600)).await;
    begun(&app, "two").await;
    app.settle().await;
    assert_eq!(candor_app::feed::forget_old(&app.app).await.unwrap(), 1);
    program.get(&format!("/api/v1/events?after={first}")).await.refused(410, "gone");
    assert_eq!(types(&program.get("/api/v1/events").await.ok()), ["started", "message"]);
});

app_test!(parked_events_are_shown_to_whoever_runs_the_desk_and_run_again, |app| async move {
    let admin = app.admin().await;
    let (_, id) = begun(&app, "one").await;
    let stream: uuid::Uuid = id.parse().unwrap();
    app.app
        .db
        .write(Queue::Reactor, move |tx| (0..3).try_for_each(|_| parked::fail(tx, "feed", stream, 2, "the disk was full").map(|_| ())))
        .await
        .unwrap();
    app.settle().await;
    let parked = admin.get("/api/v1/parked").await.ok();
    assert_eq!(
        (&parked["items"][0]["conversation"], &parked["items"][0]["seq"], &parked["items"][0]["tries"]),
        (&json!(id), &json!(2), &json!(3))
    );
    let program = app.token(&admin, &[Permission::EventRead], &[]).await;
    assert_eq!(types(&program.get("/api/v1/events").await.ok()), ["started"]);
    app.agent().await.get("/api/v1/parked").await.refused(403, "forbidden");
    let run = json!({ "follower": "feed", "conversation": id });
    assert_eq!(admin.post("/api/v1/parked/run", run.clone()).await.ok()["done"], 1);
    assert_eq!(admin.post("/api/v1/parked/run", run).await.ok()["done"], 0);
    app.settle().await;
    assert_eq!(types(&program.get("/api/v1/events").await.ok()), ["started", "message"]);
    assert_eq!(admin.get("/api/v1/parked").await.ok()["items"], json!([]));
});
