//! Mail fetched from a mailbox on a real IMAP server: kept before the server is told, once, whatever ends in between.

mod line;
mod mails;
mod nodes;
mod owner;
mod set_up;
mod token;

use crate::mail::mail_inbox;
use candor_app::channel::{self, New, Secret};
use candor_app::mail;
use candor_domain::actor::Actor;
use candor_domain::channel::{ChannelKind, ChannelSettings, Mailbox, Security, Server};
use candor_domain::id::ChannelId;
use candor_store::channel::Channel;
use candor_store::{Pool, Query};
use candor_testkit::{Agent, TestApp};
use owner::{Owner, place};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

const PASSWORD: &str = "test-secret";
/// What a busy machine may take for something that is a matter of moments. No poll of a mailbox is as quick.
const DEADLINE: Duration = Duration::from_secs(30);

/// A channel that reads this mailbox, as `change` says.
async fn way(app: &TestApp, owner: &Owner, change: impl FnOnce(&mut Mailbox)) -> Channel {
    let server = Server { host: "127.0.0.1".to_owned(), port: place().port, security: Security::None, user: Some(owner.user.clone()) };
    way_to(app, server, PASSWORD, change).await
}

async fn way_to(app: &TestApp, server: Server, password: &str, change: impl FnOnce(&mut Mailbox)) -> Channel {
    let by = Actor::machine("test");
    let inbox = mail_inbox(app, "Mail").await;
    let mut read = Mailbox::default();
    change(&mut read);
    let settings = ChannelSettings { server: Some(server), mailbox: Some(read), ..ChannelSettings::default() };
    let secret = Some(Secret { word: password.to_owned(), client: None });
    channel::create(&app.app, &by, New { inbox: inbox.id, kind: ChannelKind::Imap, name: "Mailbox".to_owned(), settings, secret })
        .await
        .unwrap()
}

/// The readers of one process; they die with it, in the middle of whatever they do.
struct Readers(JoinHandle<()>);

impl Readers {
    /// Begins so long after the last ones died that their leases are over.
    fn start(app: &TestApp) -> Self {
        app.clock.advance(61_000);
        Self(tokio::spawn(mail::imap::run(app.app.clone())))
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.0.abort();
    }
}

pub(crate) async fn until(what: &str, mut so: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !so().await {
        assert!(Instant::now() < deadline, "not yet: {what}");
        sleep(Duration::from_millis(50)).await;
    }
}

pub(crate) async fn kept(app: &TestApp) -> i64 {
    let count = |rx: &mut candor_store::Rx<'_>| rx.one("SELECT COUNT(*) FROM inbound", &[], |row| row.get::<i64>(0));
    app.app.db.read(Pool::Quick, count).await.unwrap()
}

pub(crate) async fn until_kept(app: &TestApp, number: i64) {
    until(&format!("{number} mails are kept"), async || kept(app).await >= number).await;
}

async fn reading(app: &TestApp, id: ChannelId) -> channel::Reading {
    channel::readings(&app.app).await.unwrap().remove(&id).unwrap_or_default()
}

/// Waits for a pass over all folders that begins now and ends well.
async fn until_read(app: &TestApp, id: ChannelId) {
    until("all folders are read", async || reading(app, id).await.read_at.is_some()).await;
}

async fn subjects(app: &TestApp, agent: &Agent) -> Vec<String> {
    app.settle().await;
    let listed = agent.get("/api/v1/conversations?view=all&limit=100").await.ok();
    let mail = listed["items"].as_array().unwrap().iter().filter(|case| case["channel"] == "email");
    let mut found: Vec<String> = mail.map(|case| case["subject"].as_str().unwrap().to_owned()).collect();
    found.sort();
    found
}
