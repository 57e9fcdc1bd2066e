//! Signing in by OAuth 2: the provider gives out tokens, the mail server itself looks at them.

use super::owner::{Owner, place, written};
use super::{Readers, mail_inbox, reading, until, until_kept, until_read};
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use candor_app::channel::{self, New, Secret};
use candor_domain::actor::Actor;
use candor_domain::channel::{ChannelKind, ChannelSettings, Mailbox, OAuth, Security, Server};
use candor_store::channel::Channel;
use candor_testkit::{TestApp, app_test};
use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;
use tokio::net::TcpListener;

/// Gives out access tokens for one mailbox, and a new refresh token each time: the old one ends.
struct Provider {
    user: String,
    key: Vec<u8>,
    /// The refresh token that is good now.
    refresh: String,
    given: u32,
}

type Shared = Arc<Mutex<Provider>>;

impl Provider {
    fn give(&mut self) -> Value {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        let claims = json!({ "sub": self.user, "email": self.user, "iat": now - 1, "exp": now + 3600 });
        let access = encode(&Header::default(), &claims, &EncodingKey::from_secret(&self.key)).unwrap();
        self.given += 1;
        self.refresh = format!("1//refresh-{}", self.given);
        json!({ "access_token": access, "token_type": "Bearer", "expires_in": 3600, "refresh_token": self.refresh })
    }
}

async fn token(State(provider): State<Shared>, form: String) -> (StatusCode, Json<Value>) {
    let asked: HashMap<String, String> = form_urlencoded::parse(form.as_bytes()).into_owned().collect();
    let mut provider = provider.lock().unwrap();
    let good = asked["grant_type"] == "refresh_token" && asked["client_id"] == "desk" && asked["client_secret"] == "s3cret";
    if good && asked["refresh_token"] == provider.refresh {
        return (StatusCode::OK, Json(provider.give()));
    }
    (StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_grant", "error_description": "Token has been revoked." })))
}

/// A provider that the mail server believes, and where it gives out tokens.
async fn provider(user: &str) -> (Shared, String) {
    let key = std::fs::read_to_string(place().authority.with_file_name("token.key")).unwrap().trim().as_bytes().to_vec();
    let provider = Arc::new(Mutex::new(Provider { user: user.to_owned(), key, refresh: "1//refresh-0".to_owned(), given: 0 }));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}/token", listener.local_addr().unwrap());
    let router = Router::new().route("/token", post(token)).with_state(Arc::clone(&provider));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (provider, url)
}

async fn way(app: &TestApp, owner: &Owner, token_url: String) -> Channel {
    let server = Server { host: "127.0.0.1".to_owned(), port: place().port, security: Security::None, user: Some(owner.user.clone()) };
    let read = Mailbox { oauth: Some(OAuth { client_id: "desk".to_owned(), token_url }), ..Mailbox::default() };
    let settings = ChannelSettings { server: Some(server), mailbox: Some(read), ..ChannelSettings::default() };
    let secret = Some(Secret { word: "1//refresh-0".to_owned(), client: Some("s3cret".to_owned()) });
    let new = New { inbox: mail_inbox(app, "Mail").await.id, kind: ChannelKind::Imap, name: "Mailbox".to_owned(), settings, secret };
    channel::create(&app.app, &Actor::machine("test"), new).await.unwrap()
}

app_test!(a_mailbox_is_read_with_tokens_that_are_renewed_each_with_the_refresh_token_before, |app| async move {
    let mut owner = Owner::new().await;
    let (provider, url) = provider(&owner.user).await;
    let way = way(&app, &owner, url).await;
    for number in 1..=3 {
        // Another process knows no access token, and asks with the refresh token that the last one kept.
        let _readers = Readers::start(&app);
        owner.receive("INBOX", &written(number)).await;
        until_kept(&app, number.into()).await;
        assert_eq!(provider.lock().unwrap().given, number);
    }
    assert_eq!(reading(&app, way.id).await.problem, None);
});

app_test!(a_token_that_the_mail_server_or_the_provider_does_not_take_is_told_without_it, |app| async move {
    let (admin, owner) = (app.admin().await, Owner::new().await);
    let (provider, url) = provider(&owner.user).await;
    let good = std::mem::replace(&mut provider.lock().unwrap().key, b"somebody else's".to_vec());
    let way = way(&app, &owner, url).await;
    let path = format!("/api/v1/channels/{}", way.id);
    let told = async |words: &str| {
        until(words, async || reading(&app, way.id).await.problem.is_some_and(|problem| problem.contains(words))).await;
        let shown = admin.get(&path).await.ok();
        assert!(!shown.to_string().contains("1//refresh") && !shown.to_string().contains("eyJ"), "{shown}");
        shown["version"].clone()
    };
    // Somebody types the same tokens again: that is tried at once.
    let again = async |version: Value, word: &str| {
        let typed = json!({ "secret": word, "client_secret": "s3cret" });
        admin.client.clone().with("if-match", &format!("\"{version}\"")).patch(&path, typed).await.ok();
    };
    let _readers = Readers::start(&app);
    let version = told("Authentication failed").await;
    provider.lock().unwrap().key = good;
    again(version, "1//refresh-of-yesterday").await;
    let version = told("invalid_grant: Token has been revoked.").await;
    let refresh = provider.lock().unwrap().refresh.clone();
    again(version, &refresh).await;
    until_read(&app, way.id).await;
    assert_eq!(reading(&app, way.id).await.problem, None);
});
