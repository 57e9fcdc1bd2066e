//! A desk with mail: its ways in and out, and a customer's mail server.

mod answers;
mod killed;
mod peer;
mod taken;

use crate::names::{self, Texts};
use candor_app::channel::{self, New};
use candor_app::{Config, inbox, mail};
use candor_domain::actor::Actor;
use candor_domain::channel::{ChannelKind, ChannelSettings, Security, Server};
use candor_domain::id::InboundId;
use candor_domain::inbox::{Channel as Medium, WidgetPatch};
use candor_store::channel::Channel;
use candor_store::inbox::Inbox;
use candor_testkit::{Agent, TestApp, on_both};
pub(crate) use peer::{Peer, listen};
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

pub(crate) const MAIL: &str = "From: Ann Lee <ann@example.net>\r\nTo: support@desk.test\r\nSubject: Deposit missing\r\n\
    Date: Mon, 2 Feb 2026 10:00:00 +0000\r\nMessage-ID: <1@example.net>\r\n\r\n\
    My deposit has not arrived.\r\n\r\nOn Sun, 1 Feb 2026 at 09:00, Desk <support@desk.test> wrote:\r\n> How can we help?\r\n";

/// An inbox for e-mail of this name, which nothing fills yet.
pub(crate) async fn mail_inbox(app: &TestApp, name: &str) -> Inbox {
    let new = inbox::New { name: name.to_owned(), channel: Medium::Email, team: None, widget: WidgetPatch::default(), hours: None };
    inbox::create(&app.app, &Actor::machine("test"), new).await.unwrap()
}

/// An inbox for e-mail with a listener for `support@desk.test`.
pub(crate) async fn mailbox(app: &TestApp) -> Channel {
    mailbox_of(app, &["support@desk.test"]).await
}

/// An inbox for e-mail with a listener for these addresses.
pub(crate) async fn mailbox_of(app: &TestApp, addresses: &[&str]) -> Channel {
    let by = Actor::machine("test");
    let inbox = mail_inbox(app, "Mail").await;
    let addresses = addresses.iter().map(ToString::to_string).collect();
    let settings = ChannelSettings { addresses, ..ChannelSettings::default() };
    let new = New { inbox: inbox.id, kind: ChannelKind::Listener, name: "MX".to_owned(), settings, secret: None };
    channel::create(&app.app, &by, new).await.unwrap()
}

/// A mail that could not be made a message, in an inbox of this name; its id.
pub(crate) async fn failed(app: &TestApp, name: &str) -> String {
    let by = Actor::machine("test");
    let place = mail_inbox(app, name).await;
    let pipe = New { inbox: place.id, kind: ChannelKind::Pipe, name: name.to_owned(), settings: ChannelSettings::default(), secret: None };
    let pipe = channel::create(&app.app, &by, pipe).await.unwrap();
    let patch = inbox::Patch { enabled: Some(false), ..inbox::Patch::default() };
    inbox::update(&app.app, &by, place.id, patch, None).await.unwrap();
    let body = futures_util::stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from_static(MAIL.as_bytes()))]);
    let kept = mail::keep(&app.app, &pipe, &mail::Envelope::default(), 1 << 20, body).await.unwrap();
    while mail::failed(&app.app, &by).await.unwrap().iter().all(|one| one.id != kept.id) {
        app.pass(Duration::from_secs(60)).await;
    }
    kept.id.to_string()
}

/// A mail that came in by pipe, in an inbox of its own: its case and its message.
pub(crate) async fn arrived(app: &TestApp, mail: &str) -> (String, String) {
    // Visitors come to the oldest inbox, which is not to be this one.
    app.clock.advance(1);
    let place = mail_inbox(app, "Piped").await;
    let pipe = pipe(app, place.id).await;
    let kept = kept(app, &pipe, &mail::Envelope::default(), mail).await;
    let read = app.app.db.read(candor_store::Pool::Quick, move |rx| candor_store::inbound::get(rx, kept)).await.unwrap();
    (read.conversation.unwrap().to_string(), read.message.unwrap().to_string())
}

pub(crate) async fn cases(agent: &Agent) -> Vec<Value> {
    let listed = agent.get("/api/v1/conversations?view=all").await.ok();
    listed["items"].as_array().unwrap().iter().filter(|case| case["channel"] == "email").cloned().collect()
}

/// A desk whose only trusted word on senders is that of `mx.desk.test`; its name server knows nobody.
pub(crate) fn judging(test: impl AsyncFn(TestApp)) {
    asking(&Texts::default(), test);
}

/// The same beside a name server that knows these texts.
pub(crate) fn asking(texts: &Texts, test: impl AsyncFn(TestApp)) {
    let judge = |config: &mut Config| {
        let trust = mail::Trust { servers: vec!["mx.desk.test".to_owned()], sealers: vec![] };
        config.judge = Some(Arc::new(mail::Judge::at(&[names::serve_changing(Arc::clone(texts))], trust).unwrap()));
    };
    on_both(judge, test);
}

/// What `mx.desk.test` says above a mail whose From it has checked.
pub(crate) const CHECKED: &str = "Authentication-Results: mx.desk.test; dmarc=pass header.from=example.net\r\n";

pub(crate) async fn pipe(app: &TestApp, inbox: candor_domain::id::InboxId) -> Channel {
    let new = New { inbox, kind: ChannelKind::Pipe, name: "Pipe".to_owned(), settings: ChannelSettings::default(), secret: None };
    channel::create(&app.app, &Actor::machine("test"), new).await.unwrap()
}

pub(crate) async fn piped(app: &TestApp, pipe: &Channel, mail: &str) {
    kept(app, pipe, &mail::Envelope::default(), mail).await;
}

pub(crate) async fn kept(app: &TestApp, pipe: &Channel, envelope: &mail::Envelope, mail: &str) -> InboundId {
    let body = futures_util::stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from(mail.to_owned()))]);
    let kept = mail::keep(&app.app, pipe, envelope, 1 << 20, body).await.unwrap();
    app.settle().await;
    kept.id
}

/// Sends this inbox's mail to a listener of the desk itself, which takes the customer's address: both ends are real.
pub(crate) async fn sender(app: &TestApp, from: &Channel) -> SocketAddr {
    let (by, address) = (Actor::machine("test"), listen(app, false).await);
    let place = mail_inbox(app, "Customer").await;
    let own = ChannelSettings { addresses: vec!["ann@example.net".to_owned()], ..ChannelSettings::default() };
    let new = New { inbox: place.id, kind: ChannelKind::Listener, name: "Ann".to_owned(), settings: own, secret: None };
    channel::create(&app.app, &by, new).await.unwrap();
    let server = Server { host: "127.0.0.1".to_owned(), port: address.port(), security: Security::None, user: None };
    let own = vec!["support@desk.test".to_owned()];
    let settings = ChannelSettings { addresses: own, name: "客服".to_owned(), server: Some(server), ..ChannelSettings::default() };
    let new = New { inbox: from.inbox, kind: ChannelKind::Sender, name: "Out".to_owned(), settings, secret: None };
    channel::create(&app.app, &by, new).await.unwrap();
    address
}

pub(crate) async fn mail_of(agent: &Agent, id: &str, place: usize) -> Value {
    let timeline = agent.get(&format!("/api/v1/conversations/{id}/timeline")).await.ok();
    let items = timeline["items"].as_array().unwrap();
    items.iter().filter(|item| !item["message"].is_null()).nth(place).unwrap()["message"].clone()
}

/// The address customers answer to, as the mail to them said it.
pub(crate) async fn reply_address(app: &TestApp, id: &str) -> String {
    let id: candor_domain::id::ConversationId = id.parse().unwrap();
    let mail = app
        .app
        .db
        .read(candor_store::Pool::Quick, move |rx| {
            let last = candor_store::message::newest(rx, id, 1)?.remove(0);
            candor_store::mail::get(rx, last.id)
        })
        .await
        .unwrap()
        .unwrap();
    let head: mail::Head = serde_json::from_str(&mail.head.unwrap()).unwrap();
    head.reply_to[0].mail.clone()
}
