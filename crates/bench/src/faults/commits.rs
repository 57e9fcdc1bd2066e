//! A bad way to PostgreSQL: answers to COMMIT that get lost, and notes between nodes that never arrive.

use super::told;
use super::wire::Wire;
use crate::client::{Client, text};
use crate::desk::{Desk, DeskArgs};
use crate::report;
use crate::socket::{self, Door};
use crate::writers::Load;
use anyhow::{Context, Result, ensure};
use clap::Args;
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::time::timeout;
use uuid::Uuid;

const WELL: Duration = Duration::from_secs(30);
/// Of a thousand commits, so many answers are lost.
const ODDS: u32 = 50;
/// What a screen may be behind when nothing is told: the sweep's second, its reading, and a busy machine's breath.
const BEHIND: Duration = Duration::from_secs(2);

#[derive(Debug, Args)]
pub(crate) struct CommitsArgs {
    #[command(flatten)]
    desk: DeskArgs,
    /// Answers to COMMIT that are lost before the run ends.
    #[arg(long, default_value_t = 30)]
    cuts: u32,
    #[arg(long, default_value_t = 4)]
    writers: usize,
}

pub(crate) async fn run(args: &CommitsArgs) -> Result<bool> {
    let wire = Wire::default();
    let through = args.desk.on(wire.to(args.desk.postgres().context("--postgres is missing")?).await?);
    let mut desk = Desk::start(&through).await?;
    let admin = desk.admin().await?;
    let load = Load::begin(&desk, &admin, args.writers).await?;
    wire.lose(ODDS);
    let begun = Instant::now();
    while wire.lost() < args.cuts {
        load.wait_for(1, WELL).await?;
    }
    wire.lose(0);
    let recovered = load.wait_for(4 * args.writers, WELL).await?;
    desk.is_still_up()?;
    let outcome = load.end().await?;
    let more = json!({ "answers_lost": wire.lost(), "took_s": begun.elapsed().as_secs(), "recovery_ms": recovered.as_millis() });
    Ok(told("commit-answers-lost", outcome, desk.audit_is_whole()?, &more))
}

#[derive(Debug, Args)]
pub(crate) struct DeafArgs {
    #[command(flatten)]
    desk: DeskArgs,
    #[arg(long, default_value_t = 10)]
    messages: u32,
}

/// Two nodes that hear nothing of each other: what is written at one stands on the other's screens all the same.
pub(crate) async fn deaf(args: &DeafArgs) -> Result<bool> {
    let wire = Wire::deaf();
    let through = args.desk.on(wire.to(args.desk.postgres().context("--postgres is missing")?).await?);
    let files = tempfile::tempdir().context("no temporary directory")?;
    let folder = files.path().display().to_string();
    let a = Desk::node(&through, None, &[("CANDOR_FILES_FOLDER", &folder)]).await?;
    let inbox = a.inbox(&a.admin().await?).await?;
    let key = a.key_file().display().to_string();
    let b = Desk::node(&through, Some(&a), &[("CANDOR_FILES_FOLDER", &folder), ("CANDOR_MASTER_KEY_FILE", &key)]).await?;
    let (visitor, token) = a.visitor(&inbox).await?;
    let opening = json!({ "client_id": Uuid::new_v4(), "text": "at A" });
    let conversation = text(&visitor.post("/visitor/v1/conversations", &opening).await?.ok()?, "/conversation/id")?;
    let first = json!({ "type": "auth", "token": token, "watch": [{ "conversation": conversation, "after": 1 }] }).to_string();
    let door = Door { port: b.port(), path: "/visitor/v1/stream", headers: &[], first: Some(first), ready: "\"ready\"" };
    let mut screen = socket::open(&door, 0).await?;
    let mut slowest = Duration::ZERO;
    for number in 0..args.messages {
        slowest = slowest.max(crosses(&visitor, &conversation, number, &mut screen).await?);
    }
    let good = slowest <= BEHIND;
    report::line(&json!({
        "figure": "fault-deaf-nodes", "passed": good, "messages": args.messages, "slowest_ms": slowest.as_millis(), "limit_ms": BEHIND.as_millis(),
    }));
    Ok(good)
}

/// From the acknowledgement at one node to the frame at the other.
async fn crosses(visitor: &Client, conversation: &str, number: u32, screen: &mut socket::Socket) -> Result<Duration> {
    let words = format!("message {number} of the deaf");
    let path = format!("/visitor/v1/conversations/{conversation}/messages");
    visitor.post(&path, &json!({ "client_id": Uuid::new_v4(), "text": words })).await?.ok()?;
    let begun = Instant::now();
    timeout(WELL, socket::until(screen, &words)).await.with_context(|| format!("{words} never arrived"))??;
    ensure!(begun.elapsed() < WELL, "too late");
    Ok(begun.elapsed())
}
