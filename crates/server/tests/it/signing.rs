//! Mail is signed for the sender's domain once its key is published, and by nothing else.

use crate::mail::{asking, piped};
use crate::mail_back::{desk, from_ann};
use crate::names::Texts;
use crate::sink::Sink;
use candor_app::mail::{Check, Verdict};
use candor_testkit::{Agent, TestApp};
use serde_json::{Value, json};

/// The verdict of a server that gets the newest mail in which these words stand.
async fn judged(app: &TestApp, sink: &Sink, words: &str) -> Verdict {
    let all = sink.taken();
    let taken = all.iter().rev().find(|mail| mail.contains(words)).unwrap_or_else(|| panic!("{words} in none of {all:?}"));
    let (_, mail) = taken.split_once("DATA\r\n").unwrap();
    app.app.config.judge.clone().unwrap().judge(mail.replace("\r\n..", "\r\n.").as_bytes(), None).await
}

async fn answered(app: &TestApp, alice: &Agent, case: &str, words: &str) {
    crate::writing::answer(alice, case, words, 0).await.created();
    app.settle().await;
}

#[test]
fn mail_is_signed_once_the_key_is_published() {
    let texts = Texts::default();
    asking(&texts, async |app| {
        texts.lock().unwrap().clear();
        let publish = |name: &str, text: &str| *texts.lock().unwrap() = vec![(name.to_owned(), text.to_owned())];
        let (alice, pipe, sink) = desk(&app).await;
        let admin = app.admin().await;
        let channels = admin.get("/api/v1/channels").await.ok();
        let sender = channels["items"].as_array().unwrap().iter().find(|one| one["kind"] == "sender").cloned().unwrap();
        let path = format!("/api/v1/channels/{}/signings", sender["id"].as_str().unwrap());
        let key = admin.post(&path, json!({})).await.created();
        let check = async || admin.post(&format!("{path}/{}/check", key["id"].as_str().unwrap()), json!({})).await.ok();
        assert_eq!((&check().await["found"], &key["seen_at"]), (&json!("nothing"), &Value::Null));
        let name = key["name"].as_str().unwrap();
        assert!(name.starts_with("candor2") && name.ends_with("._domainkey.desk.test"), "{name}");
        publish(name, "v=DKIM1; k=rsa; p=MIIB");
        assert_eq!(check().await["found"], "another");

        piped(&app, &pipe, &from_ann("", 1)).await;
        let case = crate::mail::cases(&alice).await[0]["id"].as_str().unwrap().to_owned();
        answered(&app, &alice, &case, "not yet").await;
        assert_eq!(judged(&app, &sink, "not yet").await.dkim, Check::None, "nobody could check a signature");

        publish(name, key["record"].as_str().unwrap());
        let checked = check().await;
        assert_eq!((&checked["found"], checked["key"]["seen_at"].is_i64()), (&json!("published"), true));
        answered(&app, &alice, &case, "您好，哪个币种？\n.\n..dots").await;
        let verdict = judged(&app, &sink, "DKIM-Signature").await;
        assert_eq!((verdict.dkim, verdict.signed_by, verdict.aligned), (Check::Pass, vec!["desk.test".to_owned()], true));

        assert_eq!(admin.delete(&format!("{path}/{}", key["id"].as_str().unwrap())).await.status, 204);
        answered(&app, &alice, &case, "unsigned again").await;
        assert_eq!(judged(&app, &sink, "unsigned again").await.dkim, Check::None);
    });
}

#[test]
fn only_a_sender_has_keys_and_at_most_three() {
    asking(&Texts::default(), async |app| {
        let (_, pipe, _) = desk(&app).await;
        let admin = app.admin().await;
        admin.post(&format!("/api/v1/channels/{}/signings", pipe.id), json!({})).await.refused(409, "conflict");
        let channels = admin.get("/api/v1/channels").await.ok();
        let sender = channels["items"].as_array().unwrap().iter().find(|one| one["kind"] == "sender").cloned().unwrap();
        let path = format!("/api/v1/channels/{}/signings", sender["id"].as_str().unwrap());
        let mut names = Vec::new();
        for _ in 0..3 {
            names.push(admin.post(&path, json!({})).await.created()["name"].clone());
        }
        names.dedup();
        assert_eq!(names.len(), 3, "each has a name of its own");
        admin.post(&path, json!({})).await.refused(409, "conflict");
        let shown = admin.get(&path).await.ok();
        assert!(!shown.to_string().contains("PRIVATE") && shown["items"][0].get("key_sealed").is_none());
        admin.delete(&format!("/api/v1/channels/{}", sender["id"].as_str().unwrap())).await.expect(204);
    });
}
