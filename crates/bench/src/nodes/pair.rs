//! The two nodes and who sits at them.

use crate::client::Client;
use crate::desk::{Desk, DeskArgs};
use crate::socket::{self, Door, Socket};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

pub(super) const PAUSE: Duration = Duration::from_millis(50);

/// Where the files of both lie.
pub(super) enum Store<'a> {
    Folder,
    Bucket(&'a str),
}

pub(super) struct Pair {
    pub(super) a: Desk,
    pub(super) b: Desk,
    /// The first administrator, at B.
    pub(super) admin: Client,
    pub(super) inbox: String,
    _files: TempDir,
}

impl Pair {
    pub(super) async fn start(args: &DeskArgs, store: Store<'_>) -> Result<Self> {
        ensure!(args.postgres().is_some(), "two nodes need PostgreSQL: give --postgres");
        let files = tempfile::tempdir().context("no temporary directory")?;
        let folder = files.path().display().to_string();
        let mut settings = match store {
            Store::Folder => vec![("CANDOR_FILES_FOLDER", folder.as_str())],
            Store::Bucket(address) => vec![
                ("CANDOR_FILES_BUCKET", "desk"),
                ("CANDOR_FILES_PREFIX", "nodes"),
                ("CANDOR_FILES_ENDPOINT", address),
                ("CANDOR_FILES_ACCESS_KEY", "test"),
                ("CANDOR_FILES_SECRET_KEY", "test"),
            ],
        };
        let a = Desk::node(args, None, &settings).await.context("node A")?;
        let key = a.key_file().display().to_string();
        settings.push(("CANDOR_MASTER_KEY_FILE", &key));
        // Each start of a desk that nobody can enter prints a new link and ends the old one: this one is used before B starts.
        let admin = a.admin().await?;
        let b = Desk::node(args, Some(&a), &settings).await.context("node B")?;
        let admin = admin.at(&b.address())?;
        let inbox = b.inbox(&admin).await?;
        Ok(Self { a, b, admin, inbox, _files: files })
    }

    /// The same person at A.
    pub(super) fn at_a(&self, who: &Client) -> Result<Client> {
        who.at(&self.a.address())
    }

    pub(super) fn at_b(&self, who: &Client) -> Result<Client> {
        who.at(&self.b.address())
    }

    /// A visitor's socket that follows a conversation.
    pub(super) async fn visitor_socket(&self, at: &Desk, token: &str, conversation: &str) -> Result<Socket> {
        let first = json!({ "type": "auth", "token": token, "watch": [{ "conversation": conversation, "after": 0 }] });
        let door = Door { port: at.port(), path: "/visitor/v1/stream", headers: &[], first: Some(first.to_string()), ready: "\"ready\"" };
        socket::open(&door, 0).await.context("a visitor's socket")
    }

    /// An agent's socket; with a conversation, one that follows it.
    pub(super) async fn agent_socket(&self, at: &Desk, who: &Client, conversation: Option<&str>) -> Result<Socket> {
        let first = conversation.map(|id| json!({ "type": "watch", "conversation": id, "after": 0 }).to_string());
        let headers = who.at(&at.address())?.headers();
        let door = Door { port: at.port(), path: "/api/v1/stream", headers: &headers, first, ready: "\"ready\"" };
        socket::open(&door, 0).await.context("an agent's socket")
    }
}

/// Reads a socket until a frame holds this, and says how long it took.
pub(super) async fn hears(socket: &mut Socket, what: &str, within: Duration) -> Result<Duration> {
    let begun = Instant::now();
    timeout(within, socket::until(socket, what)).await.with_context(|| format!("`{what}` was not heard within {within:?}"))??;
    Ok(begun.elapsed())
}

/// Asks until an answer has this status, and says how long it took.
pub(super) async fn answers(client: &Client, path: &str, status: u16, within: Duration) -> Result<Duration> {
    let begun = Instant::now();
    loop {
        let answer = client.get(path).await?;
        if answer.status == status {
            return Ok(begun.elapsed());
        }
        ensure!(begun.elapsed() < within, "{path} still answers {} instead of {status} after {within:?}", answer.status);
        sleep(PAUSE).await;
    }
}

/// The status that an answer must have, and its body.
pub(super) async fn expect(client: &Client, path: &str, status: u16) -> Result<Value> {
    let answer = client.get(path).await?;
    ensure!(answer.status == status, "{path} answered {} instead of {status}: {}", answer.status, answer.body);
    Ok(answer.body)
}
