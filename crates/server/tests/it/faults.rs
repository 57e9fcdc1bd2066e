//! Statements and commits fail under requests: each is told "not now" as a problem, what is repeated with its id stands there
//! once, and reading goes on.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use crate::writing::begun;
use candor_store::Fault;
use candor_testkit::{Answer, app_test};
use serde_json::json;
use uuid::Uuid;

/// Whether a message was taken; if not, that its writer was told so in a way that programs repeat.
fn taken(answer: Answer) -> bool {
    if answer.status == 503 {
        assert!(answer.header("retry-after").is_some(), "{:?}", answer.headers);
        let code = answer.body["code"].as_str().unwrap_or_default().to_owned();
        assert!(["busy", "outcome_unknown"].contains(&code.as_str()), "{code}");
        answer.refused(503, &code);
        return false;
    }
    assert!([200, 201].contains(&answer.status), "{}", answer.body);
    true
}

app_test!(a_message_whose_write_or_commit_fails_stands_there_once_when_it_is_repeated, |app| async move {
    let (visitor, id) = begun(&app, "begin").await;
    let path = format!("/visitor/v1/conversations/{id}/messages");
    let mut put_off = 0;
    let mut expected = vec!["begin".to_owned()];
    for round in 0..24_u32 {
        let fault = if round % 4 == 3 { Fault::Commit } else { Fault::Transaction };
        let text = format!("message {round}");
        let body = json!({ "client_id": Uuid::now_v7(), "text": text });
        // What an earlier round ordered and never met is taken back.
        app.app.db.fail(0, Fault::Transaction);
        app.app.db.fail(1 + round / 2, fault);
        if !taken(visitor.post(&path, body.clone()).await) {
            put_off += 1;
            app.app.db.fail(0, Fault::Transaction);
            visitor.get(&format!("/visitor/v1/conversations/{id}/events")).await.ok();
            assert!(taken(visitor.post(&path, body).await), "the repeat of round {round}");
        }
        expected.push(text);
    }
    app.app.db.fail(0, Fault::Transaction);
    assert!(put_off >= 6, "only {put_off} of 24 were put off");
    let events = visitor.get(&format!("/visitor/v1/conversations/{id}/events?after=0&limit=100")).await.ok();
    let texts: Vec<&str> = events["items"].as_array().unwrap().iter().map(|item| item["message"]["text"].as_str().unwrap()).collect();
    assert_eq!(texts, expected);
});
