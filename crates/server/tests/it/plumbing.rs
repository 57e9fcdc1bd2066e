//! What holds for every request, whatever it is about.

use crate::writing::{begun, say};
use candor_testkit::app_test;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use uuid::Uuid;

app_test!(unknown_paths_of_the_surfaces_are_problems, |app| async move {
    let anon = app.anon();
    for path in ["/api/v1/nothing", "/api/v2/session", "/api", "/visitor/v1/nothing", "/hooks/x", "/metrics"] {
        anon.get(path).await.refused(404, "not_found");
    }
    anon.get("/missing.js").await.refused(404, "not_found");
    anon.get("/../Cargo.toml").await.refused(404, "not_found");
});

app_test!(a_method_that_is_not_offered_says_which_are, |app| async move {
    let answer = app.anon().post("/livez", Value::Null).await;
    assert!(answer.header("allow").is_some_and(|allow| allow.contains("GET")), "{:?}", answer.headers);
    answer.refused(405, "method_not_allowed");
    app.anon().post("/inbox/mine", Value::Null).await.refused(405, "method_not_allowed");
});

app_test!(every_answer_has_strict_headers_and_an_id, |app| async move {
    for path in ["/livez", "/api/v1/nothing", "/", "/openapi.json"] {
        let answer = app.anon().get(path).await;
        let policy = answer.header("content-security-policy").unwrap_or_default();
        assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("x-request-id").map(str::len), Some(32), "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), None, "{path}");
    }
});

app_test!(the_console_answers_for_all_its_paths_and_is_not_kept_unchecked, |app| async move {
    let first = app.anon().get("/").await;
    let other = app.anon().get("/inbox/mine/0192").await;
    assert_eq!((first.status, other.status), (200, 200));
    assert_eq!(first.bytes, other.bytes);
    assert_eq!(first.header("cache-control"), Some("no-cache"));
    assert_eq!(first.header("x-frame-options"), Some("DENY"));
    let tag = first.header("etag").expect("a tag").to_owned();
    let again = app.anon().with("if-none-match", &tag).get("/").await;
    assert_eq!((again.status, again.bytes.len()), (304, 0));
});

app_test!(built_files_go_out_packed_and_those_with_a_hash_are_kept_for_ever, |app| async move {
    let script = candor_assets::all()
        .iter()
        .find(|asset| asset.path.starts_with("console/") && asset.path.ends_with(".js"))
        .expect("the interface is built: `make web`");
    let path = format!("/{}", script.path);
    let plain = app.anon().get(&path).await;
    assert_eq!((plain.status, plain.bytes.as_slice()), (200, script.bytes));
    assert_eq!(plain.header("content-type"), Some("text/javascript; charset=utf-8"));
    assert!(plain.header("cache-control").is_some_and(|keep| keep.contains("immutable")));
    for (taken, packed) in [("br", script.br), ("gzip", script.gz)] {
        let answer = app.anon().with("accept-encoding", taken).get(&path).await;
        assert_eq!((answer.header("content-encoding"), Some(answer.bytes.as_slice())), (Some(taken), packed));
        assert_eq!(answer.header("vary"), Some("accept-encoding"));
    }
    let refused = app.anon().with("accept-encoding", "br;q=0, gzip;q=0").get(&path).await;
    assert_eq!(refused.header("content-encoding"), None);
});

app_test!(the_loader_may_be_used_by_any_page_and_is_looked_at_again_soon, |app| async move {
    let loader = app.anon().get("/w.js").await;
    assert_eq!((loader.status, loader.header("access-control-allow-origin")), (200, Some("*")));
    assert_eq!(loader.header("cross-origin-resource-policy"), Some("cross-origin"));
    assert_eq!(loader.header("cache-control"), Some("public, max-age=300"));
});

app_test!(no_page_holds_a_script_or_style_that_its_policy_forbids, |app| async move {
    let inbox = app.inbox().await;
    for path in ["/".to_owned(), "/chat".to_owned(), format!("/widget?inbox={inbox}")] {
        let page = app.anon().get(&path).await;
        let html = String::from_utf8(page.bytes).expect("text");
        let inline = html.split("<script").skip(1).any(|script| !script.split('>').next().unwrap_or_default().contains("src="));
        assert!(!inline && !html.contains("<style") && !html.contains(" style=") && !html.contains(" onload="), "{path}: {html}");
    }
});

app_test!(the_widget_may_be_framed_by_its_inboxes_pages_only, |app| async move {
    let inbox = app.inbox().await;
    let answer = app.anon().get(&format!("/widget/index.html?inbox={inbox}&lang=en&theme=auto")).await;
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.bytes));
    let policy = answer.header("content-security-policy").expect("a policy");
    assert!(policy.contains("frame-ancestors 'self'") && !policy.contains("frame-ancestors *"), "{policy}");
    assert_eq!(answer.header("x-frame-options"), None);
    app.anon().get("/widget/index.html?inbox=0192f0c1-0000-7000-8000-000000000000").await.refused(404, "not_found");
    app.anon().get("/widget/index.html").await.refused(404, "not_found");
    let chat = app.anon().get(&format!("/chat?inbox={inbox}")).await;
    assert!(chat.header("content-security-policy").is_some_and(|policy| policy.contains("frame-ancestors 'none'")));
});

app_test!(the_demo_page_is_offered_only_when_asked_for, |app| async move {
    app.anon().get("/demo").await.refused(404, "not_found");
    app.anon().get("/demo/index.html").await.refused(404, "not_found");
});

app_test!(health_names_each_part, |app| async move {
    assert_eq!(app.bare().get("/livez").await.ok()["status"], "ok");
    let ready = app.bare().get("/readyz").await.ok();
    assert_eq!(ready["status"], "ok", "{ready}");
    for part in ["database", "writer", "reactor", "screens", "search", "server"] {
        assert_eq!(ready[part]["status"], "ok", "{part}: {ready}");
    }
    app.state.draining.cancel();
    let ready = app.bare().get("/readyz").await.expect(503);
    assert_eq!((&ready["status"], &ready["server"]["status"]), (&Value::from("down"), &Value::from("down")));
});

app_test!(a_reactor_far_behind_puts_off_strangers_and_nobody_who_is_here, |app| async move {
    let (visitor, id) = begun(&app, "one").await;
    app.settle().await;
    say(&visitor, &id, "two").await;
    app.clock.advance(16_000);
    let deadline = Instant::now() + Duration::from_secs(10);
    let ready = loop {
        let ready = app.bare().get("/readyz").await.ok();
        // The store looks four times a second.
        if ready["reactor"]["status"] != "ok" || Instant::now() > deadline {
            break ready;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!((&ready["status"], &ready["reactor"]["status"]), (&Value::from("warn"), &Value::from("warn")), "{ready}");
    let stranger = json!({ "inbox": app.inbox().await, "locale": "en" });
    let put_off = loop {
        let answer = app.anon().post("/visitor/v1/sessions", stranger.clone()).await;
        // Late for a second is late.
        if answer.status != 201 || Instant::now() > deadline {
            break answer;
        }
    };
    assert_eq!(put_off.header("retry-after"), Some("5"));
    put_off.refused(503, "busy");
    say(&visitor, &id, "three").await;
    visitor.post("/visitor/v1/conversations", json!({ "client_id": Uuid::now_v7(), "text": "another" })).await.created();
    app.settle().await;
    while app.app.db.health().reactor_late && Instant::now() < deadline {
        tokio::task::yield_now().await;
    }
    app.anon().post("/visitor/v1/sessions", stranger).await.created();
});

app_test!(without_a_database_the_desk_is_not_ready, |app| async move {
    app.app.db.close();
    let ready = app.bare().get("/readyz").await.expect(503);
    assert_eq!(ready["database"]["status"], "down", "{ready}");
    assert_eq!(app.bare().get("/livez").await.status, 200);
});

app_test!(addresses_too_long_are_refused, |app| async move {
    app.anon().get(&format!("/api/v1/search?q={}", "a".repeat(20_000))).await.refused(413, "too_large");
});

app_test!(a_connection_that_sends_its_headers_slowly_does_not_hold_others, |app| async move {
    let address = app.address().await;
    let mut slow = TcpStream::connect(address).await.expect("connects");
    slow.write_all(b"GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: ").await.expect("writes");
    let mut quick = TcpStream::connect(address).await.expect("connects");
    quick.write_all(b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.expect("writes");
    let mut answer = String::new();
    quick.read_to_string(&mut answer).await.expect("answers");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
});

app_test!(going_down_finishes_what_is_under_way_and_accepts_no_more, |app| async move {
    let address = app.address().await;
    let mut open = TcpStream::connect(address).await.expect("connects");
    open.write_all(b"GET /livez HTTP/1.1\r\nHost: x\r\n").await.expect("writes");
    let mut idle = TcpStream::connect(address).await.expect("connects");
    idle.write_all(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("writes");
    let mut first = [0; 12];
    idle.read_exact(&mut first).await.expect("answers");
    app.state.draining.cancel();
    let mut rest = Vec::new();
    idle.read_to_end(&mut rest).await.expect("an idle connection is closed");
    open.write_all(b"\r\n").await.expect("writes");
    let mut answer = String::new();
    open.read_to_string(&mut answer).await.expect("the request under way is answered");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
});
