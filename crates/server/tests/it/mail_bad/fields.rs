//! Nobody but us writes a field of a mail that leaves.

use super::shown;
use crate::mail::{cases, judging, mailbox, piped};
use crate::mail_back::{desk, from_ann};
use candor_testkit::{TestApp, app_test};
use serde_json::Value;

/// What a wall of fields begins with, where one of ours would be forged.
const FORGED: &str = "Bcc: x@evil.test\r\nX-Evil: 1";

#[test]
fn nothing_that_comes_in_forges_a_field_of_a_mail_that_leaves() {
    judging(async |app| injected(&app).await);
}

async fn injected(app: &TestApp) {
    let (alice, pipe, sink) = desk(app).await;
    let coded = |text: &str| format!("=?utf-8?b?{}?=", data_encoding::BASE64.encode(text.as_bytes()));
    let evil = coded(&format!("hello\r\n{FORGED}\r\n\r\nbody"));
    let mail = from_ann("", 1)
        .replace("Subject: Deposit missing", &format!("Subject: {evil}\r\n hello\u{85}{FORGED}\u{2028}x"))
        .replace("From: Ann Lee", &format!("From: {evil}"))
        .replace("Message-ID: <1@example.net>", "Message-ID: <1@example.net\r\n Bcc: x@evil.test\r\n X-Evil: 1>")
        .replace("\r\n\r\nMy deposit", "\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nMy deposit")
        + &format!(
            "\r\n--b\r\nContent-Type: text/plain\r\n\
             Content-Disposition: attachment; filename*=utf-8''a%0D%0ABcc%3A%20x%40evil.test%0D%0AX-Evil%3A%201.txt\r\n\r\nfile\r\n\
             --b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=\"{}\"\r\n\r\nother\r\n--b--\r\n",
            coded(&format!("b\r\n{FORGED}.txt"))
        );
    piped(app, &pipe, &mail).await;
    app.settle().await;
    let found = cases(&alice).await;
    let [case] = found.as_slice() else { panic!("{found:?}") };
    let seen = shown(&alice, case).await;
    for field in [&case["subject"], &case["contact"]["name"], &seen["files"][0]["name"], &seen["files"][1]["name"]] {
        let field = field.as_str().unwrap_or_else(|| panic!("{seen}"));
        assert!(!field.contains(['\r', '\n', '\u{85}', '\u{2028}']), "{field:?}");
    }
    let id = case["id"].as_str().unwrap();
    // An answer with a file whose name and words do the same.
    let name = format!("c%0D%0A{}.txt", "Bcc:%20x@evil.test");
    let file = alice.upload(&format!("/api/v1/files?name={name}"), "text/plain", "words").await;
    let files: Vec<Value> = if file.status == 201 { vec![file.body["id"].clone()] } else { vec![] };
    let seq = alice.get(&format!("/api/v1/conversations/{id}")).await.ok()["seq"].clone();
    let text = format!("words\r\n.\r\nMAIL FROM:<x@evil.test>\r\n{FORGED}\r\n\n.\n\r.\r");
    let body = serde_json::json!({ "client_id": uuid::Uuid::now_v7(), "text": text, "files": files, "seen_seq": seq });
    alice.post(&format!("/api/v1/conversations/{id}/replies"), body).await.created();
    app.settle().await;
    let sent = sink.taken();
    assert_eq!(sent.len(), 2, "a receipt and an answer, each one mail: {sent:?}");
    for mail in &sent {
        sound(mail);
    }
}

/// Holds that a mail that was handed over has the fields we write, each once, and lines that end in CRLF alone.
fn sound(taken: &str) {
    let (_, mail) = taken.split_once("DATA\r\n").unwrap();
    let bare = mail.replace("\r\n", "");
    assert!(!bare.contains(['\r', '\n', '\0']), "{mail:?}");
    let (head, _) = mail.split_once("\r\n\r\n").unwrap();
    let mut names: Vec<String> = Vec::new();
    for line in head.split("\r\n").filter(|line| !line.starts_with([' ', '\t'])) {
        names.push(line.split(':').next().unwrap().to_ascii_lowercase());
    }
    let known = [
        "from",
        "to",
        "reply-to",
        "subject",
        "date",
        "message-id",
        "in-reply-to",
        "references",
        "mime-version",
        "content-type",
        "content-transfer-encoding",
        "auto-submitted",
        "x-auto-response-suppress",
        "precedence",
    ];
    for name in &names {
        assert!(known.contains(&name.as_str()), "{name} in {head}");
        assert_eq!(names.iter().filter(|other| *other == name).count(), 1, "{name} twice in {head}");
    }
    assert_eq!(taken.matches("\r\nRCPT TO:").count(), 1, "{taken}");
}

app_test!(names_and_settings_cannot_begin_a_field, |app| async move {
    let admin = app.admin().await;
    let inbox = mailbox(&app).await.inbox;
    let name = format!("Desk\r\n{FORGED}");
    let server = serde_json::json!({ "host": "127.0.0.1", "port": 25, "security": "none" });
    let wanted = |address: &str, host: &Value| {
        let named = serde_json::json!({ "inbox": inbox, "kind": "sender", "name": "Out", "sender_name": name });
        let mut wanted = named.as_object().unwrap().clone();
        wanted.insert("addresses".to_owned(), serde_json::json!([address]));
        wanted.insert("server".to_owned(), host.clone());
        Value::Object(wanted)
    };
    for address in ["a@b.test\r\nBcc: x@evil.test", "a\r@b.test", "a@b.test>", "a b@c.test", "a@b.test\0"] {
        let refused = admin.post("/api/v1/channels", wanted(address, &server)).await;
        // A NUL is no text that anything here could hold, so it does not come as far as the address.
        assert_eq!(refused.status, if address.contains('\0') { 400 } else { 422 }, "{address:?}");
    }
    let forged = serde_json::json!({ "host": "mx.test\r\nQUIT", "port": 25, "security": "tls" });
    admin.post("/api/v1/channels", wanted("support@desk.test", &forged)).await.refused(422, "validation_failed");
    let made = admin.post("/api/v1/channels", wanted("support@desk.test", &server)).await.created();
    assert!(made["sender_name"].as_str().unwrap().starts_with("Desk") && !made.to_string().contains("\\n"), "{made}");
    let named = admin.patch("/api/v1/me", serde_json::json!({ "public_name": name })).await.ok();
    assert!(!named.to_string().contains("\\n") && !named.to_string().contains("\\r"), "{named}");
    admin.patch("/api/v1/me", serde_json::json!({ "public_name": "a\u{7}b" })).await.refused(422, "validation_failed");
});
