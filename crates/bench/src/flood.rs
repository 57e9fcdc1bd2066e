//! A flood of anonymous starts: strangers open chats as fast as the desk takes them while agents go on working. What counts
//! is how long agents wait for their inbox, a case and a reply, beside how long they waited before it.
//!
//! Limits and proof of work are wide open here: this is the flood that got through them.

use crate::client::{Client, text};
use crate::desk::{Desk, DeskArgs};
use crate::report::{Figure, Must, quantile, round, times};
use crate::socket::{self, Door, Socket};
use anyhow::{Context, Result, ensure};
use clap::Args;
use futures_util::StreamExt;
use hdrhistogram::Histogram;
use hyper::header;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;
use uuid::Uuid;

/// After the flood every screen must know how many there are within this time.
const SETTLE: Duration = Duration::from_secs(20);
/// Between two rounds of an agent's work: nobody clicks without a pause.
const PAUSE: Duration = Duration::from_millis(20);

#[derive(Debug, Args)]
pub(crate) struct FloodArgs {
    #[command(flatten)]
    desk: DeskArgs,
    /// Anonymous starts: a session and a conversation each.
    #[arg(long, default_value_t = 10_000)]
    starts: usize,
    /// Strangers at once.
    #[arg(long, default_value_t = 64)]
    strangers: usize,
    /// Agents with an open inbox.
    #[arg(long, default_value_t = 20)]
    agents: usize,
    /// How long agents are watched before the flood.
    #[arg(long, default_value_t = 10, value_name = "SECONDS")]
    before: u64,
    /// The longest an agent may wait during the flood, at the 95th of 100.
    #[arg(long, default_value_t = 500.0, value_name = "MS")]
    usable_ms: f64,
}

/// How long an agent waited for each thing.
struct Work {
    inbox: Histogram<u64>,
    open: Histogram<u64>,
    reply: Histogram<u64>,
}

impl Work {
    fn new() -> Self {
        Self { inbox: times(), open: times(), reply: times() }
    }
}

pub(crate) async fn run(args: &FloodArgs) -> Result<bool> {
    let desk = Desk::start(&args.desk).await?;
    let admin = desk.admin().await?;
    let inbox = desk.inbox(&admin).await?;
    let agents = desk.agents(&admin, args.agents).await?;
    let case = begun(&Client::new(&desk.address())?, &inbox).await?;
    let screens = screens(&desk, &agents).await?;

    let quiet = watched(&agents[0], &case, Duration::from_secs(args.before)).await?;
    let over = Arc::new(AtomicBool::new(false));
    let working = tokio::spawn(work(agents[0].clone(), case.clone(), Arc::clone(&over)));
    let begun_at = Instant::now();
    let told_before = told(&screens);
    flood(&desk, &inbox, args).await?;
    let took = begun_at.elapsed().as_secs_f64();
    over.store(true, Ordering::Relaxed);
    let busy = working.await.context("the agent panicked")??;
    let frames = told(&screens) - told_before;

    let total = args.starts + 1;
    let counts = settled(&agents[0], &screens, total).await?;
    let per_screen = frames as f64 / args.agents as f64 / took;
    let rate = args.starts as f64 / took;
    let mut holds = counts;
    for (what, before, during) in
        [("inbox", &quiet.inbox, &busy.inbox), ("opening a case", &quiet.open, &busy.open), ("reply", &quiet.reply, &busy.reply)]
    {
        let figure = Figure {
            name: &format!("{what} in a flood of {} starts ({}/s), p95, {}", args.starts, round(rate), args.desk.database()),
            measured: format!("p50 {} ms, p95 {} ms", quantile(during, 0.5), quantile(during, 0.95)),
            beside: format!(
                "before it: p50 {} ms, p95 {} ms; ratio of p50 {}",
                quantile(before, 0.5),
                quantile(before, 0.95),
                ratio(during, before)
            ),
            value: quantile(during, 0.95),
            must: Must::Stay(args.usable_ms, 100.0),
            rounds: json!([during.len(), before.len()]),
        };
        holds &= figure.print();
    }
    let figure = Figure {
        name: &format!("frames a second on one agent's screen in the flood, {}", args.desk.database()),
        measured: format!("{} frames/s", round(per_screen)),
        beside: format!("{} starts/s", round(rate)),
        value: per_screen,
        must: Must::Stay(200.0, 50.0),
        rounds: json!(frames),
    };
    holds &= figure.print();
    Ok(holds)
}

fn ratio(during: &Histogram<u64>, before: &Histogram<u64>) -> f64 {
    round(quantile(during, 0.5) / quantile(before, 0.5))
}

/// A stranger opens a chat; the conversation's id.
async fn begun(client: &Client, inbox: &str) -> Result<String> {
    let session = client.post("/visitor/v1/sessions", &json!({ "inbox": inbox, "locale": "zh-CN" })).await?.ok()?;
    let stranger = client.with(header::AUTHORIZATION, &format!("Bearer {}", text(&session, "/token")?))?;
    let opening = json!({ "client_id": Uuid::new_v4(), "text": "加群领空投 free airdrop t.me/scam" });
    text(&stranger.post("/visitor/v1/conversations", &opening).await?.ok()?, "/conversation/id")
}

async fn flood(desk: &Desk, inbox: &str, args: &FloodArgs) -> Result<()> {
    let left = Arc::new(AtomicUsize::new(args.starts));
    let mut strangers = JoinSet::new();
    for _ in 0..args.strangers {
        let (client, inbox, left) = (Client::new(&desk.address())?, inbox.to_owned(), Arc::clone(&left));
        strangers.spawn(async move {
            while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
                begun(&client, &inbox).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(done) = strangers.join_next().await {
        done.context("a stranger panicked")??;
    }
    Ok(())
}

/// An agent's work for a while.
async fn watched(agent: &Client, case: &str, time: Duration) -> Result<Work> {
    let over = Arc::new(AtomicBool::new(false));
    let working = tokio::spawn(work(agent.clone(), case.to_owned(), Arc::clone(&over)));
    tokio::time::sleep(time).await;
    over.store(true, Ordering::Relaxed);
    working.await.context("the agent panicked")?
}

/// Reads the inbox, opens the case, answers it; again and again until it is over, at least once.
async fn work(agent: Client, case: String, over: Arc<AtomicBool>) -> Result<Work> {
    let mut work = Work::new();
    let path = format!("/api/v1/conversations/{case}");
    loop {
        let begun = Instant::now();
        agent.get("/api/v1/conversations?view=all&limit=50").await?.ok()?;
        work.inbox.record(begun.elapsed().as_micros() as u64)?;
        let begun = Instant::now();
        let head = agent.get(&path).await?.ok()?;
        agent.get(&format!("{path}/timeline?limit=50")).await?.ok()?;
        work.open.record(begun.elapsed().as_micros() as u64)?;
        let reply = json!({ "client_id": Uuid::new_v4(), "text": "we are on it", "seen_seq": head["seq"], "hold_ms": 0 });
        let begun = Instant::now();
        agent.post(&format!("{path}/replies"), &reply).await?.ok()?;
        work.reply.record(begun.elapsed().as_micros() as u64)?;
        if over.load(Ordering::Relaxed) {
            return Ok(work);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// One agent's open inbox: how many frames it was told, and the last size of the list.
#[derive(Default)]
struct Screen {
    frames: AtomicUsize,
    total: AtomicUsize,
}

/// Every agent has the two lists open that a flood comes into. They are read until the program ends.
async fn screens(desk: &Desk, agents: &[Client]) -> Result<Vec<Arc<Screen>>> {
    let known: Vec<_> = agents.iter().map(Client::headers).collect();
    let list = json!({ "type": "list", "id": "a", "view": "unassigned" }).to_string();
    let door = |number: usize| Door {
        port: desk.port(),
        path: "/api/v1/stream",
        headers: &known[number],
        first: Some(list.clone()),
        ready: r#""type":"ready""#,
    };
    let sockets = socket::many(agents.len(), door).await?;
    let mut screens = Vec::with_capacity(sockets.len());
    for socket in sockets {
        let screen = Arc::new(Screen::default());
        tokio::spawn(look(socket, Arc::clone(&screen)));
        screens.push(screen);
    }
    Ok(screens)
}

async fn look(mut socket: Socket, screen: Arc<Screen>) {
    while let Some(Ok(frame)) = socket.next().await {
        let Message::Text(text) = frame else { continue };
        screen.frames.fetch_add(1, Ordering::Relaxed);
        if text.contains(r#""type":"counts""#)
            && let Ok(frame) = serde_json::from_str::<Value>(&text)
            && let Some(total) = frame.pointer("/views/all/total").and_then(Value::as_u64)
        {
            screen.total.store(total as usize, Ordering::Relaxed);
        }
    }
}

fn told(screens: &[Arc<Screen>]) -> usize {
    screens.iter().map(|screen| screen.frames.load(Ordering::Relaxed)).sum()
}

/// Whether every screen knows in the end how many conversations there are, as the desk itself says it.
async fn settled(agent: &Client, screens: &[Arc<Screen>], total: usize) -> Result<bool> {
    let begun = Instant::now();
    loop {
        let counted = agent.get("/api/v1/counts").await?.ok()?;
        let said = counted.pointer("/views/all/total").and_then(Value::as_u64).unwrap_or_default() as usize;
        if said == total && screens.iter().all(|screen| screen.total.load(Ordering::Relaxed) == total) {
            return Ok(true);
        }
        ensure!(begun.elapsed() < SETTLE, "the desk counts {said} conversations, {total} were acknowledged, and not every screen knows it");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
