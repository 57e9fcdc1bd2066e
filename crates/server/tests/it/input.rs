//! Requests as nobody should send them: each is answered with a clear problem, and nothing happens.

use candor_domain::permission::Permission;
use candor_testkit::app_test;
use serde_json::json;

const SIGN_IN: &str = "/api/v1/session";

app_test!(bodies_that_are_not_json_are_refused, |app| async move {
    let anon = app.anon();
    for bytes in [
        &b""[..],
        b"{",
        b"nul",
        b"{\"email\":\"a\",}",
        b"{'email':1}",
        b"[1,2",
        b"\xef\xbb\xbf{}",
        b"{\"email\":\"\xff\"}",
        b"{\"email\":\"\\ud800\"}",
    ] {
        anon.post_raw(SIGN_IN, bytes).await.refused(400, "invalid_json");
    }
    anon.post_raw(SIGN_IN, "[".repeat(100_000)).await.refused(400, "invalid_json");
    anon.post_raw(SIGN_IN, "{\"email\":\"a\",\"password\":\"b\"} {}").await.refused(400, "invalid_json");
});

app_test!(the_field_that_cannot_be_used_is_named, |app| async move {
    let anon = app.anon();
    let fields = |problem: serde_json::Value| {
        problem["fields"].as_object().map(|fields| fields.keys().cloned().collect::<Vec<_>>()).unwrap_or_default()
    };
    let unknown = anon.post(SIGN_IN, json!({ "email": "a@b.test", "password": "x", "admin": true })).await.refused(400, "bad_request");
    assert_eq!(fields(unknown), ["admin"]);
    let missing = anon.post(SIGN_IN, json!({ "email": "a@b.test" })).await.refused(422, "validation_failed");
    assert_eq!(fields(missing), ["password"]);
    let wrong = anon.post(SIGN_IN, json!({ "email": 7, "password": "x" })).await.refused(422, "validation_failed");
    assert_eq!(fields(wrong), ["email"]);
    let twice = anon.post_raw(SIGN_IN, "{\"email\":\"a\",\"email\":\"b\",\"password\":\"x\"}").await;
    twice.refused(400, "bad_request");
    let nul = anon.post(SIGN_IN, json!({ "email": "a\u{0}b", "password": "x" })).await.refused(400, "bad_request");
    assert_eq!(fields(nul), ["email"]);
    anon.post(SIGN_IN, json!(["a", "b"])).await.refused(422, "validation_failed");
});

app_test!(bodies_of_other_kinds_and_sizes_are_refused, |app| async move {
    let anon = app.anon();
    let form = anon.upload(SIGN_IN, "application/x-www-form-urlencoded", "email=a&password=b").await;
    form.refused(415, "unsupported_type");
    let text = anon.upload(SIGN_IN, "text/plain", "{\"email\":\"a\",\"password\":\"b\"}").await;
    text.refused(415, "unsupported_type");
    let large = json!({ "email": "a@b.test", "password": "x".repeat(600 << 10) });
    assert_eq!(anon.post(SIGN_IN, large).await.refused(413, "too_large")["limit"], 512 << 10);
});

app_test!(ids_that_cannot_be_read_name_nothing, |app| async move {
    let admin = app.admin().await;
    for id in ["x", "0", "..%2f", "0192f0c1-0000-7000-8000-00000000000", "%00", "%ff", "' OR 1=1 --".replace(' ', "%20").as_str()] {
        admin.get(&format!("/api/v1/agents/{id}")).await.refused(404, "not_found");
    }
});

app_test!(queries_that_cannot_be_used_are_named, |app| async move {
    let admin = app.admin().await;
    admin.get("/api/v1/audit?limit=0").await.refused(422, "validation_failed");
    admin.get("/api/v1/audit?limit=many").await.refused(422, "validation_failed");
    admin.get("/api/v1/audit?cursor=%F0%9F%92%A9").await.refused(422, "validation_failed");
    admin.get("/api/v1/audit?colour=red").await.refused(400, "bad_request");
});

app_test!(nobody_comes_in_without_a_session, |app| async move {
    for client in [app.anon(), app.anon().with("cookie", "candor_dev=nonsense"), app.bare().with("authorization", "Bearer cnd_nonsense")] {
        for path in ["/api/v1/session", "/api/v1/agents", "/api/v1/conversations/0192f0c1-0000-7000-8000-000000000000"] {
            client.get(path).await.refused(401, "unauthenticated");
        }
    }
    for token in ["", "x", "Bearer", "Bearer x"] {
        let visitor = app.anon().with("authorization", token);
        visitor.get("/visitor/v1/session").await.refused(401, "unauthenticated");
    }
});

app_test!(a_cookie_works_from_our_own_page_only, |app| async move {
    let admin = app.admin().await;
    let change = json!({ "name": "Grace" });
    for origin in ["https://evil.test", "null", "http://localhost:1", "https://localhost:5689"] {
        admin.client.clone().with("origin", origin).patch("/api/v1/me", change.clone()).await.refused(403, "csrf");
    }
    let silent = admin.client.clone().without("origin");
    silent.patch("/api/v1/me", change.clone()).await.refused(403, "csrf");
    silent.clone().with("sec-fetch-site", "same-site").patch("/api/v1/me", change.clone()).await.refused(403, "csrf");
    silent.with("sec-fetch-site", "same-origin").patch("/api/v1/me", change).await.ok();
});

app_test!(a_token_needs_no_page_and_may_do_only_what_it_says, |app| async move {
    let admin = app.admin().await;
    let token = app.token(&admin, &[Permission::AuditRead], &[]).await;
    token.get("/api/v1/audit").await.ok();
    token.get("/api/v1/agents").await.refused(403, "forbidden");
    token.get("/api/v1/sessions").await.refused(403, "forbidden");
});

app_test!(a_foreign_page_cannot_speak_for_a_visitor, |app| async move {
    let visitor = app.visitor().await;
    visitor.get("/visitor/v1/session").await.ok();
    visitor.client.clone().without("origin").get("/visitor/v1/session").await.ok();
    let foreign = visitor.client.clone().with("origin", "https://evil.test");
    foreign.get("/visitor/v1/session").await.refused(403, "origin_refused");
    let body = json!({ "inbox": app.inbox().await, "locale": "en" });
    app.bare().with("origin", "https://evil.test").post("/visitor/v1/sessions", body).await.refused(403, "origin_refused");
});
