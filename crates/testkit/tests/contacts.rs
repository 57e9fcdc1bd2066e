//! The customer's record: who gets in, what is masked, what is on record.

use candor_testkit::{Agent, TestApp, app_test};
use serde_json::{Value, json};
use std::time::Duration;

/// A case with a customer who typed an address, and an agent who may read it.
async fn case(app: &TestApp) -> (String, Agent) {
    let visitor = app.visitor().await;
    visitor.patch("/visitor/v1/session", json!({ "name": "Li Wei", "email": "murong@example.com" })).await.ok();
    let body = json!({ "client_id": "00000000-0000-7000-8000-000000000001", "text": "help", "fields": { "vip": "3", "passport": "E12345678" } });
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
    let changed = agent.client.clone().with("if-match", &tag).patch(&path, json!({ "name": "Li\u{202e} Wei\n2", "fields": { "vip": null, "plan": "gold" } })).await.ok();
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

app_test!(a_file_goes_out_as_an_attachment_that_nothing_runs, |app| async move {
    let visitor = app.visitor().await;
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x06\0\0\0".to_vec();
    png.extend((0..200_000_u32).map(|at| (at % 240) as u8 | 0x80));
    let info = visitor.upload("/visitor/v1/files?name=%E6%8F%90%E7%8E%B0.png", "image/png", png.clone()).await.created();
    assert_eq!((&info["name"], &info["size"], &info["width"]), (&json!("提现.png"), &json!(png.len()), &json!(640)));
    let url = info["url"].as_str().unwrap().to_owned();
    let whole = visitor.get(&url).await;
    assert_eq!((whole.status, whole.bytes == png), (200, true));
    for (name, value) in [
        ("content-type", "image/png"),
        ("content-disposition", "attachment; filename=\"__.png\"; filename*=UTF-8''%E6%8F%90%E7%8E%B0.png"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "sandbox; default-src 'none'; frame-ancestors 'none'"),
        ("cache-control", "private, no-store"),
        ("accept-ranges", "bytes"),
    ] {
        assert_eq!(whole.header(name), Some(value), "{name}");
    }
    let part = visitor.client.clone().with("range", "bytes=65530-65545").get(&url).await;
    assert_eq!((part.status, part.bytes.as_slice()), (206, &png[65530..65546]));
    assert_eq!(part.header("content-range"), Some(format!("bytes 65530-65545/{}", png.len()).as_str()));
    let beyond = visitor.client.clone().with("range", "bytes=9999999-").get(&url).await;
    assert_eq!(beyond.header("content-range"), Some(format!("bytes */{}", png.len()).as_str()));
    beyond.refused(416, "range_not_satisfiable");
    // Nobody else's, until it is sent; then the agents' of the inbox.
    let (stranger, agent) = (app.visitor().await, app.agent().await);
    let agents_url = url.replace("/visitor/", "/api/");
    stranger.get(&url).await.refused(404, "not_found");
    agent.get(&agents_url).await.refused(404, "not_found");
    let body = json!({ "client_id": "00000000-0000-7000-8000-000000000001", "files": [info["id"]] });
    visitor.post("/visitor/v1/conversations", body).await.created();
    assert_eq!(agent.get(&agents_url).await.status, 200);
    stranger.get(&url).await.refused(404, "not_found");
    app.bare().get(&url).await.refused(401, "unauthenticated");
});

app_test!(files_that_could_harm_are_refused_in_words, |app| async move {
    let visitor = app.visitor().await;
    let path = "/visitor/v1/files?name=a.png";
    for (media_type, bytes, status, code) in [
        ("image/svg+xml", b"<svg onload=alert(1)></svg>".to_vec(), 415, "unsupported_type"),
        ("text/html", b"<html><script>alert(1)</script>".to_vec(), 415, "unsupported_type"),
        ("image/png", b"PK\x03\x04 and a bomb".to_vec(), 415, "unsupported_type"),
        ("image/png", b"%PDF-1.7".to_vec(), 415, "unsupported_type"),
        ("image/png", Vec::new(), 422, "validation_failed"),
        ("text/plain", vec![b'a'; (25 << 20) + 1], 413, "too_large"),
    ] {
        visitor.upload(path, media_type, bytes).await.refused(status, code);
    }
    visitor.client.clone().with("content-encoding", "gzip").upload(path, "image/png", b"\x1f\x8b".to_vec()).await.refused(415, "unsupported_type");
    visitor.upload("/visitor/v1/files?name=a&path=/etc", "text/plain", b"a".to_vec()).await.refused(400, "bad_request");
    app.bare().upload(path, "text/plain", b"a".to_vec()).await.refused(401, "unauthenticated");
});
