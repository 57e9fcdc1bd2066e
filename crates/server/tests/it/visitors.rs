//! The visitors' surface over HTTP: what a widget and an app see, and what nobody sees.

use candor_testkit::{Agent, TestApp, Visitor, app_test};
use serde_json::{Value, json};

const ID: &str = "00000000-0000-7000-8000-00000000000";

fn client_id(n: u8) -> String {
    format!("{ID}{n}")
}

async fn opens(visitor: &Visitor, text: &str) -> Value {
    visitor.post("/visitor/v1/conversations", json!({ "client_id": client_id(1), "text": text })).await.created()
}

fn conversation(opened: &Value) -> String {
    opened["conversation"]["id"].as_str().unwrap().to_owned()
}

async fn acts(agent: &Agent, id: &str, action: Value) {
    agent.post(&format!("/api/v1/conversations/{id}/actions"), json!({ "action": action })).await.ok();
}

async fn replies(agent: &Agent, id: &str, text: &str, n: u8) {
    let body = json!({ "client_id": client_id(n), "text": text, "seen_seq": 100, "hold_ms": 0 });
    agent.post(&format!("/api/v1/conversations/{id}/replies"), body).await.created();
}

app_test!(a_widget_learns_its_looks_without_a_session, |app| async move {
    let inbox = app.inbox().await;
    let answer = app.bare().get(&format!("/visitor/v1/inboxes/{inbox}/config?locale=zh-CN")).await;
    assert_eq!(answer.header("cache-control"), Some("public, max-age=60"));
    let config = answer.ok();
    assert_eq!(config["inbox"], inbox.to_string());
    for (name, wanted) in
        [("open_now", json!(true)), ("agents_online", json!(false)), ("max_files", json!(10)), ("anonymous_allowed", json!(true))]
    {
        assert_eq!(config[name], wanted, "{name}");
    }
    assert!(config["brand"].as_str().unwrap().starts_with('#') && config["accept"].as_array().unwrap().contains(&json!("image/png")));
    assert_eq!(config.get("reply_time"), None, "nothing is promised before anything was measured");
    app.bare().with("origin", "https://evil.test").get(&format!("/visitor/v1/inboxes/{inbox}/config")).await.refused(403, "origin_refused");
    app.bare().get("/visitor/v1/inboxes/00000000-0000-7000-8000-000000000000/config").await.refused(404, "not_found");
    app.bare().get("/visitor/v1/inboxes/nonsense/config").await.refused(404, "not_found");
});

app_test!(who_has_no_origin_and_no_name_is_refused, |app| async move {
    let body = json!({ "inbox": app.inbox().await, "locale": "en" });
    app.bare().post("/visitor/v1/sessions", body.clone()).await.refused(403, "origin_refused");
    app.bare().with("origin", "https://evil.test").post("/visitor/v1/sessions", body.clone()).await.refused(403, "origin_refused");
    app.bare().with("origin", "null").post("/visitor/v1/sessions", body.clone()).await.refused(403, "origin_refused");
    app.anon().post("/visitor/v1/sessions", body).await.created();
    let signed = json!({ "inbox": app.inbox().await, "jwt": "e30.e30.e30" });
    let problem = app.bare().post("/visitor/v1/sessions", signed).await.refused(401, "unauthenticated");
    assert!(problem["detail"].is_string(), "whoever wires up an exchange is told why");
    for (body, status, code) in [
        (json!({}), 422, "validation_failed"),
        (json!({ "inbox": "x" }), 422, "validation_failed"),
        (json!({ "inbox": app.inbox().await, "admin": true }), 400, "bad_request"),
        (json!({ "inbox": format!("{ID}0") }), 404, "not_found"),
    ] {
        app.anon().post("/visitor/v1/sessions", body).await.refused(status, code);
    }
});

app_test!(a_conversation_goes_there_and_back, |app| async move {
    let (visitor, agent) = (app.visitor().await, app.agent().await);
    let opened = opens(&visitor, "提现未到账").await;
    let id = conversation(&opened);
    assert_eq!((&opened["event"]["seq"], &opened["event"]["message"]["from"]), (&json!(1), &json!("me")));
    let again = visitor.post("/visitor/v1/conversations", json!({ "client_id": client_id(1), "text": "提现未到账" })).await.ok();
    assert_eq!(again["conversation"]["id"], id, "the same client_id answers the same");
    visitor.post("/visitor/v1/conversations", json!({ "client_id": client_id(1), "text": "other" })).await.refused(409, "body_mismatch");

    acts(&agent, &id, json!({ "type": "assign", "agent": agent.id })).await;
    let note = json!({ "client_id": client_id(2), "text": "looks like fraud" });
    agent.post(&format!("/api/v1/conversations/{id}/notes"), note).await.created();
    acts(&agent, &id, json!({ "type": "priority", "priority": "urgent" })).await;
    replies(&agent, &id, "we are looking into it", 3).await;

    let path = format!("/visitor/v1/conversations/{id}");
    let events = visitor.get(&format!("{path}/events?after=0")).await.ok();
    let items = events["items"].as_array().unwrap();
    let kinds: Vec<_> = items.iter().map(|item| item["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["message", "joined", "message"]);
    let numbers: Vec<_> = items.iter().map(|item| item["seq"].as_i64().unwrap()).collect();
    assert_eq!(numbers, [1, 2, 3], "no gap tells of the note");
    let reply = &items[2]["message"];
    assert_eq!(
        (&reply["from"], &reply["author"]["kind"], &reply["text"]),
        (&json!("them"), &json!("agent"), &json!("we are looking into it"))
    );
    assert!(reply["author"]["agent_number"].is_string() && reply.get("client_id").is_none());
    let text = events.to_string();
    for hidden in ["fraud", &agent.id.to_string(), "urgent", "note", "desk.test"] {
        assert!(!text.contains(hidden), "{hidden} shows in {text}");
    }

    let case = visitor.get(&path).await.ok();
    assert_eq!((&case["unread"], &case["last"], &case["public_seq"]), (&json!(1), &json!("we are looking into it"), &json!(3)));
    assert!(!case.to_string().contains("fraud"));
    visitor.post(&format!("{path}/read"), json!({ "seq": 3 })).await.expect(204);
    visitor.post(&format!("{path}/typing"), json!({})).await.expect(204);
    assert_eq!(visitor.get(&path).await.ok()["unread"], 0);
    let list = visitor.get("/visitor/v1/conversations").await.ok();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
});

app_test!(a_note_after_the_last_message_is_not_the_last_line, |app| async move {
    let (visitor, agent) = (app.visitor().await, app.agent().await);
    let id = conversation(&opens(&visitor, "hello").await);
    let note = json!({ "client_id": client_id(2), "text": "secret note" });
    agent.post(&format!("/api/v1/conversations/{id}/notes"), note).await.created();
    assert_eq!(visitor.get(&format!("/visitor/v1/conversations/{id}")).await.ok()["last"], "hello");
});

app_test!(a_message_is_kept_once_and_its_id_means_one_body, |app| async move {
    let visitor = app.visitor().await;
    let id = conversation(&opens(&visitor, "one").await);
    let path = format!("/visitor/v1/conversations/{id}/messages");
    let body = json!({ "client_id": client_id(5), "text": "two" });
    let first = visitor.post(&path, body.clone()).await.created();
    let again = visitor.post(&path, body).await.ok();
    assert_eq!(first, again, "the answer at once and the one read back are the same");
    visitor.post(&path, json!({ "client_id": client_id(5), "text": "three" })).await.refused(409, "body_mismatch");
    for (body, status, code) in [
        (json!({ "client_id": client_id(6) }), 422, "validation_failed"),
        (json!({ "client_id": client_id(6), "text": "  " }), 422, "validation_failed"),
        (json!({ "client_id": "x", "text": "a" }), 422, "validation_failed"),
        (json!({ "text": "a" }), 422, "validation_failed"),
        (json!({ "client_id": client_id(6), "text": "a", "author": "agent" }), 400, "bad_request"),
        (json!({ "client_id": client_id(6), "text": "a".repeat(20_001) }), 413, "too_large"),
        (json!({ "client_id": client_id(6), "text": "a", "files": [client_id(9)] }), 422, "validation_failed"),
    ] {
        visitor.post(&path, body).await.refused(status, code);
    }
    let items = visitor.get(&format!("/visitor/v1/conversations/{id}/events")).await.ok();
    assert_eq!(items["items"].as_array().unwrap().len(), 2, "what was refused left nothing");
});

app_test!(a_stranger_finds_nothing, |app| async move {
    let (owner, stranger) = (app.visitor().await, app.visitor().await);
    let id = conversation(&opens(&owner, "private").await);
    let path = format!("/visitor/v1/conversations/{id}");
    stranger.get(&path).await.refused(404, "not_found");
    stranger.get(&format!("{path}/events")).await.refused(404, "not_found");
    stranger.post(&format!("{path}/messages"), json!({ "client_id": client_id(7), "text": "x" })).await.refused(404, "not_found");
    stranger.post(&format!("{path}/read"), json!({ "seq": 1 })).await.refused(404, "not_found");
    stranger.post(&format!("{path}/typing"), json!({})).await.refused(404, "not_found");
    stranger.post(&format!("{path}/rating"), json!({ "score": 1 })).await.refused(404, "not_found");
    assert_eq!(stranger.get("/visitor/v1/conversations").await.ok()["items"], json!([]));
    app.bare().get(&path).await.refused(401, "unauthenticated");
    app.bare().with("authorization", "Bearer nonsense").get(&path).await.refused(401, "unauthenticated");
    owner.client.clone().with("origin", "https://evil.test").get(&path).await.refused(403, "origin_refused");
});

app_test!(a_finished_conversation_is_rated_once, |app| async move {
    let (visitor, agent) = (app.visitor().await, app.agent().await);
    let id = conversation(&opens(&visitor, "hello").await);
    let path = format!("/visitor/v1/conversations/{id}");
    replies(&agent, &id, "done", 2).await;
    visitor.post(&format!("{path}/rating"), json!({ "score": 5 })).await.refused(409, "conflict");
    let statuses = agent.get("/api/v1/statuses").await.ok();
    let resolved = statuses["items"].as_array().unwrap().iter().find(|status| status["category"] == "resolved").unwrap()["id"].clone();
    acts(&agent, &id, json!({ "type": "status", "status": resolved })).await;
    let case = visitor.get(&path).await.ok();
    assert_eq!((&case["category"], &case["can_rate"]), (&json!("resolved"), &json!(true)));
    visitor.post(&format!("{path}/rating"), json!({ "score": 6 })).await.refused(409, "conflict");
    let rated = visitor.post(&format!("{path}/rating"), json!({ "score": 4, "solved": true, "comment": "谢谢" })).await.created();
    assert_eq!((&rated["rating"]["comment"], &rated["can_rate"]), (&json!("谢谢"), &json!(false)));
    visitor.post(&format!("{path}/rating"), json!({ "score": 1 })).await.refused(409, "duplicate");
});

app_test!(logging_out_leaves_nothing_to_come_back_with, |app| async move {
    let visitor = app.visitor().await;
    opens(&visitor, "hello").await;
    assert_eq!(visitor.get("/visitor/v1/session").await.ok()["contact"]["proof"], "anonymous");
    let named = visitor.patch("/visitor/v1/session", json!({ "name": "Li", "email": "li@example.com", "locale": "zh-CN" })).await.ok();
    assert_eq!((&named["contact"]["name"], &named["contact"]["proof"]), (&json!("Li"), &json!("typed")));
    visitor.patch("/visitor/v1/session", json!({ "email": "nobody" })).await.refused(422, "validation_failed");
    visitor.patch("/visitor/v1/session", json!({ "proof": "signed" })).await.refused(400, "bad_request");
    visitor.delete("/visitor/v1/session").await.expect(204);
    visitor.get("/visitor/v1/session").await.refused(401, "unauthenticated");
    visitor.get("/visitor/v1/conversations").await.refused(401, "unauthenticated");
    let resumed = json!({ "inbox": app.inbox().await, "resume": visitor.token() });
    let fresh = app.anon().post("/visitor/v1/sessions", resumed).await.created();
    assert_ne!(fresh["token"], visitor.session["token"], "a dead token resumes nothing");
});

app_test!(forwarded_addresses_change_no_limit, |app| async move {
    drop(app);
    let strict = TestApp::start_with(candor_testkit::TestDb::sqlite(), |_| ()).await;
    let body = json!({ "inbox": strict.inbox().await });
    let mut limited = None;
    for n in 0..70 {
        let spoofed = strict.anon().with("x-forwarded-for", &format!("198.51.100.{n}"));
        let answer = spoofed.post("/visitor/v1/sessions", body.clone()).await;
        if answer.status == 429 {
            limited = Some(answer);
            break;
        }
    }
    let answer = limited.expect("an address starts only so many sessions");
    assert!(answer.header("retry-after").is_some());
    answer.refused(429, "rate_limited");
});

app_test!(naughty_words_come_back_as_they_were_or_are_refused_in_words, |app| async move {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/corpora/blns/blns.json");
    let Ok(words) = std::fs::read(path) else { return };
    let words: Vec<String> = serde_json::from_slice(&words).unwrap();
    let visitor = app.visitor().await;
    let id = conversation(&opens(&visitor, "hello").await);
    let mut kept = Vec::new();
    for (n, word) in words.iter().enumerate() {
        let body = json!({ "client_id": format!("00000000-0000-7000-8000-1000000{n:05}"), "text": word });
        let answer = visitor.post(&format!("/visitor/v1/conversations/{id}/messages"), body).await;
        match answer.status {
            201 => kept.push(word.clone()),
            _ => drop(answer.refused(422, "validation_failed")),
        }
        let named = visitor.patch("/visitor/v1/session", json!({ "name": word })).await;
        assert!(matches!(named.status, 200 | 422), "{word:?} as a name: {}", named.status);
        let name: String = form_urlencoded::byte_serialize(word.as_bytes()).collect();
        let file = visitor.upload(&format!("/visitor/v1/files?name={name}"), "text/plain", b"a receipt".to_vec()).await.created();
        let fetched = visitor.get(file["url"].as_str().unwrap()).await;
        assert!(fetched.header("content-disposition").is_some_and(|value| value.starts_with("attachment; filename=\"")), "{word:?}");
    }
    assert!(kept.len() > words.len() * 9 / 10, "only empty ones are refused");
    let mut seen = Vec::new();
    let mut after = 1;
    loop {
        let page = visitor.get(&format!("/visitor/v1/conversations/{id}/events?after={after}&limit=100")).await.ok();
        let items = page["items"].as_array().unwrap();
        seen.extend(items.iter().map(|item| item["message"]["text"].as_str().unwrap().to_owned()));
        after = items.last().map_or(after, |item| item["seq"].as_i64().unwrap());
        if page["more"] == false {
            break;
        }
    }
    assert_eq!(seen, kept);
});
