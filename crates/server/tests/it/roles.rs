//! Roles and tokens through HTTP: edits act at once, nobody gives more than they hold.

use candor_domain::permission::Permission;
use candor_testkit::{Agent, app_test};
use serde_json::{Value, json};

async fn role(admin: &Agent, name: &str) -> Value {
    let roles = admin.get("/api/v1/roles").await.ok();
    roles["items"].as_array().and_then(|all| all.iter().find(|role| role["name"] == name)).expect("a role of this name").clone()
}

fn path(role: &Value) -> String {
    format!("/api/v1/roles/{}", role["id"].as_str().expect("an id"))
}

app_test!(an_edited_role_acts_at_once, |app| async move {
    let admin = app.admin().await;
    let made = admin.post("/api/v1/roles", json!({ "name": "Reader", "permissions": ["audit.read"] })).await.created();
    let alice = app.agent().await;
    alice.get("/api/v1/audit").await.refused(403, "forbidden");
    admin.patch(&format!("/api/v1/agents/{}", alice.id), json!({ "roles": [{ "role": made["id"] }] })).await.ok();
    alice.get("/api/v1/audit").await.ok();
    admin.patch(&path(&made), json!({ "permissions": ["report.read"] })).await.ok();
    alice.get("/api/v1/audit").await.refused(403, "forbidden");
    assert_eq!(alice.get("/api/v1/session").await.ok()["permissions"], json!(["report.read"]));
});

app_test!(the_administrators_role_and_used_roles_stay, |app| async move {
    let admin = app.admin().await;
    let own = role(&admin, "admin").await;
    admin.patch(&path(&own), json!({ "permissions": ["agent.manage"] })).await.refused(409, "conflict");
    admin.delete(&path(&own)).await.refused(409, "conflict");
    let viewer = role(&admin, "viewer").await;
    admin.delete(&path(&viewer)).await.refused(409, "conflict");
    admin.patch(&path(&viewer), json!({ "permissions": ["conversation.read"] })).await.ok();

    let made = admin.post("/api/v1/roles", json!({ "name": "Reader", "permissions": ["audit.read"] })).await.created();
    let alice = app.agent().await;
    let agent = format!("/api/v1/agents/{}", alice.id);
    admin.patch(&agent, json!({ "roles": [{ "role": made["id"] }] })).await.ok();
    let used = admin.delete(&path(&made)).await.refused(409, "conflict");
    assert_eq!(used["detail"], "agents have this role");
    admin.patch(&agent, json!({ "roles": [] })).await.ok();
    assert_eq!(admin.delete(&path(&made)).await.status, 204);
    admin.get(&path(&made)).await.refused(404, "not_found");
});

app_test!(a_role_is_no_wider_than_its_maker, |app| async move {
    let admin = app.admin().await;
    let made = admin.post("/api/v1/roles", json!({ "name": "Clerk", "permissions": ["role.manage", "tag.manage"] })).await.created();
    let clerk = app.agent().await;
    admin.patch(&format!("/api/v1/agents/{}", clerk.id), json!({ "roles": [{ "role": made["id"] }] })).await.ok();
    clerk.post("/api/v1/roles", json!({ "name": "Wide", "permissions": ["agent.manage"] })).await.refused(403, "forbidden");
    clerk.patch(&path(&made), json!({ "permissions": ["role.manage", "tag.manage", "audit.read"] })).await.refused(403, "forbidden");
    clerk.patch(&path(&role(&admin, "supervisor").await), json!({ "permissions": [] })).await.refused(403, "forbidden");
    clerk.post("/api/v1/roles", json!({ "name": "Narrow", "permissions": ["tag.manage"] })).await.created();
    app.supervisor().await.get("/api/v1/roles").await.refused(403, "forbidden");
});

app_test!(names_are_unique_and_permissions_are_known_words, |app| async move {
    let admin = app.admin().await;
    let problem = admin.post("/api/v1/roles", json!({ "name": "admin", "permissions": [] })).await.refused(409, "duplicate");
    assert!(problem["fields"]["name"].is_string(), "{problem}");
    let problem =
        admin.post("/api/v1/roles", json!({ "name": "X", "permissions": ["everything"] })).await.refused(422, "validation_failed");
    assert!(problem["fields"].as_object().is_some_and(|fields| fields.keys().any(|field| field.starts_with("permissions"))), "{problem}");
});

app_test!(a_token_may_do_what_it_says_and_no_more, |app| async move {
    let admin = app.admin().await;
    let tags = app.token(&admin, &[Permission::TagManage], &[]).await;
    tags.post("/api/v1/tags", json!({ "name": "vip", "colour": "red" })).await.created();
    tags.get("/api/v1/agents").await.refused(403, "forbidden");
    tags.get("/api/v1/session").await.refused(403, "forbidden");
    tags.patch("/api/v1/me", json!({ "name": "x" })).await.refused(403, "forbidden");
    let tokens = app.token(&admin, &[Permission::TokenManage, Permission::TagManage], &[]).await;
    tokens.post("/api/v1/tokens", json!({ "name": "child", "permissions": ["tag.manage"] })).await.refused(403, "forbidden");
    for wrong in ["Bearer cnd_made_up", "Bearer", "Basic eDp5"] {
        app.bare().with("authorization", wrong).get("/api/v1/tags").await.refused(401, "unauthenticated");
    }
});

app_test!(a_token_loses_what_its_maker_loses, |app| async move {
    let (admin, maker) = (app.admin().await, app.agent_as("Max", "admin", None, None).await);
    let script = app.token(&maker, &[Permission::TagManage, Permission::AuditRead], &[]).await;
    script.get("/api/v1/audit").await.ok();
    let supervisor = role(&admin, "supervisor").await;
    admin.patch(&format!("/api/v1/agents/{}", maker.id), json!({ "roles": [{ "role": supervisor["id"] }] })).await.ok();
    script.get("/api/v1/audit").await.refused(403, "forbidden");
    script.post("/api/v1/tags", json!({ "name": "vip", "colour": "red" })).await.created();
});

app_test!(tokens_are_listed_without_secrets_and_revoked, |app| async move {
    let admin = app.admin().await;
    let body = json!({ "name": "CRM", "permissions": ["conversation.read"], "inboxes": [app.inbox().await], "expires_at": app.app.now() + 60_000 });
    let made = admin.post("/api/v1/tokens", body).await.created();
    let secret = made["secret"].as_str().expect("a secret").to_owned();
    assert!(secret.starts_with("cnd_") && secret.len() == 56, "{secret}");
    let list = admin.get("/api/v1/tokens").await.ok();
    assert!(!list.to_string().contains(&secret[4..]));
    let script = app.bare().with("authorization", &format!("Bearer {secret}"));
    script.get("/api/v1/tags").await.ok();
    let path = format!("/api/v1/tokens/{}", made["token"]["id"].as_str().unwrap());
    assert_eq!(admin.delete(&path).await.status, 204);
    admin.delete(&path).await.refused(404, "not_found");
    script.get("/api/v1/tags").await.refused(401, "unauthenticated");
    let past = json!({ "name": "CRM", "permissions": ["conversation.read"], "expires_at": 1 });
    admin.post("/api/v1/tokens", past).await.refused(422, "validation_failed");
    app.agent().await.get("/api/v1/tokens").await.refused(403, "forbidden");
});

app_test!(a_token_runs_out, |app| async move {
    let admin = app.admin().await;
    let body = json!({ "name": "short", "permissions": ["tag.manage"], "expires_at": app.app.now() + 60_000 });
    let made = admin.post("/api/v1/tokens", body).await.created();
    let script = app.bare().with("authorization", &format!("Bearer {}", made["secret"].as_str().unwrap()));
    script.get("/api/v1/tags").await.ok();
    app.pass(std::time::Duration::from_secs(61)).await;
    script.get("/api/v1/tags").await.refused(401, "unauthenticated");
});
