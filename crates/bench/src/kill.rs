//! The kill loop: writers repeat every message until it is acknowledged while the server is killed with -9, and in the
//! end both surfaces must hold exactly what was acknowledged, once, in order, without a gap.

use crate::client::{Client, text};
use crate::desk::{Desk, DeskArgs};
use crate::ledger::{self, Acknowledged, Faults};
use crate::report;
use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use uuid::Uuid;

/// How long the server lives between two kills.
const LIFE_MS: std::ops::Range<u64> = 50..400;
/// A writer that gets nothing acknowledged for so long gives up: the server does not come back.
const PATIENCE: Duration = Duration::from_secs(60);
const BREATHER: Duration = Duration::from_millis(5);

#[derive(Debug, Args)]
pub(crate) struct KillArgs {
    #[command(flatten)]
    desk: DeskArgs,
    #[arg(long, default_value_t = 20)]
    kills: u32,
    /// Visitors who write. The first two share a conversation; an agent answers in it too.
    #[arg(long, default_value_t = 4)]
    writers: usize,
    /// Fixes the moments of the kills.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The longest restart that is allowed.
    #[arg(long, default_value_t = 2_000)]
    restart_ms: u128,
}

/// One who writes into one conversation.
#[derive(Clone)]
struct Writer {
    client: Client,
    path: String,
    conversation: String,
    is_agent: bool,
    name: String,
}

/// Says whether everything agreed.
pub(crate) async fn run(args: &KillArgs) -> Result<bool> {
    ensure!(args.writers >= 2, "two writers share a conversation, so there must be two");
    let mut desk = Desk::start(&args.desk).await?;
    let admin = desk.admin().await?;
    let (writers, first) = seat(&desk, &admin, args.writers).await?;
    let stop = Arc::new(AtomicBool::new(false));
    let mut tasks = JoinSet::new();
    for (index, writer) in writers.iter().cloned().enumerate() {
        let stop = Arc::clone(&stop);
        tasks.spawn(async move { (index, write(&writer, &stop).await) });
    }
    let begun = Instant::now();
    let mut slowest = Duration::ZERO;
    let mut random = StdRng::seed_from_u64(args.seed);
    for _ in 0..args.kills {
        tokio::time::sleep(Duration::from_millis(random.random_range(LIFE_MS))).await;
        desk.kill()?;
        slowest = slowest.max(desk.wake().await?);
    }
    stop.store(true, Ordering::Relaxed);
    let mut told = vec![Vec::new(); writers.len()];
    while let Some(done) = tasks.join_next().await {
        let (index, acknowledged) = done.context("a writer panicked")?;
        told[index] = acknowledged?;
    }
    for (writer, opening) in first {
        told[writer].insert(0, opening);
    }
    let faults = compare(&admin, &writers, &told).await?;
    let audit = desk.audit_is_whole()?;
    let good = faults == Faults::default() && audit && slowest.as_millis() <= args.restart_ms;
    report::line(&json!({
        "figure": "kill", "passed": good, "database": args.desk.database(), "kills": args.kills, "seed": args.seed,
        "acknowledged": told.iter().map(Vec::len).sum::<usize>(), "faults": faults, "audit_whole": audit,
        "slowest_restart_ms": slowest.as_millis(), "took_s": begun.elapsed().as_secs(),
    }));
    Ok(good)
}

/// The writers, and the messages that opened their conversations, by writer.
async fn seat(desk: &Desk, admin: &Client, count: usize) -> Result<(Vec<Writer>, Vec<(usize, Acknowledged)>)> {
    let inbox = desk.inbox(admin).await?;
    let (mut writers, mut opened): (Vec<Writer>, _) = (Vec::new(), Vec::new());
    for index in 0..count {
        if index == 1 {
            let twin = Writer { name: "visitor 1".to_owned(), ..writers[0].clone() };
            writers.push(twin);
            continue;
        }
        let (client, _) = desk.visitor(&inbox).await?;
        let opening = json!({ "client_id": Uuid::new_v4(), "text": format!("visitor {index} opens") });
        let started = client.post("/visitor/v1/conversations", &opening).await?.ok()?;
        let conversation = text(&started, "/conversation/id")?;
        opened.push((index, Acknowledged::read(&started["event"])?));
        let path = format!("/visitor/v1/conversations/{conversation}/messages");
        writers.push(Writer { client, path, conversation, is_agent: false, name: format!("visitor {index}") });
    }
    let conversation = writers[0].conversation.clone();
    let path = format!("/api/v1/conversations/{conversation}/replies");
    writers.push(Writer { client: admin.clone(), path, conversation, is_agent: true, name: "agent".to_owned() });
    Ok((writers, opened))
}

async fn write(writer: &Writer, stop: &AtomicBool) -> Result<Vec<Acknowledged>> {
    let mut told = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let client_id = Uuid::new_v4();
        let words = format!("{} says {}: 提现 0.{} BTC", writer.name, told.len() + 1, told.len());
        let body = match writer.is_agent {
            false => json!({ "client_id": client_id, "text": words }),
            // Others write all the time: an agent who waited for quiet would never answer.
            true => json!({ "client_id": client_id, "text": words, "seen_seq": 0, "hold_ms": 0, "force": true }),
        };
        let event = until_acknowledged(writer, &body).await?;
        let acknowledged = Acknowledged::read(&event)?;
        ensure!(acknowledged.text == words, "another message was acknowledged: {event}");
        told.push(acknowledged);
    }
    Ok(told)
}

/// Sends the same body until it is acknowledged.
async fn until_acknowledged(writer: &Writer, body: &Value) -> Result<Value> {
    let begun = Instant::now();
    loop {
        match writer.client.post(&writer.path, body).await {
            Ok(answer) if answer.status == 200 || answer.status == 201 => {
                return Ok(if writer.is_agent { answer.body } else { answer.body["event"].clone() });
            }
            // Killed under the request, not up yet, or busy: the same again.
            Err(_) => {}
            Ok(answer) if answer.status == 503 => {}
            Ok(answer) => bail!("{} was answered {}: {}", writer.name, answer.status, answer.body),
        }
        ensure!(begun.elapsed() < PATIENCE, "{} got no acknowledgement in {PATIENCE:?}", writer.name);
        tokio::time::sleep(BREATHER).await;
    }
}

/// Reads every conversation on both surfaces. Each surface is held against those who write on it, and the visitor's list,
/// which has everybody's messages in it, also against the agent's.
async fn compare(admin: &Client, writers: &[Writer], told: &[Vec<Acknowledged>]) -> Result<Faults> {
    let mut faults = Faults::default();
    for (index, writer) in writers.iter().enumerate() {
        let is_first_there = writers.iter().position(|other| other.conversation == writer.conversation) == Some(index);
        if !is_first_there {
            continue;
        }
        let path = format!("/conversations/{}", writer.conversation);
        let theirs = ledger::read(&writer.client, &format!("/visitor/v1{path}/events"), 0).await?;
        let ours = ledger::read(admin, &format!("/api/v1{path}/timeline"), 0).await?;
        faults += against(&theirs, &ours, &writer.conversation, writers, told, false);
        faults += against(&ours, &theirs, &writer.conversation, writers, told, true);
    }
    Ok(faults)
}

/// One surface's list against the writers there. The other surface's numbers differ, so what its writers wrote is
/// looked up by id and taken with the number that stands here.
fn against(
    lines: &[ledger::Line],
    others: &[ledger::Line],
    conversation: &str,
    writers: &[Writer],
    told: &[Vec<Acknowledged>],
    agents: bool,
) -> Faults {
    let numbers: HashMap<&str, i64> = lines.iter().filter_map(|line| Some((line.message.as_ref()?.0.as_str(), line.seq))).collect();
    let number = |id: &str| numbers.get(id).copied().unwrap_or_default();
    let here = |one: &Acknowledged, own: bool| if own { one.clone() } else { Acknowledged { seq: number(&one.id), ..one.clone() } };
    let there = writers.iter().zip(told).filter(|(writer, _)| writer.conversation == conversation);
    let expected: Vec<Vec<Acknowledged>> =
        there.map(|(writer, told)| told.iter().map(|one| here(one, writer.is_agent == agents)).collect()).collect();
    let mut faults = ledger::compare(lines, &expected.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let messages = |lines: &[ledger::Line]| lines.iter().filter_map(|line| line.message.clone()).collect::<Vec<_>>();
    faults.out_of_order += usize::from(messages(lines) != messages(others));
    faults
}
