//! A repeated request changes nothing and is told what the first did.

use candor_testkit::{Agent, Client, app_test};
use futures_util::future::join_all;
use serde_json::json;
use std::time::Duration;

fn keyed(agent: &Agent, key: &str) -> Client {
    agent.client.clone().with("idempotency-key", key)
}

app_test!(a_repeat_is_answered_with_the_first_status_and_id, |app| async move {
    let admin = app.admin().await;
    let keyed = keyed(&admin, "k-1");
    let first = keyed.post("/api/v1/teams", json!({ "name": "Night" })).await.created();
    let again = keyed.post("/api/v1/teams", json!({ "name": "Night" })).await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.created()["id"], first["id"]);
    keyed.post("/api/v1/teams", json!({ "name": "Day" })).await.refused(409, "body_mismatch");
    keyed.post("/api/v1/tags", json!({ "name": "Night", "colour": "red" })).await.refused(409, "body_mismatch");
});

app_test!(a_secret_is_not_told_again_and_an_empty_answer_stays_empty, |app| async move {
    let (admin, other) = (app.admin().await, app.agent_as("Bea", "admin", None, None).await);
    let (reset, path) = (keyed(&admin, "k-1"), format!("/api/v1/agents/{}/reset", other.id));
    assert!(reset.post(&path, json!({})).await.ok()["link"].is_string());
    assert_eq!(reset.post(&path, json!({})).await.ok(), json!({}));
    let dismiss = keyed(&admin, "k-2");
    assert_eq!(dismiss.post("/api/v1/checklist/dismiss", json!({})).await.status, 204);
    let again = dismiss.post("/api/v1/checklist/dismiss", json!({})).await;
    assert_eq!((again.status, again.header("idempotency-replayed"), again.bytes.len()), (204, Some("true"), 0));
});

app_test!(a_key_is_its_owners_and_ends_after_a_day, |app| async move {
    let (admin, other) = (app.admin().await, app.agent_as("Bea", "admin", None, None).await);
    keyed(&admin, "k-1").post("/api/v1/teams", json!({ "name": "Night" })).await.created();
    keyed(&other, "k-1").post("/api/v1/teams", json!({ "name": "Night" })).await.refused(409, "duplicate");
    keyed(&other, "k-1").post("/api/v1/teams", json!({ "name": "Day" })).await.created();
    let token = app.token(&admin, &[candor_domain::permission::Permission::TeamManage], &[]).await.with("idempotency-key", "k-2");
    let first = token.post("/api/v1/teams", json!({ "name": "Dawn" })).await.created();
    assert_eq!(token.post("/api/v1/teams", json!({ "name": "Dawn" })).await.created()["id"], first["id"]);
    app.pass(Duration::from_secs(25 * 3600)).await;
    token.post("/api/v1/teams", json!({ "name": "Dawn" })).await.refused(409, "duplicate");
});

app_test!(a_refused_request_frees_its_key, |app| async move {
    let admin = app.admin().await;
    let keyed = keyed(&admin, "k-1");
    keyed.post("/api/v1/teams", json!({ "name": "" })).await.refused(422, "validation_failed");
    keyed.post("/api/v1/teams", json!({ "name": "Night" })).await.created();
    keyed.clone().with("idempotency-key", "white space").post("/api/v1/teams", json!({ "name": "x" })).await.refused(400, "bad_request");
    app.anon().with("idempotency-key", "k-1").post("/api/v1/teams", json!({ "name": "Night" })).await.refused(401, "unauthenticated");
});

app_test!(of_many_at_once_one_is_done, |app| async move {
    let admin = app.admin().await;
    let keyed = keyed(&admin, "k-1");
    let answers = join_all((0..12).map(|_| keyed.post("/api/v1/teams", json!({ "name": "Night" })))).await;
    for answer in answers {
        assert!(matches!(answer.status, 201 | 503), "{} {}", answer.status, answer.body);
    }
    let teams = admin.get("/api/v1/teams").await.ok();
    let named = teams["items"].as_array().expect("teams").iter().filter(|team| team["name"] == "Night").count();
    assert_eq!(named, 1);
});

app_test!(old_keys_are_forgotten_by_the_chores, |app| async move {
    let admin = app.admin().await;
    for number in 0..3 {
        keyed(&admin, &format!("k-{number}")).post("/api/v1/teams", json!({ "name": format!("Team {number}") })).await.created();
    }
    assert_eq!(candor_app::idempotency::delete_ended(&app.app).await.expect("forgets"), 0);
    app.clock.advance(25 * 3_600_000);
    assert_eq!(candor_app::idempotency::delete_ended(&app.app).await.expect("forgets"), 3);
});
