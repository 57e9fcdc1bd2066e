//! Inboxes through HTTP: settings, origins, identity secrets.

use candor_store::{Pool, inbox};
use candor_testkit::{TestApp, app_test};
use serde_json::{Value, json};
use std::time::Duration;

async fn path(app: &TestApp) -> String {
    format!("/api/v1/inboxes/{}", app.inbox().await)
}

app_test!(a_widgets_settings_are_kept_in_one_form, |app| async move {
    let (admin, path) = (app.admin().await, path(&app).await);
    let widget = json!({ "brand": "#AA3300", "origins": ["https://WWW.Exchange.test:443/", "http://localhost:3000"], "greeting": { "en": "Hi", "zh-CN": "" } });
    let changed = admin.patch(&path, json!({ "widget": widget })).await.ok();
    assert_eq!(changed["widget"]["brand"], "#aa3300");
    assert_eq!(changed["widget"]["origins"], json!(["http://localhost:3000", "https://www.exchange.test"]));
    assert_eq!(changed["widget"]["greeting"], json!({ "en": "Hi" }));
    assert_eq!(changed["widget"]["csat"], true, "what was not named stays");
});

app_test!(settings_that_cannot_be_used_name_their_field, |app| async move {
    let (admin, path) = (app.admin().await, path(&app).await);
    for (body, field) in [
        (json!({ "widget": { "origins": ["http://exchange.test"] } }), "widget.origins"),
        (json!({ "widget": { "origins": ["https://exchange.test/help"] } }), "widget.origins"),
        (json!({ "widget": { "origins": ["*"] } }), "widget.origins"),
        (json!({ "widget": { "brand": "red" } }), "widget.brand"),
        (json!({ "widget": { "team_name": "" } }), "widget.team_name"),
        (json!({ "name": " " }), "name"),
        (json!({ "team": "0192f0c1-0000-7000-8000-000000000000" }), "team"),
        (json!({ "hours": { "zone": "Mars/Olympus", "always": true, "week": [], "holidays": [] } }), "hours"),
        (
            json!({ "hours": { "zone": "Asia/Taipei", "always": false, "week": [{ "day": 1, "from": "18:00", "to": "09:00" }], "holidays": [] } }),
            "hours",
        ),
        (json!({ "identity": { "public_key": "nonsense" } }), "identity.public_key"),
        (json!({ "identity": { "required": true } }), "identity.required"),
    ] {
        let problem = admin.patch(&path, body.clone()).await.refused(422, "validation_failed");
        assert!(problem["fields"].as_object().is_some_and(|fields| fields.keys().any(|name| name.starts_with(field))), "{body}: {problem}");
    }
    admin.patch(&path, json!({ "channel": "email" })).await.refused(400, "bad_request");
});

app_test!(hours_are_kept_as_they_were_written, |app| async move {
    let (admin, path) = (app.admin().await, path(&app).await);
    let hours = json!({ "zone": "Asia/Hong_Kong", "always": false,
        "week": [{ "day": 1, "from": "09:00", "to": "18:00" }, { "day": 5, "from": "09:00", "to": "24:00" }],
        "holidays": [{ "date": "2026-02-17", "name": "农历新年", "closed": true }] });
    assert_eq!(admin.patch(&path, json!({ "hours": hours })).await.ok()["hours"], hours);
    assert_eq!(admin.get(&path).await.ok()["hours"], hours);
});

app_test!(a_new_secret_is_shown_once_and_the_old_one_counts_a_day_longer, |app| async move {
    let (admin, path, id) = (app.admin().await, path(&app).await, app.inbox().await);
    let keys = || async {
        let now = app.app.now();
        let keys = app.app.db.read(Pool::Quick, move |rx| inbox::identity(rx, id, now)).await.expect("keys");
        (keys.secret, keys.old_secret)
    };
    assert_eq!(keys().await, (None, None));
    let first = admin.post(&format!("{path}/identity-secret"), Value::Null).await.created()["secret"].as_str().unwrap().to_owned();
    assert_eq!(keys().await, (Some(first.clone().into_bytes()), None));
    let second = admin.post(&format!("{path}/identity-secret"), Value::Null).await.created()["secret"].as_str().unwrap().to_owned();
    assert_eq!(keys().await, (Some(second.clone().into_bytes()), Some(first.clone().into_bytes())));
    app.pass(Duration::from_secs(24 * 3600)).await;
    let admin = app.sign_in(admin.id, "Ada", "ada@desk.test").await;
    assert_eq!(keys().await, (Some(second.clone().into_bytes()), None));

    let shown = admin.get(&path).await.ok();
    assert_eq!(shown["identity"]["secret_set"], true);
    let log = admin.get("/api/v1/audit?action=inbox").await.ok();
    assert!(log.to_string().contains("inbox.secret_made"));
    for secret in [first, second] {
        assert!(!shown.to_string().contains(&secret) && !log.to_string().contains(&secret));
    }
    admin.patch(&path, json!({ "identity": { "required": true } })).await.ok();
});

app_test!(a_public_key_is_taken_in_the_forms_people_have, |app| async move {
    let (admin, path) = (app.admin().await, path(&app).await);
    let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
    let changed = admin.patch(&path, json!({ "identity": { "algorithm": "EdDSA", "public_key": pem, "required": true } })).await.ok();
    assert_eq!(
        changed["identity"],
        json!({ "secret_set": false, "algorithm": "EdDSA", "public_key": "Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE", "required": true })
    );
    admin.patch(&path, json!({ "identity": { "public_key": null } })).await.refused(422, "validation_failed");
    let changed = admin.patch(&path, json!({ "identity": { "public_key": null, "required": false } })).await.ok();
    assert!(changed["identity"]["public_key"].is_null());
});

app_test!(inboxes_are_made_named_once_and_deleted_while_unused, |app| async move {
    let admin = app.admin().await;
    let made = admin.post("/api/v1/inboxes", json!({ "name": "App", "channel": "app" })).await.created();
    assert_eq!((&made["enabled"], &made["channel"], &made["hours"]["always"]), (&json!(true), &json!("app"), &json!(true)));
    admin.post("/api/v1/inboxes", json!({ "name": "App", "channel": "web" })).await.refused(409, "duplicate");
    let own = format!("/api/v1/inboxes/{}", made["id"].as_str().unwrap());
    assert_eq!(admin.delete(&own).await.status, 204);
    admin.get(&own).await.refused(404, "not_found");

    app.visitor().await;
    let used = path(&app).await;
    admin.delete(&used).await.refused(409, "conflict");
    assert_eq!(admin.patch(&used, json!({ "enabled": false })).await.ok()["enabled"], false);
});

app_test!(whoever_sets_up_one_inbox_sees_no_other, |app| async move {
    let (admin, other) = (app.admin().await, path(&app).await);
    let made = admin.post("/api/v1/inboxes", json!({ "name": "App", "channel": "app" })).await.created();
    let role = admin.post("/api/v1/roles", json!({ "name": "Keeper", "permissions": ["inbox.manage"] })).await.created();
    let keeper = app.agent().await;
    let roles = json!([{ "role": role["id"], "inbox": made["id"] }]);
    admin.patch(&format!("/api/v1/agents/{}", keeper.id), json!({ "roles": roles })).await.ok();

    let list = keeper.get("/api/v1/inboxes").await.ok();
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1), "{list}");
    keeper.patch(&format!("/api/v1/inboxes/{}", made["id"].as_str().unwrap()), json!({ "name": "Our app" })).await.ok();
    keeper.get(&other).await.refused(404, "not_found");
    keeper.patch(&other, json!({ "name": "x" })).await.refused(404, "not_found");
    keeper.post(&format!("{other}/identity-secret"), Value::Null).await.refused(404, "not_found");
    keeper.post("/api/v1/inboxes", json!({ "name": "B", "channel": "web" })).await.refused(403, "forbidden");
    app.supervisor().await.get(&other).await.refused(403, "forbidden");
});

app_test!(the_snippet_names_the_desk_and_the_inbox, |app| async move {
    let (admin, path, id) = (app.admin().await, path(&app).await, app.inbox().await);
    let html = admin.get(&format!("{path}/snippet")).await.ok()["html"].as_str().unwrap().to_owned();
    assert!(html.contains("http://localhost:5689/w.js") && html.contains(&id.to_string()), "{html}");
});
