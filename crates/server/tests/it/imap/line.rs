//! The line to the mail server: its password, its encryption, who vouches for it.

use super::owner::{Owner, place, written};
use super::{PASSWORD, Readers, reading, subjects, until, until_kept, until_read, way_to};
use candor_app::mail;
use candor_domain::channel::{Security, Server};
use candor_testkit::{TestApp, app_test, on_both};
use serde_json::{Value, json};

app_test!(a_wrong_password_is_shown_in_the_words_of_the_server, |app| async move {
    let (admin, owner) = (app.admin().await, Owner::new().await);
    let server = Server { host: "127.0.0.1".to_owned(), port: place().port, security: Security::None, user: Some(owner.user.clone()) };
    let way = way_to(&app, server, "wr0ng-word", |_| {}).await;
    let _readers = Readers::start(&app);
    until("the refusal is told", async || reading(&app, way.id).await.problem.is_some()).await;
    let path = format!("/api/v1/channels/{}", way.id);
    let shown = admin.get(&path).await.ok();
    let problem = shown["reading"]["problem"].as_str().unwrap();
    assert!(problem.contains("Authentication failed"), "{problem}");
    assert!(!shown.to_string().contains("wr0ng-word"));
    assert_eq!((&shown["reading"]["read_at"], &shown["secret_set"]), (&Value::Null, &true.into()));
    // Another password is tried at once, although a reader that was refused rests for a minute.
    admin.client.clone().with("if-match", &format!("\"{}\"", shown["version"])).patch(&path, json!({ "secret": PASSWORD })).await.ok();
    until_read(&app, way.id).await;
    assert_eq!(admin.get("/api/v1/channels").await.ok()["items"][0]["reading"]["problem"], Value::Null);
});

/// A desk that believes these authorities, too.
fn believing(test: impl AsyncFn(TestApp)) {
    on_both(|config| config.mail_tls = mail::Tls::and_of(&place().authority).unwrap(), test);
}

#[test]
fn lines_are_encrypted_from_the_start_or_after_a_word() {
    for security in [Security::Tls, Security::StartTls] {
        believing(async |app| {
            let (alice, mut owner) = (app.agent().await, Owner::new().await);
            let port = if security == Security::Tls { place().tls } else { place().port };
            let server = Server { host: "127.0.0.1".to_owned(), port, security, user: Some(owner.user.clone()) };
            way_to(&app, server, PASSWORD, |_| {}).await;
            owner.receive("INBOX", &written(1)).await;
            let _readers = Readers::start(&app);
            until_kept(&app, 1).await;
            assert_eq!(subjects(&app, &alice).await, ["Deposit 1"]);
        });
    }
}

app_test!(a_server_that_nobody_vouches_for_is_told_no_password, |app| async move {
    let owner = Owner::new().await;
    let server = Server { host: "127.0.0.1".to_owned(), port: place().tls, security: Security::Tls, user: Some(owner.user.clone()) };
    let way = way_to(&app, server, PASSWORD, |_| {}).await;
    let _readers = Readers::start(&app);
    until("the problem is told", async || reading(&app, way.id).await.problem.is_some_and(|words| words.contains("UnknownIssuer"))).await;
    assert_eq!(reading(&app, way.id).await.read_at, None);
});
