//! Teams, tags, statuses and the desk's own settings through HTTP.

use candor_testkit::{Agent, TestApp, app_test};
use serde_json::{Value, json};
use uuid::Uuid;

/// A conversation of a new visitor.
async fn conversation(app: &TestApp) -> String {
    let body = json!({ "client_id": Uuid::from_u128(7), "text": "提现还没到账" });
    let started = app.visitor().await.post("/visitor/v1/conversations", body).await.created();
    started["conversation"]["id"].as_str().expect("an id").to_owned()
}

async fn act(agent: &Agent, conversation: &str, action: Value) {
    agent.post(&format!("/api/v1/conversations/{conversation}/actions"), json!({ "action": action })).await.ok();
}

app_test!(a_new_desk_has_what_it_needs, |app| async move {
    let alice = app.agent().await;
    let directory = alice.get("/api/v1/session").await.ok()["directory"].clone();
    let categories: Vec<&str> = directory["statuses"].as_array().unwrap().iter().map(|one| one["category"].as_str().unwrap()).collect();
    assert_eq!(categories, ["open", "waiting", "waiting", "resolved", "closed"]);
    assert_eq!(directory["statuses"][0]["name"], json!({ "zh-CN": "处理中", "zh-TW": "處理中", "en": "Open" }));
    assert_eq!((directory["teams"].as_array().unwrap().len(), directory["inboxes"].as_array().unwrap().len()), (1, 1));
    assert!(!candor_app::setup::run(&app.app, candor_domain::locale::Locale::English).await.unwrap(), "filling twice changes nothing");
    assert_eq!(alice.get("/api/v1/session").await.ok()["directory"], directory);
});

app_test!(teams_have_members_and_unique_names, |app| async move {
    let (sam, alice) = (app.supervisor().await, app.agent().await);
    let made = sam.post("/api/v1/teams", json!({ "name": "充值组", "members": [alice.id] })).await.created();
    let path = format!("/api/v1/teams/{}", made["id"].as_str().unwrap());
    assert_eq!(sam.get(&path).await.ok()["members"], json!([alice.id]));
    assert_eq!(alice.get("/api/v1/session").await.ok()["agent"]["teams"], json!([made["id"]]));
    let taken = sam.post("/api/v1/teams", json!({ "name": " 充值组 " })).await.refused(409, "duplicate");
    assert!(taken["fields"]["name"].is_string(), "{taken}");
    assert_eq!(sam.patch(&path, json!({ "members": [sam.id] })).await.ok()["members"], json!([sam.id]));
    let stranger = json!({ "members": [Uuid::from_u128(1)] });
    assert!(sam.patch(&path, stranger).await.refused(422, "validation_failed")["fields"]["members"].is_string());
    alice.patch(&path, json!({ "name": "x" })).await.refused(403, "forbidden");
    alice.get("/api/v1/teams").await.ok();
    assert_eq!(sam.delete(&path).await.status, 204);
});

app_test!(a_team_in_use_is_not_deleted_and_the_answer_says_where, |app| async move {
    let (admin, sam) = (app.admin().await, app.supervisor().await);
    let first = sam.get("/api/v1/teams").await.ok()["items"][0]["id"].clone();
    let detail = |problem: Value| problem["detail"].as_str().unwrap_or_default().to_owned();
    let used = sam.delete(&format!("/api/v1/teams/{}", first.as_str().unwrap())).await.refused(409, "conflict");
    assert!(detail(used).contains("inbox"));

    let made = sam.post("/api/v1/teams", json!({ "name": "B" })).await.created();
    let path = format!("/api/v1/teams/{}", made["id"].as_str().unwrap());
    let viewer = app.agent_as("Vera", "viewer", None, Some(made["id"].as_str().unwrap().parse().unwrap())).await;
    assert!(detail(sam.delete(&path).await.refused(409, "conflict")).contains("roles"));
    admin.patch(&format!("/api/v1/agents/{}", viewer.id), json!({ "roles": [] })).await.ok();

    let case = conversation(&app).await;
    act(&sam, &case, json!({ "type": "team", "team": made["id"] })).await;
    assert!(detail(sam.delete(&path).await.refused(409, "conflict")).contains("conversations"));
    act(&sam, &case, json!({ "type": "team", "team": null })).await;
    assert_eq!(sam.delete(&path).await.status, 204);
});

app_test!(tags_are_made_changed_and_deleted_when_unused, |app| async move {
    let (sam, alice) = (app.supervisor().await, app.agent().await);
    alice.post("/api/v1/tags", json!({ "name": "vip", "colour": "red" })).await.refused(403, "forbidden");
    let made = sam.post("/api/v1/tags", json!({ "name": "vip", "colour": "red" })).await;
    let (tag, made) = (made.header("etag").expect("a tag").to_owned(), made.created());
    let path = format!("/api/v1/tags/{}", made["id"].as_str().unwrap());
    sam.post("/api/v1/tags", json!({ "name": "vip", "colour": "blue" })).await.refused(409, "duplicate");
    sam.post("/api/v1/tags", json!({ "name": "x", "colour": "pink" })).await.refused(422, "validation_failed");
    let changed = sam.client.clone().with("if-match", &tag).patch(&path, json!({ "colour": "green" })).await.ok();
    assert_eq!((&changed["name"], &changed["colour"]), (&json!("vip"), &json!("green")));
    sam.client.clone().with("if-match", &tag).patch(&path, json!({ "colour": "grey" })).await.refused(412, "stale");

    let case = conversation(&app).await;
    act(&sam, &case, json!({ "type": "tag", "tag": made["id"] })).await;
    sam.delete(&path).await.refused(409, "conflict");
    act(&sam, &case, json!({ "type": "untag", "tag": made["id"] })).await;
    assert_eq!(sam.delete(&path).await.status, 204);
    sam.get(&path).await.refused(404, "not_found");
});

app_test!(statuses_have_names_in_three_languages_and_a_fixed_category, |app| async move {
    let admin = app.admin().await;
    let name = json!({ "zh-CN": "等链上确认", "zh-TW": "等鏈上確認", "en": "Waiting for chain" });
    let made = admin.post("/api/v1/statuses", json!({ "name": name, "category": "waiting" })).await.created();
    let path = format!("/api/v1/statuses/{}", made["id"].as_str().unwrap());
    assert_eq!((&made["name"], &made["builtin"]), (&name, &json!(false)));
    admin.post("/api/v1/statuses", json!({ "name": name, "category": "open" })).await.refused(409, "duplicate");
    admin.post("/api/v1/statuses", json!({ "name": { "en": "Only English" }, "category": "open" })).await.refused(422, "validation_failed");
    assert_eq!(admin.patch(&path, json!({ "category": "open", "position": 3 })).await.ok()["category"], "open");

    let case = conversation(&app).await;
    act(&admin, &case, json!({ "type": "status", "status": made["id"] })).await;
    admin.patch(&path, json!({ "category": "waiting" })).await.refused(409, "conflict");
    admin.delete(&path).await.refused(409, "conflict");
    let open = admin.get("/api/v1/statuses").await.ok()["items"][0].clone();
    act(&admin, &case, json!({ "type": "status", "status": open["id"] })).await;
    assert_eq!(admin.delete(&path).await.status, 204);
});

app_test!(the_statuses_of_a_new_desk_keep_their_category, |app| async move {
    let (admin, sam) = (app.admin().await, app.supervisor().await);
    let resolved = admin.get("/api/v1/statuses").await.ok()["items"][3].clone();
    let path = format!("/api/v1/statuses/{}", resolved["id"].as_str().unwrap());
    admin.patch(&path, json!({ "category": "open" })).await.refused(409, "conflict");
    admin.delete(&path).await.refused(409, "conflict");
    let name = json!({ "zh-CN": "办结", "zh-TW": "辦結", "en": "Done" });
    assert_eq!(admin.patch(&path, json!({ "name": name, "category": "resolved" })).await.ok()["name"], name);
    sam.patch(&path, json!({ "position": 1 })).await.refused(403, "forbidden");
});

app_test!(the_desk_has_a_name_and_its_address_is_the_operators, |app| async move {
    let (admin, sam) = (app.admin().await, app.supervisor().await);
    sam.get("/api/v1/settings").await.refused(403, "forbidden");
    let settings = admin.get("/api/v1/settings").await.ok();
    assert_eq!((&settings["default_locale"], &settings["public_url"]), (&json!("en"), &json!("http://localhost:5689")));
    let changed = admin.patch("/api/v1/settings", json!({ "name": "Exchange help", "default_locale": "zh-TW" })).await.ok();
    assert_eq!((&changed["name"], &changed["version"]), (&json!("Exchange help"), &json!(2)));
    admin.client.clone().with("if-match", "\"1\"").patch("/api/v1/settings", json!({ "name": "x" })).await.refused(412, "stale");
    admin.patch("/api/v1/settings", json!({ "public_url": "https://evil.test" })).await.refused(400, "bad_request");
});
