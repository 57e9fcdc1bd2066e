//! Proof of work and limits: what an anonymous start costs, when, and what nobody can get around.

use candor_testkit::{Agent, Answer, TestApp, TestDb, app_test};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::time::Duration;
use uuid::Uuid;

async fn ask(app: &TestApp, from: &str, proof: Option<Value>) -> Answer {
    let from: SocketAddr = from.parse().unwrap();
    app.anon().from(from).post("/visitor/v1/sessions", json!({ "inbox": app.inbox().await, "locale": "en", "proof": proof })).await
}

async fn set(app: &TestApp, ada: &Agent, mode: &str, bits: u8) {
    let path = format!("/api/v1/inboxes/{}", app.inbox().await);
    ada.patch(&path, json!({ "widget": { "proof_of_work": { "mode": mode, "bits": bits } } })).await.ok();
}

/// What a browser does: SHA-256 of `seed:nonce` with enough zero bits.
fn solve(challenge: &Value) -> Value {
    let (seed, bits) = (challenge["seed"].as_str().unwrap(), challenge["bits"].as_u64().unwrap());
    let zeros = |nonce: u64| {
        let hash = Sha256::digest(format!("{seed}:{nonce}").as_bytes());
        u64::from(u32::from_be_bytes(hash[..4].try_into().unwrap()).leading_zeros())
    };
    let nonce = (0..).find(|nonce| zeros(*nonce) >= bits).unwrap();
    json!({ "challenge": challenge["token"], "nonce": nonce.to_string() })
}

app_test!(a_start_without_the_work_is_refused_with_a_riddle_and_passes_with_it, |app| async move {
    let ada = app.admin().await;
    set(&app, &ada, "always", 10).await;
    let refused = ask(&app, "192.0.2.1:1", None).await.refused(428, "proof_required");
    let challenge = &refused["challenge"];
    assert_eq!((challenge["bits"].clone(), challenge["seed"].as_str().unwrap().len()), (json!(10), 32));
    let proof = solve(challenge);
    ask(&app, "192.0.2.1:1", Some(proof.clone())).await.created();
    ask(&app, "192.0.2.1:1", Some(proof)).await.refused(428, "proof_required");

    let riddle = |answer: Answer| answer.refused(428, "proof_required")["challenge"].clone();
    let fresh = riddle(ask(&app, "192.0.2.1:1", None).await);
    let wrong = json!({ "challenge": fresh["token"], "nonce": "0" });
    if solve(&fresh)["nonce"] != "0" {
        ask(&app, "192.0.2.1:1", Some(wrong)).await.refused(428, "proof_required");
    }
    for broken in ["", "x", "a.b", "AAAA.AAAA"] {
        ask(&app, "192.0.2.1:1", Some(json!({ "challenge": broken, "nonce": "1" }))).await.refused(428, "proof_required");
    }
    // An easier riddle than the one that was signed.
    let token = fresh["token"].as_str().unwrap();
    let (payload, signature) = token.split_once('.').unwrap();
    let last = if payload.ends_with('g') { 'Q' } else { 'g' };
    let forged = format!("{}{last}.{signature}", &payload[..payload.len() - 1]);
    ask(&app, "192.0.2.1:1", Some(json!({ "challenge": forged, "nonce": solve(&fresh)["nonce"] }))).await.refused(428, "proof_required");

    let late = solve(&riddle(ask(&app, "192.0.2.1:1", None).await));
    app.clock.advance(i64::try_from(Duration::from_secs(200).as_millis()).unwrap());
    ask(&app, "192.0.2.1:1", Some(late)).await.refused(428, "proof_required");
    set(&app, &ada, "off", 10).await;
    ask(&app, "192.0.2.1:1", None).await.created();
});

app_test!(a_riddle_is_good_for_its_own_inbox_alone, |app| async move {
    let ada = app.admin().await;
    set(&app, &ada, "always", 8).await;
    let own = app.inbox().await;
    let proof = solve(&ask(&app, "192.0.2.1:1", None).await.refused(428, "proof_required")["challenge"]);
    let widget = json!({ "origins": ["http://localhost:5689"], "proof_of_work": { "mode": "always", "bits": 8 } });
    let other = ada.post("/api/v1/inboxes", json!({ "name": "Other", "channel": "web", "widget": widget })).await.created();
    for (inbox, status) in [(&other["id"], 428), (&json!(own), 201)] {
        let body = json!({ "inbox": inbox, "proof": proof });
        app.anon().post("/visitor/v1/sessions", body).await.expect(status);
    }
    let path = format!("/api/v1/inboxes/{}", other["id"].as_str().unwrap());
    for bits in [7, 21] {
        let body = json!({ "widget": { "proof_of_work": { "mode": "auto", "bits": bits } } });
        ada.patch(&path, body).await.refused(422, "validation_failed");
    }
});

app_test!(whoever_has_a_session_or_is_signed_never_works, |app| async move {
    let (visitor, ada) = (app.visitor().await, app.admin().await);
    set(&app, &ada, "always", 20).await;
    let again = json!({ "inbox": app.inbox().await, "resume": visitor.token() });
    app.anon().post("/visitor/v1/sessions", again).await.created();
    let signed = json!({ "inbox": app.inbox().await, "jwt": "e30.e30.e30" });
    app.anon().post("/visitor/v1/sessions", signed).await.refused(401, "unauthenticated");
});

/// A desk with the usual limits.
fn usual(test: impl AsyncFn(TestApp)) {
    for db in [TestDb::sqlite, TestDb::postgres] {
        let db = db();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            test(TestApp::start_with(db, |config| config.limit_factor = NonZeroU32::MIN).await).await;
        });
        runtime.shutdown_timeout(Duration::from_secs(5));
    }
}

#[test]
fn a_flood_turns_the_work_on_by_itself_and_a_patient_browser_still_gets_in() {
    usual(async |app| {
        let mut asked = 0;
        for one in 0..200_u32 {
            let answer = ask(&app, &format!("198.51.{}.{}:1", one / 100, one % 100), None).await;
            match answer.status {
                201 => assert!(asked == 0, "once it is asked for it stays, start {one}"),
                428 => asked += 1,
                other => panic!("{other}"),
            }
        }
        assert_eq!(asked, 140, "sixty a minute are nothing unusual");
        let refused = ask(&app, "203.0.113.1:1", None).await.refused(428, "proof_required");
        assert_eq!(refused["challenge"]["bits"], 17, "twice the work at more than twice the rate");
        ask(&app, "203.0.113.1:1", Some(solve(&refused["challenge"]))).await.created();
    });
}

#[test]
fn limits_count_the_real_peer_and_say_when_to_come_back() {
    usual(async |app| {
        let forged = |n: u32| app.anon().with("x-forwarded-for", &format!("198.51.100.{n}"));
        let body = json!({ "inbox": app.inbox().await, "locale": "en" });
        for n in 0..60 {
            forged(n).post("/visitor/v1/sessions", body.clone()).await.created();
        }
        let refused = forged(99).from("203.0.113.7:2".parse().unwrap()).post("/visitor/v1/sessions", body.clone()).await;
        assert!(refused.status == 428 || refused.status == 429, "a forged address opens nothing: {}", refused.status);
        // The whole of an IPv6 network is one peer.
        let mut refused = None;
        for n in 0..70_u32 {
            let answer = ask(&app, &format!("[2001:db8:1:2::{n:x}]:1"), None).await;
            let answer = if answer.status == 428 {
                ask(&app, &format!("[2001:db8:1:2::{n:x}]:1"), Some(solve(&answer.body["challenge"]))).await
            } else {
                answer
            };
            if answer.status == 429 {
                refused = Some(answer);
                break;
            }
        }
        let refused = refused.expect("sixty of one network are enough");
        let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
        let problem = refused.refused(429, "rate_limited");
        assert!((1..=600).contains(&wait) && problem["retry_after_ms"].as_u64().unwrap().div_ceil(1000).max(1) == wait);
    });
}

#[test]
fn a_message_over_the_limit_is_refused_and_kept_by_whoever_repeats_it() {
    usual(async |app| {
        let visitor = app.visitor().await;
        let begun = visitor.post("/visitor/v1/conversations", json!({ "client_id": Uuid::now_v7(), "text": "one" })).await.created();
        let path = format!("/visitor/v1/conversations/{}/messages", begun["conversation"]["id"].as_str().unwrap());
        let mut refused = None;
        for _ in 0..40 {
            let body = json!({ "client_id": Uuid::now_v7(), "text": "more" });
            let answer = visitor.post(&path, body.clone()).await;
            if answer.status == 429 {
                refused = Some((answer, body));
                break;
            }
        }
        let (answer, body) = refused.expect("thirty a minute are enough");
        let wait = answer.refused(429, "rate_limited")["retry_after_ms"].as_u64().unwrap();
        let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
        // The bucket runs on the machine's own clock: asked again after the time it named, the same message is taken.
        loop {
            tokio::time::sleep(Duration::from_millis(wait)).await;
            let answer = visitor.post(&path, body.clone()).await;
            if answer.status == 201 {
                break;
            }
            assert!(answer.status == 429 && tokio::time::Instant::now() < deadline, "{}", answer.status);
        }
    });
}
