//! A mailbox as administrators and operators set it up.

use crate::cli;
use candor_testkit::app_test;
use serde_json::{Value, json};
use std::io::Write;
use std::process::{Output, Stdio};

app_test!(a_mailbox_is_set_up_and_never_tells_its_secrets, |app| async move {
    let admin = app.admin().await;
    let inbox = admin.post("/api/v1/inboxes", json!({ "name": "Mail", "channel": "email" })).await.created();
    let new = |change: Value| {
        let mut new = json!({
            "inbox": inbox["id"], "kind": "imap", "name": "Mailbox", "secret": "1//refresh", "client_secret": "s3cret",
            "server": { "host": "imap.example.com", "port": 993, "security": "tls", "user": "support@example.com" },
            "mailbox": { "folders": ["inbox", "客服"], "afterwards": "move", "move_to": "Done", "oauth": { "client_id": "desk", "token_url": "https://login.example.com/token" } },
        });
        new.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        new
    };
    for (change, field) in [
        (json!({ "server": null }), "settings.server"),
        (json!({ "server": { "host": "imap.example.com", "port": 143, "security": "none", "user": "x" } }), "settings.server.security"),
        (json!({ "server": { "host": "imap.example.com", "port": 993, "security": "tls", "user": null } }), "settings.server.user"),
        (json!({ "mailbox": { "folders": [], "afterwards": "move", "move_to": "INBOX" } }), "settings.mailbox.move_to"),
        (json!({ "secret": "" }), "secret"),
        (json!({ "kind": "pipe", "server": null }), "settings.mailbox"),
    ] {
        let refused = admin.post("/api/v1/channels", new(change)).await.expect(422);
        assert!(refused.to_string().contains(field), "{field}: {refused}");
    }
    let made = admin.post("/api/v1/channels", new(json!({}))).await.created();
    assert_eq!(made["mailbox"]["folders"], json!(["INBOX", "客服"]));
    assert_eq!((&made["secret_set"], &made["reading"]), (&true.into(), &Value::Null));
    for shown in [&made, &admin.get("/api/v1/channels").await.ok(), &admin.get("/api/v1/audit").await.ok()] {
        let shown = shown.to_string();
        assert!(!shown.contains("refresh\"") && !shown.contains("s3cret"), "{shown}");
    }
    let path = format!("/api/v1/channels/{}", made["id"].as_str().unwrap());
    let alone = admin.client.clone().with("if-match", "\"1\"").patch(&path, json!({ "client_secret": "other" })).await.expect(422);
    assert!(alone.to_string().contains("secret"), "one without the other: {alone}");
    assert_eq!(admin.delete(&path).await.status, 204);
});

/// `candor channel create` with a password on its standard input.
fn create(dir: &std::path::Path, flags: &[&str]) -> Output {
    let mut command = cli::candor(dir);
    command.args(["channel", "create", "Mailbox", "--inbox", "Mail", "--kind", "imap"]).args(flags);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A program that ends before it reads anything is told nothing.
    let _ = child.stdin.take().unwrap().write_all(b"hush-hush\n\n");
    child.wait_with_output().unwrap()
}

#[test]
fn an_operator_sets_up_a_mailbox_from_the_command_line() {
    let dir = tempfile::tempdir().unwrap();
    let refused = create(dir.path(), &[]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--host"), "{refused:?}");
    cli::done(&refused, 1);
    let server = ["--host", "imap.example.com", "--user", "support@example.com", "--password-stdin", "--json"];
    let more = ["--folder", "INBOX", "--folder", "客服", "--afterwards", "move", "--move-to", "Done", "--new-only"];
    let token = ["--oauth-client-id", "desk", "--oauth-token-url", "https://login.example.com/token"];
    let made: Value = serde_json::from_str(&cli::done(&create(dir.path(), &[&server[..], &more, &token].concat()), 0)).unwrap();
    assert_eq!((&made["kind"], &made["enabled"]), (&"imap".into(), &true.into()));
    let listed = cli::done(&cli::run(&mut cli::candor(dir.path()), &["channel", "list", "--json"]), 0);
    assert!(listed.contains("\"problem\"") && !listed.contains("hush-hush"), "{listed}");
}
