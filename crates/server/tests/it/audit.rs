//! The audit log through HTTP: what is on record, for whom, and what never is.

use candor_testkit::{PASSWORD, app_test};
use serde_json::{Value, json};

fn actions(page: &Value) -> Vec<&str> {
    page["items"].as_array().expect("items").iter().map(|item| item["action"].as_str().expect("an action")).collect()
}

app_test!(who_did_what_to_whom_is_on_record, |app| async move {
    let admin = app.admin().await;
    let role = admin.post("/api/v1/roles", json!({ "name": "Reader", "permissions": ["audit.read"] })).await.created();
    let alice = app.agent().await;
    let subject = format!("agent:{}", alice.id);
    // Entries of one millisecond may stand in different lanes, which have no order among them.
    app.clock.advance(1);
    admin.patch(&format!("/api/v1/agents/{}", alice.id), json!({ "roles": [{ "role": role["id"] }] })).await.ok();
    app.clock.advance(1);
    admin.post(&format!("/api/v1/agents/{}/disable", alice.id), Value::Null).await.ok();
    let log = admin.get(&format!("/api/v1/audit?subject={subject}")).await.ok();
    assert_eq!(actions(&log), ["agent.disabled", "agent.changed", "agent.created"]);
    let changed = &log["items"][1];
    assert_eq!(
        (&changed["subject"], &changed["actor"]["name"], &changed["actor"]["kind"]),
        (&json!(subject), &json!("Ada"), &json!("agent"))
    );
    assert_eq!(changed["detail"]["roles"][0]["role"], role["id"]);
    let by_machine = &log["items"][2];
    assert_eq!((&by_machine["actor"]["kind"], &by_machine["actor"]["name"]), (&json!("system"), &json!("test")));
    let own = admin.get(&format!("/api/v1/audit?actor={}&action=agent", admin.id)).await.ok();
    assert_eq!(actions(&own), ["agent.disabled", "agent.changed"]);
});

app_test!(the_log_is_read_in_pages_without_gaps_or_repeats, |app| async move {
    let admin = app.admin().await;
    for number in 0..7 {
        admin.post("/api/v1/tags", json!({ "name": format!("tag {number}"), "colour": "grey" })).await.created();
    }
    let all = admin.get("/api/v1/audit?limit=100").await.ok();
    assert!(all["next"].is_null());
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = admin.get(&format!("/api/v1/audit?limit=3{cursor}")).await.ok();
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].clone()));
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    let whole: Vec<Value> = all["items"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect();
    assert_eq!(seen, whole);
});

app_test!(only_auditors_read_it, |app| async move {
    app.supervisor().await.get("/api/v1/audit").await.refused(403, "forbidden");
    app.agent_as("Audrey", "auditor", None, None).await.get("/api/v1/audit").await.ok();
    let inbox = app.inbox().await;
    app.agent_as("Nora", "auditor", Some(inbox), None).await.get("/api/v1/audit").await.refused(403, "forbidden");
});

app_test!(secrets_and_addresses_never_stand_in_it, |app| async move {
    let admin = app.admin().await;
    let link =
        admin.post("/api/v1/agents", json!({ "email": "ben@desk.test", "name": "Benedict", "roles": [] })).await.created()["link"].clone();
    let token = admin.post("/api/v1/tokens", json!({ "name": "x", "permissions": ["tag.manage"] })).await.created()["secret"].clone();
    let link = link.as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    app.anon().post(&format!("/api/v1/links/{link}"), json!({ "password": PASSWORD })).await.ok();
    let log = admin.get("/api/v1/audit?limit=100").await.ok().to_string();
    for secret in [link.as_str(), &token.as_str().unwrap()[4..], PASSWORD, "argon2", "@desk.test"] {
        assert!(!log.contains(secret), "{secret}");
    }
    assert!(log.contains("link.used") && log.contains("token.created"));
});

app_test!(a_name_that_changed_is_readable_to_auditors_only_by_opening_it, |app| async move {
    let (admin, alice) = (app.admin().await, app.agent().await);
    alice.patch("/api/v1/me", json!({ "public_name": "小李" })).await.ok();
    let log = admin.get("/api/v1/audit?action=agent.renamed").await.ok();
    assert_eq!(log["items"][0]["detail"]["public_name"], "小李");
    let (db, roots) = (app.db().db.clone(), app.db().dir().join("audit-roots.jsonl"));
    let checked = tokio::task::spawn_blocking(move || candor_store::audit::verify(&db, &roots).map_err(|bad| bad.to_string()));
    checked.await.expect("ran").expect("an unbroken chain");
});

app_test!(questions_that_make_no_sense_are_refused, |app| async move {
    let admin = app.admin().await;
    for query in ["actor=x", "subject=agent:x", "action=%25", "limit=0", "limit=101", "cursor=x", "colour=red"] {
        let answer = admin.get(&format!("/api/v1/audit?{query}")).await;
        assert!(matches!(answer.status, 400 | 422), "{query}: {}", answer.status);
    }
});
