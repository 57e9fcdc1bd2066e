//! Members of staff through HTTP: invited, changed, disabled; who may do that to whom.

use candor_testkit::{Agent, PASSWORD, TestApp, app_test};
use serde_json::{Value, json};

async fn role(admin: &Agent, name: &str) -> Value {
    let roles = admin.get("/api/v1/roles").await.ok();
    roles["items"].as_array().and_then(|all| all.iter().find(|role| role["name"] == name)).expect("a role of this name")["id"].clone()
}

/// An agent with exactly these permissions everywhere.
async fn with_permissions(app: &TestApp, admin: &Agent, name: &str, permissions: &[&str]) -> Agent {
    let role = admin.post("/api/v1/roles", json!({ "name": format!("{name}'s role"), "permissions": permissions })).await.created();
    let agent = app.agent_as(name, "viewer", None, None).await;
    let roles = json!([{ "role": role["id"] }]);
    admin.patch(&format!("/api/v1/agents/{}", agent.id), json!({ "roles": roles })).await.ok();
    agent
}

async fn link_path(answer: &Value) -> String {
    let link = answer["link"].as_str().expect("a link");
    format!("/api/v1/links/{}", link.rsplit('/').next().expect("a token"))
}

app_test!(an_invited_colleague_sets_a_password_and_is_in, |app| async move {
    let admin = app.admin().await;
    let body = json!({ "email": "Ben@Desk.test", "name": "Ben", "roles": [{ "role": role(&admin, "agent").await }], "teams": [], "locale": "zh-TW" });
    let made = admin.post("/api/v1/agents", body.clone()).await.created();
    assert_eq!((&made["agent"]["state"], &made["agent"]["locale"]), (&json!("invited"), &json!("zh-TW")));
    let path = link_path(&made).await;
    assert_eq!(app.anon().get(&path).await.ok()["email"], "ben@desk.test");
    app.anon().post("/api/v1/session", json!({ "email": "ben@desk.test", "password": PASSWORD })).await.refused(401, "unauthenticated");

    let me = app.anon().post(&path, json!({ "password": PASSWORD, "name": "Benedict" })).await.ok();
    assert_eq!(
        (&me["agent"]["state"], &me["agent"]["name"], &me["agent"]["public_name"]),
        (&json!("active"), &json!("Benedict"), &json!("Benedict"))
    );
    app.anon().post("/api/v1/session", json!({ "email": "ben@desk.test", "password": PASSWORD })).await.ok();
    let taken = admin.post("/api/v1/agents", body).await.refused(409, "duplicate");
    assert!(taken["fields"]["email"].is_string(), "{taken}");
});

app_test!(a_reset_link_sets_a_new_password_and_ends_all_sessions, |app| async move {
    let (admin, alice) = (app.admin().await, app.agent().await);
    let first = admin.post(&format!("/api/v1/agents/{}/reset", alice.id), json!({})).await.ok();
    let second = admin.post(&format!("/api/v1/agents/{}/reset", alice.id), json!({})).await.ok();
    app.anon().get(&link_path(&first).await).await.refused(410, "link_used");
    alice.get("/api/v1/session").await.ok();
    app.anon().post(&link_path(&second).await, json!({ "password": "quite another sentence" })).await.ok();
    alice.get("/api/v1/session").await.refused(401, "unauthenticated");
    app.anon().post("/api/v1/session", json!({ "email": "alice@desk.test", "password": PASSWORD })).await.refused(401, "unauthenticated");
});

app_test!(a_disabled_agent_is_out_at_once_with_everything_they_made, |app| async move {
    let (admin, other) = (app.admin().await, app.agent_as("Olga", "admin", None, None).await);
    let made = other.post("/api/v1/tokens", json!({ "name": "script", "permissions": ["agent.manage"] })).await.created();
    let script = app.bare().with("authorization", &format!("Bearer {}", made["secret"].as_str().unwrap()));
    script.get("/api/v1/agents").await.ok();
    let link = admin.post(&format!("/api/v1/agents/{}/reset", other.id), json!({})).await.ok();

    let path = format!("/api/v1/agents/{}", other.id);
    assert_eq!(admin.post(&format!("{path}/disable"), Value::Null).await.ok()["state"], "disabled");
    other.get("/api/v1/session").await.refused(401, "unauthenticated");
    script.get("/api/v1/agents").await.refused(401, "unauthenticated");
    app.anon().get(&link_path(&link).await).await.refused(410, "link_used");
    app.anon().post("/api/v1/session", json!({ "email": "olga@desk.test", "password": PASSWORD })).await.refused(401, "unauthenticated");
    admin.post(&format!("{path}/reset"), Value::Null).await.refused(409, "conflict");
    let named = admin.get("/api/v1/session").await.ok()["directory"]["agents"]
        .as_array()
        .unwrap()
        .iter()
        .any(|one| one["name"] == "Olga" && one["state"] == "disabled");
    assert!(named, "a disabled colleague keeps their name in timelines");

    assert_eq!(admin.post(&format!("{path}/enable"), Value::Null).await.ok()["state"], "active");
    app.anon().post("/api/v1/session", json!({ "email": "olga@desk.test", "password": PASSWORD })).await.ok();
    script.get("/api/v1/agents").await.refused(401, "unauthenticated");
});

app_test!(the_last_administrator_stays, |app| async move {
    let admin = app.admin().await;
    let path = format!("/api/v1/agents/{}", admin.id);
    admin.post(&format!("{path}/disable"), Value::Null).await.refused(409, "last_admin");
    admin.patch(&path, json!({ "roles": [{ "role": role(&admin, "agent").await }] })).await.refused(409, "last_admin");
    let inbox = app.inbox().await;
    admin.patch(&path, json!({ "roles": [{ "role": role(&admin, "admin").await, "inbox": inbox }] })).await.refused(409, "last_admin");
    let second = app.agent_as("Olga", "admin", None, None).await;
    admin.post(&format!("{path}/disable"), Value::Null).await.ok();
    second.post(&format!("/api/v1/agents/{}/disable", second.id), Value::Null).await.refused(409, "last_admin");
});

app_test!(two_administrators_cannot_remove_each_other, |app| async move {
    let (one, two) = (app.admin().await, app.agent_as("Olga", "admin", None, None).await);
    let (first, second) = (format!("/api/v1/agents/{}/disable", one.id), format!("/api/v1/agents/{}/disable", two.id));
    let (a, b) = tokio::join!(one.post(&second, Value::Null), two.post(&first, Value::Null));
    let done = [a.status, b.status].into_iter().filter(|status| *status == 200).count();
    assert_eq!(done, 1, "{} {}", a.status, b.status);
});

app_test!(nobody_gives_or_touches_more_than_they_hold, |app| async move {
    let admin = app.admin().await;
    let lead = with_permissions(&app, &admin, "Lena", &["agent.manage", "conversation.read", "conversation.reply"]).await;
    let victim = format!("/api/v1/agents/{}", admin.id);
    lead.post(&format!("{victim}/reset"), Value::Null).await.refused(403, "forbidden");
    lead.post(&format!("{victim}/disable"), Value::Null).await.refused(403, "forbidden");
    lead.patch(&victim, json!({ "email": "lena2@desk.test" })).await.refused(403, "forbidden");
    let own = format!("/api/v1/agents/{}", lead.id);
    lead.patch(&own, json!({ "roles": [{ "role": role(&admin, "admin").await }] })).await.refused(403, "forbidden");
    let body = json!({ "email": "eve@desk.test", "name": "Eve", "roles": [{ "role": role(&admin, "supervisor").await }] });
    lead.post("/api/v1/agents", body).await.refused(403, "forbidden");
    let body = json!({ "email": "eve@desk.test", "name": "Eve", "roles": [] });
    lead.post("/api/v1/agents", body).await.created();
});

app_test!(only_those_who_manage_agents_see_them, |app| async move {
    let (alice, sam) = (app.agent().await, app.supervisor().await);
    for one in [&alice, &sam] {
        one.get("/api/v1/agents").await.refused(403, "forbidden");
        one.get(&format!("/api/v1/agents/{}", alice.id)).await.refused(403, "forbidden");
        one.post("/api/v1/agents", json!({ "email": "x@desk.test", "name": "X", "roles": [] })).await.refused(403, "forbidden");
    }
    let directory = alice.get("/api/v1/session").await.ok()["directory"]["agents"].clone();
    assert!(!directory.to_string().contains("@desk.test"), "names only: {directory}");
});

app_test!(a_changed_agent_has_a_new_version_and_an_old_one_is_refused, |app| async move {
    let (admin, alice) = (app.admin().await, app.agent().await);
    let path = format!("/api/v1/agents/{}", alice.id);
    let first = admin.get(&path).await;
    let tag = first.header("etag").expect("a tag").to_owned();
    let with = |tag: &str| admin.client.clone().with("if-match", tag);
    let changed = with(&tag).patch(&path, json!({ "name": "Alicia" })).await;
    assert_ne!(changed.header("etag"), Some(tag.as_str()));
    assert_eq!(changed.ok()["name"], "Alicia");
    with(&tag).patch(&path, json!({ "name": "Alison" })).await.refused(412, "stale");
    assert_eq!(admin.get(&path).await.ok()["name"], "Alicia");
});

app_test!(bad_fields_are_named, |app| async move {
    let admin = app.admin().await;
    for (body, field) in [
        (json!({ "email": "no address", "name": "X", "roles": [] }), "email"),
        (json!({ "email": "x@desk.test", "name": "  ", "roles": [] }), "name"),
        (json!({ "email": "x@desk.test", "name": "a\u{202e}b", "roles": [] }), "name"),
        (json!({ "email": "x@desk.test", "name": "X", "roles": [{ "role": "0192f0c1-0000-7000-8000-000000000000" }] }), "roles"),
        (json!({ "email": "x@desk.test", "name": "X", "roles": [], "teams": ["0192f0c1-0000-7000-8000-000000000000"] }), "teams"),
        (json!({ "email": "x@desk.test", "name": "X", "roles": [], "locale": "fr" }), "locale"),
    ] {
        let problem = admin.post("/api/v1/agents", body).await.refused(422, "validation_failed");
        assert!(problem["fields"][field].is_string(), "{field}: {problem}");
    }
    admin
        .post("/api/v1/agents", json!({ "email": "x@desk.test", "name": "X", "roles": [], "admin": true }))
        .await
        .refused(400, "bad_request");
    admin.get("/api/v1/agents/0192f0c1-0000-7000-8000-000000000000").await.refused(404, "not_found");
});

app_test!(an_agent_sets_up_their_own_screen, |app| async move {
    let alice = app.agent().await;
    let mut settings = alice.get("/api/v1/session").await.ok()["settings"].clone();
    settings["theme"] = json!("dark");
    settings["undo_seconds"] = json!(15);
    settings["keys"] = json!({ "reply.send": "mod+enter" });
    let body = json!({ "public_name": "小李", "locale": "zh-CN", "presence": "away", "settings": settings });
    alice.patch("/api/v1/me", body).await.ok();
    let me = alice.get("/api/v1/session").await.ok();
    assert_eq!(me["settings"], settings);
    assert_eq!(
        (&me["agent"]["public_name"], &me["agent"]["presence"], &me["agent"]["name"]),
        (&json!("小李"), &json!("away"), &json!("Alice"))
    );
    settings["undo_seconds"] = json!(7);
    alice.patch("/api/v1/me", json!({ "settings": settings })).await.refused(422, "validation_failed");
    alice.patch("/api/v1/me", json!({ "email": "a@b.test" })).await.refused(400, "bad_request");
});

app_test!(the_list_of_first_steps_is_put_away, |app| async move {
    let admin = app.admin().await;
    let steps = admin.get("/api/v1/session").await.ok()["checklist"]["steps"].clone();
    let done: Vec<bool> = steps.as_array().unwrap().iter().map(|step| step["done"].as_bool().unwrap()).collect();
    assert_eq!(done, [true, false, false, false, false], "{steps}");
    app.agent().await;
    app.visitor().await;
    let inbox = app.inbox().await;
    admin.patch(&format!("/api/v1/inboxes/{inbox}"), json!({ "name": "Chat" })).await.ok();
    let steps = admin.get("/api/v1/session").await.ok()["checklist"]["steps"].clone();
    let done: Vec<bool> = steps.as_array().unwrap().iter().map(|step| step["done"].as_bool().unwrap()).collect();
    assert_eq!(done, [true, true, true, true, false], "{steps}");
    assert_eq!(admin.post("/api/v1/checklist/dismiss", Value::Null).await.status, 204);
    assert_eq!(admin.get("/api/v1/session").await.ok()["checklist"]["dismissed"], true);
});
