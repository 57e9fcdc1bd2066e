//! A busy hour: visitors' sockets by the thousand, two hundred agents, 200 messages a second, each due
//! at its time whatever came of those before. What counts is how late a message stands on the screen of the agent who waits for it.

use super::FiguresArgs;
use super::fanout::agents_door;
use super::idle::{kept, tokens, visitors_door};
use crate::client::{Client, text};
use crate::desk::Desk;
use crate::line::{Line, request};
use crate::machine;
use crate::report::{Figure, Must, median, quantile, round, times};
use crate::socket::{self, Socket};
use anyhow::{Context, Result, ensure};
use futures_util::{SinkExt, StreamExt};
use hdrhistogram::Histogram;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;
use uuid::Uuid;

const AGENTS: usize = 200;
/// Messages a second of all visitors together.
const RATE: usize = 200;
/// After the last message everything must have arrived.
const SETTLE: Duration = Duration::from_secs(10);
/// What stands before a message's mark in its text, and how long a mark is.
const MARK: &str = "due-";
const MARKED: usize = 36;

/// Messages on their way, by the mark in their text, with when they were due; and how late the others came.
struct Post {
    due: HashMap<String, Instant>,
    late: Histogram<u64>,
}

type Shared = Arc<Mutex<Post>>;

fn open(post: &Shared) -> MutexGuard<'_, Post> {
    post.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A customer of one of the agents.
struct Talk {
    id: String,
    headers: String,
}

pub(super) async fn run(args: &FiguresArgs) -> Result<bool> {
    let desk = Desk::start(&args.desk).await?;
    let admin = desk.admin().await?;
    let agents = desk.agents(&admin, AGENTS).await?;
    let tokens = tokens(&desk, &admin, args.visitors.max(AGENTS)).await?;
    let talks = talks(&desk, &tokens[..AGENTS]).await?;
    let origin = [("origin", desk.address())];
    let watched = |number: usize| talks.get(number).map_or(json!([]), |talk| json!([{ "conversation": talk.id, "after": 0 }]));
    let visitors = socket::many(tokens.len(), |number| visitors_door(&desk, &origin, &tokens[number], &watched(number))).await?;
    let listening = kept(visitors);

    let (mut p95, mut p99, mut used) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..args.rounds {
        let post = Arc::new(Mutex::new(Post { due: HashMap::new(), late: times() }));
        let screens = screens(&desk, &agents, &talks, &post).await?;
        let (begun, before) = (Instant::now(), machine::used(desk.pid()?)?);
        send(&desk, &talks, &post, args.seconds).await?;
        used.push((machine::used(desk.pid()?)? - before) / begun.elapsed().as_secs_f64());
        while !open(&post).due.is_empty() {
            ensure!(begun.elapsed() < Duration::from_secs(args.seconds) + SETTLE, "{} messages did not arrive", open(&post).due.len());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        drop(screens);
        let late = open(&post).late.clone();
        p95.push(quantile(&late, 0.95));
        p99.push(quantile(&late, 0.99));
    }
    drop(listening);
    let figure = Figure {
        name: &format!("message to agent's socket, p95, {} visitors, {AGENTS} agents, {RATE}/s, {}", args.visitors, args.desk.database()),
        measured: format!("{} ms (p99 {} ms), the server took {} of 2 processors", median(&p95), median(&p99), round(median(&used))),
        beside: String::new(),
        value: median(&p95),
        must: Must::Stay(150.0, 50.0),
        rounds: json!(p95),
    };
    Ok(figure.print())
}

async fn talks(desk: &Desk, tokens: &[String]) -> Result<Vec<Talk>> {
    let mut line = Line::open(desk.port()).await?;
    let mut talks = Vec::with_capacity(tokens.len());
    for token in tokens {
        let headers = format!("origin: {}\r\nauthorization: Bearer {token}\r\n", desk.address());
        let opening = json!({ "client_id": Uuid::new_v4(), "text": "hello" }).to_string();
        let started: Value = serde_json::from_slice(&line.ask(&request("POST", "/visitor/v1/conversations", &headers, &opening)).await?)?;
        talks.push(Talk { id: text(&started, "/conversation/id")?, headers });
    }
    Ok(talks)
}

/// Every agent has the whole inbox open and one case; what arrives in the case is timed.
async fn screens(desk: &Desk, agents: &[Client], talks: &[Talk], post: &Shared) -> Result<JoinSet<()>> {
    let known: Vec<_> = agents.iter().map(Client::headers).collect();
    let list = json!({ "type": "list", "id": "all", "view": "all" }).to_string();
    let mut screens = JoinSet::new();
    // Each is read from the moment it stands: the server gives up a line that stays silent.
    for (number, (headers, talk)) in known.iter().zip(talks).enumerate() {
        let mut socket = socket::open(&agents_door(desk, headers, &list), number).await?;
        let watch = json!({ "type": "watch", "conversation": talk.id, "after": 0 });
        socket.send(Message::text(watch.to_string())).await?;
        socket::until(&mut socket, r#""type":"events""#).await?;
        screens.spawn(look(socket, Arc::clone(post)));
    }
    Ok(screens)
}

async fn look(mut socket: Socket, post: Shared) {
    while let Some(Ok(frame)) = socket.next().await {
        let Message::Text(text) = frame else { continue };
        if !text.contains(r#""type":"events""#) {
            continue;
        }
        let now = Instant::now();
        let mut post = open(&post);
        for mark in text.split(MARK).skip(1).filter_map(|rest| rest.get(..MARKED)) {
            if let Some(due) = post.due.remove(mark) {
                let _ = post.late.record((now - due).as_micros() as u64);
            }
        }
    }
}

/// Every customer writes when it is time, on their own line, and late is counted from then.
async fn send(desk: &Desk, talks: &[Talk], post: &Shared, seconds: u64) -> Result<()> {
    let mut customers = JoinSet::new();
    let every = Duration::from_secs_f64(talks.len() as f64 / RATE as f64);
    let count = (seconds as f64 / every.as_secs_f64()) as u32;
    let begin = Instant::now();
    for (number, talk) in talks.iter().enumerate() {
        let first = begin + every.mul_f64(number as f64 / talks.len() as f64);
        let (path, headers) = (format!("/visitor/v1/conversations/{}/messages", talk.id), talk.headers.clone());
        let (mut line, post) = (Line::open(desk.port()).await?, Arc::clone(post));
        customers.spawn(async move {
            for turn in 0..count {
                let due = first + every * turn;
                tokio::time::sleep_until(due.into()).await;
                let mark = Uuid::new_v4().to_string();
                let body = json!({ "client_id": Uuid::new_v4(), "text": format!("still waiting for my withdrawal {MARK}{mark}") });
                open(&post).due.insert(mark, due);
                line.ask(&request("POST", &path, &headers, &body.to_string())).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(done) = customers.join_next().await {
        done.context("a customer panicked")??;
    }
    Ok(())
}
