//! The customer's record: who gets in, what is masked, what is on record.

use candor_testkit::{Agent, TestApp, app_test};
use serde_json::{Value, json};
use std::time::Duration;

/// A case with a customer who typed an address, and an agent who may read it.
async fn case(app: &TestApp) -> (String, Agent) {
    let visitor = app.visitor().await;
    visitor.patch("/visitor/v1/session", json!({ "name": "Li Wei", "email": "murong@example.com" })).await.ok();
    let body =
        json!({ "client_id": "00000000-0000-7000-8000-000000000001", "text": "help", "fields": { "vip": "3", "passport": "E12345678" } });
    let opened = visitor.post("/visitor/v1/conversations", body).await.created();
    (opened["conversation"]["id"].as_str().unwrap().to_owned(), app.agent().await)
}

async fn takes(agent: &Agent, id: &str) {
    let action = json!({ "action": { "type": "assign", "agent": agent.id } });
    agent.post(&format!("/api/v1/conversations/{id}/actions"), action).await.ok();
}

/// What the audit log says of this action.
async fn on_record(admin: &Agent, action: &str) -> Vec<Value> {
    let items = admin.get(&format!("/api/v1/audit?action={action}")).await.ok();
    items["items"].as_array().unwrap().clone()
}

app_test!(the_record_opens_with_a_part_in_the_case, |app| async move {
    let (id, agent) = case(&app).await;
    let path = format!("/api/v1/conversations/{id}/contact");
    agent.get(&path).await.refused(403, "take_case_first");
    agent.get(&format!("{path}/conversations")).await.refused(403, "take_case_first");
    agent.post(&format!("{path}/reveal"), json!({ "field": "passport" })).await.refused(403, "take_case_first");
    agent.patch(&path, json!({ "name": "x" })).await.refused(403, "take_case_first");
    takes(&agent, &id).await;
    let record = agent.get(&path).await.ok();
    assert_eq!(record["name"], "Li Wei");
    assert_eq!(record["identities"][0]["value"], "mu•••@•••.com");
    assert_eq!((&record["fields"]["vip"], &record["fields"]["passport"]), (&json!("3"), &json!("••••78")));
    assert_eq!(record["masked"], json!(["identities.0", "fields.passport"]));
    assert!(!record.to_string().contains("murong@"));
    // Another agent's case is still closed to this one's colleague.
    let colleague = app.agent_as("Bob", "agent", None, None).await;
    colleague.get(&path).await.refused(403, "take_case_first");
    app.bare().get(&path).await.refused(401, "unauthenticated");
});

app_test!(looks_are_on_record_once_in_ten_minutes_and_reveals_always, |app| async move {
    let (id, agent) = case(&app).await;
    takes(&agent, &id).await;
    let path = format!("/api/v1/conversations/{id}/contact");
    let record = agent.get(&path).await.ok();
    agent.get(&path).await.ok();
    app.pass(Duration::from_secs(11 * 60)).await;
    agent.get(&path).await.ok();
    let identity = &record["identities"][0]["id"];
    for _ in 0..2 {
        let revealed = agent.post(&format!("{path}/reveal"), json!({ "field": "email", "identity": identity })).await.ok();
        assert_eq!(revealed["value"], "murong@example.com");
    }
    let field = agent.post(&format!("{path}/reveal"), json!({ "field": "fields.passport" })).await.ok();
    assert_eq!(field["value"], "E12345678");
    agent.post(&format!("{path}/reveal"), json!({ "field": "nothing" })).await.refused(404, "not_found");
    let admin = app.admin().await;
    assert_eq!(on_record(&admin, "contact.viewed").await.len(), 2);
    let reveals = on_record(&admin, "contact.revealed").await;
    assert_eq!(reveals.len(), 3);
    assert!(!json!(reveals).to_string().contains("murong"), "what was revealed stands nowhere");
});

app_test!(names_and_notes_are_corrected_against_the_version_that_was_seen, |app| async move {
    let (id, agent) = case(&app).await;
    takes(&agent, &id).await;
    let path = format!("/api/v1/conversations/{id}/contact");
    let answer = agent.get(&path).await;
    let tag = answer.header("etag").unwrap().to_owned();
    let changed = agent
        .client
        .clone()
        .with("if-match", &tag)
        .patch(&path, json!({ "name": "Li\u{202e} Wei\n2", "fields": { "vip": null, "plan": "gold" } }))
        .await
        .ok();
    assert_eq!((&changed["name"], &changed["fields"]["plan"]), (&json!("Li Wei 2"), &json!("gold")));
    assert_eq!(changed["fields"].get("vip"), None);
    agent.client.clone().with("if-match", &tag).patch(&path, json!({ "name": null })).await.refused(412, "stale");
    assert_eq!(agent.patch(&path, json!({ "name": null })).await.ok()["name"], Value::Null);
    agent.patch(&path, json!({ "proof": "signed" })).await.refused(400, "bad_request");
    assert_eq!(on_record(&app.admin().await, "contact.changed").await.len(), 2);
});

app_test!(earlier_conversations_are_part_of_the_record, |app| async move {
    let (id, agent) = case(&app).await;
    takes(&agent, &id).await;
    let path = format!("/api/v1/conversations/{id}/contact/conversations");
    assert_eq!(agent.get(&path).await.ok()["items"], json!([]), "the case itself is none of the earlier ones");
});
