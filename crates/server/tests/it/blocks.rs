//! Blocks: they act at once and everywhere, say so plainly, end by themselves or by hand, and are on record.

use crate::writing::{act, answer, begun, say, texts};
use candor_app::{App, Ids};
use candor_testkit::{Agent, TestApp, Visitor, app_test};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use uuid::Uuid;

const HOUR: i64 = 3_600_000;

async fn block(who: &Agent, body: Value) -> Value {
    who.post("/api/v1/blocks", body).await.created()
}

fn of_case(id: &str) -> Value {
    json!({ "kind": "contact", "conversation": id, "reason": "threats" })
}

async fn start(app: &TestApp, from: &str) -> candor_testkit::Answer {
    let from: SocketAddr = from.parse().unwrap();
    app.anon().from(from).post("/visitor/v1/sessions", json!({ "inbox": app.inbox().await, "locale": "en" })).await
}

/// A start with the exchange's word on who this is; `resume` among the claims is the session that goes on.
pub(crate) async fn signed_in(app: &TestApp, ada: &Agent, mut claims: Value) -> candor_testkit::Answer {
    let inbox = app.inbox().await;
    let secret = ada.post(&format!("/api/v1/inboxes/{inbox}/identity-secret"), Value::Null).await.created()["secret"].clone();
    let resume = claims.as_object_mut().unwrap().remove("resume");
    let now = app.app.now() / 1000;
    for (name, value) in [("aud", json!(inbox)), ("iat", json!(now)), ("exp", json!(now + 300)), ("jti", json!(Uuid::now_v7()))] {
        claims[name] = value;
    }
    let key = EncodingKey::from_secret(secret.as_str().unwrap().as_bytes());
    let jwt = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).unwrap();
    app.anon().post("/visitor/v1/sessions", json!({ "inbox": inbox, "jwt": jwt, "resume": resume })).await
}

async fn message(visitor: &Visitor, id: &str) -> candor_testkit::Answer {
    visitor.post(&format!("/visitor/v1/conversations/{id}/messages"), json!({ "client_id": Uuid::now_v7(), "text": "more" })).await
}

app_test!(a_blocked_customer_is_stopped_at_once_and_told_until_when, |app| async move {
    let (sam, (visitor, id)) = (app.supervisor().await, begun(&app, "one").await);
    let mut chat = app.socket(&app.anon(), "/visitor/v1/stream").await.expect("a socket opens");
    chat.send(json!({ "type": "auth", "token": visitor.token() })).await;
    chat.until("ready").await;
    let until = app.app.now() + HOUR;
    let made = block(&sam, json!({ "kind": "contact", "conversation": id, "until": until, "reason": " threats " })).await;
    assert_eq!(
        (&made["kind"], &made["reason"], &made["until"], &made["by"]),
        (&json!("contact"), &json!("threats"), &json!(until), &json!("Sam"))
    );
    assert_eq!(chat.closed().await, Some(4403), "open sockets end");

    let told = message(&visitor, &id).await.refused(403, "blocked");
    assert_eq!((&told["until"], &told["what"]), (&json!(until), &json!("contact")));
    assert!(!told.to_string().contains("threats"), "the reason is nobody's business but ours");
    visitor.post("/visitor/v1/conversations", json!({ "client_id": Uuid::now_v7(), "text": "again" })).await.refused(403, "blocked");
    visitor.get("/visitor/v1/conversations").await.refused(403, "blocked");
    visitor.upload("/visitor/v1/files?name=a.txt", "text/plain", "x").await.refused(403, "blocked");
    let resume = json!({ "inbox": app.inbox().await, "resume": visitor.token() });
    app.anon().post("/visitor/v1/sessions", resume).await.refused(403, "blocked");
    let mut late = app.socket(&app.anon(), "/visitor/v1/stream").await.expect("a socket opens");
    late.send(json!({ "type": "auth", "token": visitor.token() })).await;
    assert_eq!(late.closed().await, Some(4403));
    visitor.post("/visitor/v1/stream", json!({ "auth": visitor.token() })).await.refused(403, "blocked");
    let (other, its) = begun(&app, "somebody else").await;
    message(&other, &its).await.created();

    app.pass(Duration::from_millis(u64::try_from(HOUR).unwrap())).await;
    message(&visitor, &id).await.created();
    visitor.delete("/visitor/v1/session").await.expect(204);
});

app_test!(a_block_is_lifted_shown_and_on_record, |app| async move {
    let (ada, sam, (visitor, id)) = (app.admin().await, app.supervisor().await, begun(&app, "one").await);
    let made = block(&sam, of_case(&id)).await;
    let case = sam.get(&format!("/api/v1/conversations/{id}")).await.ok();
    assert_eq!((&case["block"]["id"], &case["block"]["reason"], &case["block"]["until"]), (&made["id"], &json!("threats"), &Value::Null));
    let listed = ada.get("/api/v1/blocks").await.ok();
    assert_eq!((listed["items"].as_array().unwrap().len(), &listed["items"][0]["conversation"]), (1, &json!(id)));
    sam.post("/api/v1/blocks", of_case(&id)).await.refused(409, "duplicate");
    visitor.delete("/visitor/v1/session").await.expect(204);

    let path = format!("/api/v1/blocks/{}", made["id"].as_str().unwrap());
    sam.delete(&path).await.expect(204);
    sam.delete(&path).await.expect(204);
    assert_eq!(sam.get(&format!("/api/v1/conversations/{id}")).await.ok()["block"], Value::Null);
    assert_eq!(ada.get("/api/v1/blocks").await.ok()["items"], json!([]));
    let ended = ada.get("/api/v1/blocks?ended=true").await.ok();
    assert_eq!((&ended["items"][0]["id"], &ended["items"][0]["lifted_by"]), (&made["id"], &json!("Sam")));
    block(&sam, of_case(&id)).await;

    let timeline = sam.get(&format!("/api/v1/conversations/{id}/timeline")).await.ok();
    let kinds: Vec<&Value> = timeline["items"].as_array().unwrap().iter().map(|item| &item["type"]).collect();
    assert_eq!(kinds, ["started", "message", "blocked", "unblocked", "blocked"]);
    let log = ada.get("/api/v1/audit?action=block").await.ok();
    let actions: Vec<&Value> = log["items"].as_array().unwrap().iter().map(|item| &item["action"]).collect();
    assert_eq!(actions, ["block.made", "block.lifted", "block.made"]);
    assert_eq!(log["items"][0]["detail"]["reason"], "threats");
});

app_test!(a_held_reply_to_a_blocked_customer_comes_back, |app| async move {
    let (sam, (visitor, id)) = (app.supervisor().await, begun(&app, "one").await);
    answer(&sam, &id, "too late", 8_000).await.expect(202);
    let made = block(&sam, of_case(&id)).await;
    app.pass(Duration::from_secs(9)).await;
    let drafts = sam.get(&format!("/api/v1/conversations/{id}/drafts")).await.ok();
    assert!(drafts.to_string().contains("too late"), "the words are back with their author: {drafts}");
    answer(&sam, &id, "at once", 0).await.refused(409, "conflict");
    sam.delete(&format!("/api/v1/blocks/{}", made["id"].as_str().unwrap())).await.expect(204);
    answer(&sam, &id, "after all", 0).await.created();
    let seen = visitor.get(&format!("/visitor/v1/conversations/{id}/events")).await.ok();
    assert_eq!(texts(&seen), ["one", "after all"]);
});

app_test!(a_blocked_network_is_stopped_by_its_prefix_and_no_other, |app| async move {
    let sam = app.supervisor().await;
    let near = start(&app, "198.51.100.7:1").await.created();
    block(&sam, json!({ "kind": "network", "network": "198.51.100.99/24", "reason": "flood" })).await;
    block(&sam, json!({ "kind": "network", "network": "2001:db8:1:2::/64", "reason": "flood" })).await;
    sam.post("/api/v1/blocks", json!({ "kind": "network", "network": "198.51.100.0/24", "reason": "again" }))
        .await
        .refused(409, "duplicate");
    let told = start(&app, "198.51.100.200:1").await.refused(403, "blocked");
    assert_eq!((&told["what"], &told["until"]), (&json!("network"), &Value::Null));
    start(&app, "[2001:db8:1:2:ffff::9]:1").await.refused(403, "blocked");
    start(&app, "[::ffff:198.51.100.200]:1").await.refused(403, "blocked");
    start(&app, "198.51.101.7:1").await.created();
    start(&app, "[2001:db8:1:3::9]:1").await.created();
    let token = format!("Bearer {}", near["token"].as_str().unwrap());
    let moving = app.bare().with("origin", "http://localhost:5689").with("authorization", &token);
    moving.clone().from("198.51.100.7:1".parse().unwrap()).get("/visitor/v1/session").await.refused(403, "blocked");
    moving.from("198.51.101.7:1".parse().unwrap()).get("/visitor/v1/session").await.ok();
    for (network, field) in [("0.0.0.0/0", "network"), ("10.0.0.0/8", "network"), ("::/0", "network"), ("nonsense", "network")] {
        let refused = sam.post("/api/v1/blocks", json!({ "kind": "network", "network": network, "reason": "x" })).await;
        assert!(refused.refused(422, "validation_failed")["fields"][field].is_string(), "{network}");
    }
});

app_test!(the_network_of_a_case_is_blocked_without_anybody_knowing_it, |app| async move {
    let (sam, (visitor, id)) = (app.supervisor().await, begun(&app, "one").await);
    let made = block(&sam, json!({ "kind": "network", "conversation": id, "reason": "flood" })).await;
    assert_eq!(made["value"], "203.0.113.7/32");
    message(&visitor, &id).await.refused(403, "blocked");
    start(&app, "203.0.113.7:9").await.refused(403, "blocked");
    start(&app, "203.0.113.8:9").await.created();
});

app_test!(a_blocked_address_stops_whoever_shows_up_with_it, |app| async move {
    let (sam, ada) = (app.supervisor().await, app.admin().await);
    let (visitor, id) = begun(&app, "one").await;
    visitor.patch("/visitor/v1/session", json!({ "email": "Bad@Example.com" })).await.ok();
    let made = block(&sam, json!({ "kind": "address", "address_kind": "email", "address": "bad@example.COM", "reason": "scam" })).await;
    assert!(!made["value"].as_str().unwrap().contains("bad@example"), "shown masked: {made}");
    assert_eq!(message(&visitor, &id).await.refused(403, "blocked")["what"], "address");
    let (other, its) = begun(&app, "two").await;
    other.patch("/visitor/v1/session", json!({ "email": "bad@example.com" })).await.refused(403, "blocked");
    message(&other, &its).await.created();
    let signed = signed_in(&app, &ada, json!({ "sub": "u1", "email": "bad@example.com" })).await;
    signed.refused(403, "blocked");
    signed_in(&app, &ada, json!({ "sub": "u1", "email": "good@example.com" })).await.created();
});

app_test!(who_may_not_block_does_not, |app| async move {
    let (alice, vera, (_, id)) = (app.agent().await, app.agent_as("Vera", "viewer", None, None).await, begun(&app, "one").await);
    alice.post("/api/v1/blocks", of_case(&id)).await.refused(403, "forbidden");
    alice.get("/api/v1/blocks").await.refused(403, "forbidden");
    vera.post("/api/v1/blocks", json!({ "kind": "network", "network": "198.51.100.0/24", "reason": "x" })).await.refused(403, "forbidden");
    let inbox = app.inbox().await;
    let local = app.agent_as("Lo", "supervisor", Some(inbox), None).await;
    let made = block(&local, of_case(&id)).await;
    local.post("/api/v1/blocks", json!({ "kind": "network", "network": "198.51.100.0/24", "reason": "x" })).await.refused(403, "forbidden");
    alice.delete(&format!("/api/v1/blocks/{}", made["id"].as_str().unwrap())).await.refused(403, "forbidden");
    local.delete(&format!("/api/v1/blocks/{}", made["id"].as_str().unwrap())).await.expect(204);
    for bad in [
        json!({ "kind": "contact", "conversation": id, "reason": " " }),
        json!({ "kind": "contact", "reason": "x" }),
        json!({ "kind": "contact", "conversation": id, "reason": "x", "until": 1 }),
    ] {
        local.post("/api/v1/blocks", bad).await.refused(422, "validation_failed");
    }
});

app_test!(a_block_follows_the_visitor_who_turns_out_to_be_somebody, |app| async move {
    let (sam, ada, (visitor, id)) = (app.supervisor().await, app.admin().await, begun(&app, "one").await);
    say(&visitor, &id, "two").await;
    block(&sam, of_case(&id)).await;
    let secret_first = json!({ "sub": "u9", "resume": visitor.token() });
    signed_in(&app, &ada, secret_first).await.refused(403, "blocked");
    signed_in(&app, &ada, json!({ "sub": "u9" })).await.refused(403, "blocked");
    act(&sam, &id, json!({ "type": "priority", "priority": "low" })).await;
});

app_test!(another_node_knows_within_seconds_whatever_the_bus_does, |app| async move {
    let (sam, (visitor, id)) = (app.supervisor().await, begun(&app, "one").await);
    let contact = visitor.session["contact"]["id"].as_str().unwrap().parse().unwrap();
    let clock = std::sync::Arc::<candor_store::ManualClock>::clone(&app.clock);
    let other = App::new(app.app.db.clone(), app.app.config.clone(), Ids::seeded(clock.clone(), 5), clock);
    let peer = "192.0.2.1".parse().unwrap();
    other.heard(contact, peer).await.unwrap();
    let made = block(&sam, of_case(&id)).await;
    let deadline = tokio::time::Instant::now() + Duration::from_secs(5);
    while other.heard(contact, peer).await.is_ok() {
        assert!(tokio::time::Instant::now() < deadline, "five seconds are the limit");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    sam.delete(&format!("/api/v1/blocks/{}", made["id"].as_str().unwrap())).await.expect(204);
    while other.heard(contact, peer).await.is_err() {
        assert!(tokio::time::Instant::now() < deadline, "and for lifting too");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
});
