//! Signing in and out, sessions, one-time links, one's own password.

use candor_app::link;
use candor_domain::permission::Permission;
use candor_testkit::{Client, PASSWORD, TestApp, TestDb, app_test};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const HOUR: Duration = Duration::from_secs(3600);

/// The token at the end of a link.
fn token(address: &str) -> &str {
    address.rsplit('/').next().expect("a link has a last part")
}

fn cookie(answer: &candor_testkit::Answer) -> String {
    let cookie = answer.header("set-cookie").expect("a cookie");
    cookie.split(';').next().expect("a pair").to_owned()
}

async fn first_admin(app: &TestApp) -> Value {
    let address = link::first_admin(&app.app).await.expect("a link").expect("nobody can sign in yet");
    let filled = json!({ "name": "Ada", "email": "Ada@Desk.test", "password": PASSWORD });
    app.anon().post(&format!("/api/v1/links/{}", token(&address)), filled).await.ok()
}

async fn sign_in(app: &TestApp, email: &str, password: &str) -> candor_testkit::Answer {
    app.anon().post("/api/v1/session", json!({ "email": email, "password": password })).await
}

app_test!(the_first_administrator_comes_in_by_the_link_that_was_printed, |app| async move {
    let address = link::first_admin(&app.app).await.unwrap().expect("nobody can sign in yet");
    let path = format!("/api/v1/links/{}", token(&address));
    let shown = app.anon().get(&path).await.ok();
    assert_eq!((&shown["kind"], shown["email"].is_null()), (&json!("admin"), true));

    let filled = json!({ "name": "Ada", "email": "Ada@Desk.test", "password": PASSWORD });
    let answer = app.anon().post(&path, filled.clone()).await;
    let me = app.anon().with("cookie", &cookie(&answer)).get("/api/v1/session").await.ok();
    assert_eq!(me["agent"]["email"], "ada@desk.test");
    assert_eq!(me["permissions"].as_array().map(Vec::len), Some(Permission::ALL.len()));
    assert_eq!(me["directory"]["statuses"].as_array().map(Vec::len), Some(5));
    assert_eq!(me["directory"]["roles"].as_array().map(Vec::len), Some(5));
    assert_eq!(me["checklist"]["steps"][0], json!({ "key": "password", "done": true }));
    assert_eq!(answer.ok()["agent"]["id"], me["agent"]["id"]);

    app.anon().post(&path, filled).await.refused(410, "link_used");
    assert_eq!(link::first_admin(&app.app).await.unwrap(), None);
});

app_test!(a_newer_link_for_the_first_administrator_makes_the_older_one_useless, |app| async move {
    let old = link::first_admin(&app.app).await.unwrap().expect("a link");
    let new = link::first_admin(&app.app).await.unwrap().expect("a link");
    app.anon().get(&format!("/api/v1/links/{}", token(&old))).await.refused(410, "link_used");
    app.anon().get(&format!("/api/v1/links/{}", token(&new))).await.ok();
    app.pass(24 * HOUR).await;
    app.anon().get(&format!("/api/v1/links/{}", token(&new))).await.refused(410, "link_used");
});

app_test!(of_two_who_use_a_link_at_once_one_comes_in, |app| async move {
    let address = link::first_admin(&app.app).await.unwrap().expect("a link");
    let path = format!("/api/v1/links/{}", token(&address));
    let body = |name: &str| json!({ "name": name, "email": format!("{name}@desk.test"), "password": PASSWORD });
    let (anon, other) = (app.anon(), app.anon());
    let (one, two) = tokio::join!(anon.post(&path, body("ann")), other.post(&path, body("ben")));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 410]);
});

app_test!(wrong_for_any_reason_is_answered_alike, |app| async move {
    first_admin(&app).await;
    let wrong = sign_in(&app, "ada@desk.test", "not her password").await.refused(401, "unauthenticated");
    for (email, password) in [("nobody@desk.test", PASSWORD), ("no address", PASSWORD), ("ada@desk.test", &"x".repeat(5000)), ("", "")] {
        assert_eq!(sign_in(&app, email, password).await.refused(401, "unauthenticated"), wrong, "{email}");
    }
    assert_eq!(sign_in(&app, " ADA@desk.test ", PASSWORD).await.ok()["agent"]["email"], "ada@desk.test");
});

app_test!(nobody_is_signed_in_by_another_page, |app| async move {
    first_admin(&app).await;
    let body = json!({ "email": "ada@desk.test", "password": PASSWORD });
    app.anon().with("origin", "https://evil.test").post("/api/v1/session", body.clone()).await.refused(403, "csrf");
    app.bare().post("/api/v1/session", body).await.refused(403, "csrf");
});

/// Rate limits do not touch the database: one is enough.
#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_slowed_down_by_account_and_by_address() {
    let app = TestApp::start_with(TestDb::sqlite(), |_| ()).await;
    for _ in 0..10 {
        sign_in(&app, "ada@desk.test", "a wrong password").await.refused(401, "unauthenticated");
    }
    let slow = sign_in(&app, "Ada@desk.test", "a wrong password").await.refused(429, "rate_limited");
    assert!(slow["retry_after_ms"].as_u64().is_some_and(|wait| wait > 0));
    for number in 0..9 {
        sign_in(&app, &format!("user{number}@desk.test"), "a wrong password").await.refused(401, "unauthenticated");
    }
    sign_in(&app, "somebody@desk.test", "a wrong password").await.refused(429, "rate_limited");
    for _ in 0..20 {
        app.anon().get("/api/v1/links/made-up").await.refused(410, "link_used");
    }
    app.anon().get("/api/v1/links/made-up").await.refused(429, "rate_limited");
}

app_test!(the_cookie_opens_the_desk_until_signing_out, |app| async move {
    let alice = app.agent().await;
    let me = alice.get("/api/v1/session").await.ok();
    assert_eq!(me["agent"]["name"], "Alice");
    assert!(me["checklist"].is_null() && me["directory"]["roles"].is_null());
    let out = alice.delete("/api/v1/session").await;
    assert_eq!(out.status, 204);
    assert!(out.header("set-cookie").is_some_and(|cookie| cookie.contains("Max-Age=0")));
    alice.get("/api/v1/session").await.refused(401, "unauthenticated");
    app.anon().with("cookie", "candor_dev=made-up").get("/api/v1/session").await.refused(401, "unauthenticated");
});

app_test!(sessions_are_listed_and_ended_one_by_one_or_all, |app| async move {
    let here = app.agent().await;
    let there = app.sign_in(here.id, "Alice", "alice@desk.test").await;
    let third = app.sign_in(here.id, "Alice", "alice@desk.test").await;
    let list = here.get("/api/v1/sessions").await.ok();
    let items = list["items"].as_array().expect("a list");
    assert_eq!((items.len(), items.iter().filter(|one| one["current"] == true).count()), (3, 1));
    let own = there.get("/api/v1/session").await.ok()["session"].clone();
    assert_eq!(here.delete(&format!("/api/v1/sessions/{}", own.as_str().unwrap())).await.status, 204);
    there.get("/api/v1/session").await.refused(401, "unauthenticated");
    third.get("/api/v1/session").await.ok();
    assert_eq!(here.delete("/api/v1/sessions").await.status, 204);
    third.get("/api/v1/session").await.refused(401, "unauthenticated");
    here.get("/api/v1/session").await.ok();
});

app_test!(somebody_elses_session_is_not_there, |app| async move {
    let (alice, sam) = (app.agent().await, app.supervisor().await);
    let theirs = sam.get("/api/v1/session").await.ok()["session"].clone();
    alice.delete(&format!("/api/v1/sessions/{}", theirs.as_str().unwrap())).await.refused(404, "not_found");
    sam.get("/api/v1/session").await.ok();
});

/// Waits until the server has noted that the session is in use; nobody waits for that note otherwise.
async fn until_seen(client: &Client, now: i64) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while client.get("/api/v1/sessions").await.ok()["items"][0]["seen_at"] != now {
        assert!(Instant::now() < deadline, "the use was never noted");
        tokio::task::yield_now().await;
    }
}

app_test!(an_idle_session_ends_and_a_used_one_ends_after_a_week, |app| async move {
    let (idle, used) = (app.agent().await, app.supervisor().await);
    for _ in 0..15 {
        app.pass(11 * HOUR).await;
        used.get("/api/v1/session").await.ok();
        until_seen(&used, app.app.now()).await;
    }
    idle.get("/api/v1/session").await.refused(401, "unauthenticated");
    app.pass(3 * HOUR).await;
    used.get("/api/v1/session").await.refused(401, "unauthenticated");
});

app_test!(a_new_password_ends_all_other_sessions, |app| async move {
    let here = app.agent().await;
    let there = app.sign_in(here.id, "Alice", "alice@desk.test").await;
    let path = "/api/v1/me/password";
    let wrong = here.post(path, json!({ "old": "wrong old one", "new": "another long sentence" })).await.refused(422, "validation_failed");
    assert!(wrong["fields"]["old"].is_string());
    let short = here.post(path, json!({ "old": PASSWORD, "new": "short" })).await.refused(422, "validation_failed");
    assert!(short["fields"]["password"].is_string());
    assert_eq!(here.post(path, json!({ "old": PASSWORD, "new": "another long sentence" })).await.status, 204);
    here.get("/api/v1/session").await.ok();
    there.get("/api/v1/session").await.refused(401, "unauthenticated");
    sign_in(&app, "alice@desk.test", PASSWORD).await.refused(401, "unauthenticated");
    sign_in(&app, "alice@desk.test", "another long sentence").await.ok();
});

app_test!(links_that_never_were_are_answered_like_used_ones, |app| async move {
    for made_up in ["x", "0000000000000000000000000000000000000000000", "%20", "..%2f"] {
        app.anon().get(&format!("/api/v1/links/{made_up}")).await.refused(410, "link_used");
    }
});
