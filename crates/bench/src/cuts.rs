//! Cuts and freezes of clients' lines while visitors and an agent write. In the end every client, on sockets and on the
//! event stream that stands in for them, must have the list that the server has.

use crate::client::{Client, text};
use crate::desk::{Desk, DeskArgs};
use crate::ledger::{self, Line};
use crate::proxy::{Cut, Proxy};
use crate::report;
use crate::watcher::Watcher;
use anyhow::{Context, Result, ensure};
use clap::Args;
use hyper::header::AUTHORIZATION;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::task::JoinSet;
use uuid::Uuid;

/// Between two cuts.
const PAUSE_MS: std::ops::Range<u64> = 20..120;
/// Between two messages of a conversation.
const PACE: Duration = Duration::from_millis(15);
/// How long the clients may take after the last message: a frozen stream is noticed after 20 s.
const SETTLE: Duration = Duration::from_secs(45);
/// One cut in so many is a freeze.
const FREEZE_IN: u32 = 5;

#[derive(Debug, Args)]
pub(crate) struct CutsArgs {
    #[command(flatten)]
    desk: DeskArgs,
    #[arg(long, default_value_t = 100)]
    cuts: u32,
    /// Clients; every second one is on the event stream instead of a socket.
    #[arg(long, default_value_t = 20)]
    clients: usize,
    #[arg(long, default_value_t = 5)]
    conversations: usize,
    /// Fixes which lines are cut and how.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// A conversation that is written into and watched.
struct Talk {
    visitor: Client,
    token: String,
    id: String,
    whole: watch::Sender<Option<i64>>,
}

/// Says whether everything agreed.
pub(crate) async fn run(args: &CutsArgs) -> Result<bool> {
    ensure!(args.conversations > 0 && args.clients > 0, "somebody must write and somebody must watch");
    let desk = Desk::start(&args.desk).await?;
    let admin = desk.admin().await?;
    let proxy = Proxy::start(desk.port()).await?;
    let talks = begin(&desk, &admin, args.conversations).await?;
    let begun = Instant::now();

    let mut watchers = JoinSet::new();
    for index in 0..args.clients {
        let talk = &talks[index % talks.len()];
        watchers.spawn(watcher(talk, &proxy, index)?.follow(talk.whole.subscribe()));
    }
    let stop = Arc::new(AtomicBool::new(false));
    let mut writers = JoinSet::new();
    for talk in &talks {
        writers.spawn(write(talk.visitor.clone(), admin.clone(), talk.id.clone(), Arc::clone(&stop)));
    }
    let struck = strike(&proxy, args).await;
    stop.store(true, Ordering::Relaxed);
    while let Some(done) = writers.join_next().await {
        done.context("a writer panicked")??;
    }

    let mut lists: Vec<(String, Vec<Line>)> = Vec::new();
    for talk in &talks {
        let list = ledger::read(&talk.visitor, &format!("/visitor/v1/conversations/{}/events", talk.id), 0).await?;
        talk.whole.send_replace(list.last().map(|line| line.seq));
        lists.push((talk.id.clone(), list));
    }
    let mut outcome = Outcome::default();
    let watched = async {
        while let Some(done) = watchers.join_next().await {
            let watcher = done.context("a client panicked")?;
            outcome.add(&watcher, &lists);
        }
        anyhow::Ok(())
    };
    // Who is not done by then is counted below: fewer clients than there were.
    if let Ok(done) = tokio::time::timeout(SETTLE, watched).await {
        done?;
    }
    let good = outcome.equal == args.clients && outcome.wrong_numbers == 0 && struck == args.cuts;
    report::line(&json!({
        "figure": "cuts", "passed": good, "database": args.desk.database(), "cuts": struck, "seed": args.seed, "clients": args.clients,
        "clients_equal": outcome.equal, "wrong_numbers": outcome.wrong_numbers, "lines_opened": outcome.lines_opened, "reloads": outcome.reloads,
        "events": lists.iter().map(|(_, list)| list.len()).sum::<usize>(), "took_s": begun.elapsed().as_secs(),
    }));
    Ok(good)
}

#[derive(Default)]
struct Outcome {
    equal: usize,
    wrong_numbers: usize,
    lines_opened: usize,
    reloads: usize,
}

impl Outcome {
    fn add(&mut self, watcher: &Watcher, lists: &[(String, Vec<Line>)]) {
        let list = lists.iter().find(|(id, _)| *id == watcher.conversation).map(|(_, list)| list);
        let gapless = watcher.lines.iter().zip(1..).all(|(line, expected)| line.seq == expected);
        self.equal += usize::from(gapless && list == Some(&watcher.lines));
        self.wrong_numbers += watcher.count.wrong_numbers;
        self.lines_opened += watcher.count.lines_opened;
        self.reloads += watcher.count.reloads;
    }
}

async fn begin(desk: &Desk, admin: &Client, count: usize) -> Result<Vec<Talk>> {
    let inbox = desk.inbox(admin).await?;
    let mut talks = Vec::new();
    for index in 0..count {
        let (visitor, token) = desk.visitor(&inbox).await?;
        let opening = json!({ "client_id": Uuid::new_v4(), "text": format!("conversation {index}") });
        let started = visitor.post("/visitor/v1/conversations", &opening).await?.ok()?;
        let id = text(&started, "/conversation/id")?;
        talks.push(Talk { visitor, token, id, whole: watch::Sender::new(None) });
    }
    Ok(talks)
}

fn watcher(talk: &Talk, proxy: &Proxy, index: usize) -> Result<Watcher> {
    let client = Client::new(&format!("http://127.0.0.1:{}", proxy.port()))?.without_origin();
    Ok(Watcher {
        client: client.with(AUTHORIZATION, &format!("Bearer {}", talk.token))?,
        port: proxy.port(),
        token: talk.token.clone(),
        conversation: talk.id.clone(),
        is_stream: index % 2 == 1,
        lines: Vec::new(),
        count: Default::default(),
    })
}

/// The visitor and an agent by turns, with a note now and then: the visitor's numbers must not show it.
async fn write(visitor: Client, admin: Client, id: String, stop: Arc<AtomicBool>) -> Result<()> {
    for turn in 0.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let client_id = Uuid::new_v4();
        let said = match turn % 4 {
            1 => {
                admin
                    .post(
                        &format!("/api/v1/conversations/{id}/replies"),
                        &json!({ "client_id": client_id, "text": format!("answer {turn}"), "seen_seq": 0, "hold_ms": 0, "force": true }),
                    )
                    .await?
            }
            3 => {
                admin
                    .post(&format!("/api/v1/conversations/{id}/notes"), &json!({ "client_id": client_id, "text": format!("note {turn}") }))
                    .await?
            }
            _ => {
                visitor
                    .post(
                        &format!("/visitor/v1/conversations/{id}/messages"),
                        &json!({ "client_id": client_id, "text": format!("question {turn}") }),
                    )
                    .await?
            }
        };
        said.ok()?;
        tokio::time::sleep(PACE).await;
    }
    Ok(())
}

/// Cuts as often as asked; how often it did.
async fn strike(proxy: &Proxy, args: &CutsArgs) -> u32 {
    let mut random = StdRng::seed_from_u64(args.seed);
    let mut struck = 0;
    let patience = Instant::now() + Duration::from_secs(30) + Duration::from_millis(PAUSE_MS.end * 4) * args.cuts;
    while struck < args.cuts && Instant::now() < patience {
        tokio::time::sleep(Duration::from_millis(random.random_range(PAUSE_MS))).await;
        let cut = if random.random_ratio(1, FREEZE_IN) { Cut::Freeze } else { Cut::Reset };
        struck += u32::from(proxy.strike(&mut random, cut));
    }
    struck
}
