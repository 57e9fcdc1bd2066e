//! One event to all agents' sockets: how long until the last of them has it, beside a bare broadcast of as many bytes.

use super::FiguresArgs;
use crate::bare::Bare;
use crate::client::{Client, text};
use crate::desk::Desk;
use crate::line::{Line, request};
use crate::report::{Figure, Must, median, quantile, times};
use crate::socket::{self, Door, Socket};
use anyhow::{Context, Result};
use futures_util::StreamExt;
use hdrhistogram::Histogram;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use uuid::Uuid;

const AGENTS: usize = 20;
const EVENTS: usize = 60;
/// Between two events everything comes to rest.
const REST: Duration = Duration::from_millis(60);
const PATIENCE: Duration = Duration::from_secs(20);

/// Sockets that tell when they hear what they wait for.
struct Audience {
    heard: mpsc::UnboundedReceiver<Instant>,
    count: usize,
    _reading: JoinSet<()>,
}

impl Audience {
    /// Each listens for frames that hold `mark`.
    fn new(sockets: Vec<Socket>, mark: &'static str) -> Self {
        let (tell, heard) = mpsc::unbounded_channel();
        let (tell, count) = (Arc::new(tell), sockets.len());
        let mut reading = JoinSet::new();
        for mut socket in sockets {
            let tell = Arc::clone(&tell);
            reading.spawn(async move {
                while let Some(Ok(frame)) = socket.next().await {
                    if matches!(&frame, Message::Text(text) if text.contains(mark)) {
                        let _ = tell.send(Instant::now());
                    }
                }
            });
        }
        Self { heard, count, _reading: reading }
    }

    /// How long after `told` the last one heard.
    async fn last(&mut self, told: Instant) -> Result<Duration> {
        let mut last = told;
        for _ in 0..self.count {
            let heard = timeout(PATIENCE, self.heard.recv()).await.context("a socket did not hear")?;
            last = last.max(heard.context("no socket is left")?);
        }
        Ok(last - told)
    }
}

/// One who makes events, and the request that makes one.
struct Teller {
    line: Line,
    make: Box<dyn Fn(usize) -> Vec<u8> + Send + Sync>,
}

impl Teller {
    /// Makes events one after the other; how long each took to the last socket.
    async fn tell(&mut self, audience: &mut Audience) -> Result<Histogram<u64>> {
        let mut last = times();
        for number in 0..EVENTS {
            let event = (self.make)(number);
            let told = Instant::now();
            self.line.send(&event).await?;
            last.record(audience.last(told).await?.as_micros() as u64)?;
            self.line.answer().await?;
            tokio::time::sleep(REST).await;
        }
        Ok(last)
    }
}

pub(super) async fn run(args: &FiguresArgs) -> Result<bool> {
    let desk = Desk::start(&args.desk).await?;
    let admin = desk.admin().await?;
    let mut agents = desk.agents(&admin, AGENTS).await?;
    agents.push(admin.clone());
    let (visitor, _) = desk.visitor(&desk.inbox(&admin).await?).await?;
    let opening = json!({ "client_id": Uuid::new_v4(), "text": "hello" });
    let started = visitor.post("/visitor/v1/conversations", &opening).await?.ok()?;
    let id = text(&started, "/conversation/id")?;

    let list = json!({ "type": "list", "id": "all", "view": "all" }).to_string();
    let row = frame(&desk, &agents[0], &list, &visitor, &id).await?;
    let path = format!("/visitor/v1/conversations/{id}/messages");
    let headers = visitor.header_lines();
    let message = move |number: usize| {
        request("POST", &path, &headers, &json!({ "client_id": Uuid::new_v4(), "text": format!("event {number}") }).to_string())
    };
    let rows = side_by_side(args, &desk, &agents, &list, r#""type":"row""#, Box::new(message), row).await?;
    let good = rows.print(&format!("a message to {} agents' lists", args.listeners), args.desk.database());

    let watch = json!({ "type": "watch", "conversation": id, "after": 0 }).to_string();
    let (path, headers) = (format!("/visitor/v1/conversations/{id}/typing"), visitor.header_lines());
    let typing = move |_| request("POST", &path, &headers, "{}");
    let told = json!({ "type": "visitor_typing", "conversation": id }).to_string();
    let typed = side_by_side(args, &desk, &agents, &watch, r#""type":"visitor_typing""#, Box::new(typing), told).await?;
    Ok(typed.print(&format!("typing to {} agents' sockets", args.listeners), args.desk.database()) && good)
}

/// Both sides, a round each: quantiles of the time to the last socket.
struct Sides(Vec<[f64; 4]>);

impl Sides {
    fn print(self, what: &str, database: &str) -> bool {
        let of = |place: usize| median(&self.0.iter().map(|side| side[place]).collect::<Vec<_>>());
        Figure {
            name: &format!("fan-out, {what}, last socket, {database}"),
            measured: format!("p50 {} ms, p99 {} ms", of(0), of(1)),
            beside: format!("bare axum broadcast of the same bytes: p50 {} ms, p99 {} ms", of(2), of(3)),
            value: median(&self.0.iter().map(|side| side[1] / side[3]).collect::<Vec<_>>()),
            must: Must::Stay(2.0, 1.3),
            rounds: json!(self.0),
        }
        .print()
    }
}

async fn side_by_side(
    args: &FiguresArgs,
    desk: &Desk,
    agents: &[Client],
    first: &str,
    mark: &'static str,
    make: Box<dyn Fn(usize) -> Vec<u8> + Send + Sync>,
    frame: String,
) -> Result<Sides> {
    let mut ours = Teller { line: Line::open(desk.port()).await?, make };
    let mut sides = Vec::new();
    for _ in 0..args.rounds {
        let mut audience = Audience::new(agents_sockets(desk, agents, args.listeners, first).await?, mark);
        // What opening them has set going is over by then.
        tokio::time::sleep(Duration::from_secs(2)).await;
        let told = ours.tell(&mut audience).await?;
        drop(audience);
        let bare = Bare::start(None)?;
        let door = || Door { port: bare.port, path: "/socket", headers: &[], first: None, ready: "ready" };
        let mut audience = Audience::new(socket::many(args.listeners, |_| door()).await?, mark);
        let body = frame.clone();
        let mut teller = Teller { line: Line::open(bare.port).await?, make: Box::new(move |_| request("POST", "/tell", "", &body)) };
        let floor = teller.tell(&mut audience).await?;
        sides.push([quantile(&told, 0.5), quantile(&told, 0.99), quantile(&floor, 0.5), quantile(&floor, 0.99)]);
    }
    Ok(Sides(sides))
}

/// Sockets of these agents in turn, each following what `first` asks for.
pub(super) async fn agents_sockets(desk: &Desk, agents: &[Client], count: usize, first: &str) -> Result<Vec<Socket>> {
    let known: Vec<Vec<(&'static str, String)>> = agents.iter().map(Client::headers).collect();
    socket::many(count, |number| agents_door(desk, &known[number % known.len()], first)).await
}

/// The door of an agent's socket.
pub(super) fn agents_door<'a>(desk: &Desk, headers: &'a [(&'static str, String)], first: &str) -> Door<'a> {
    Door { port: desk.port(), path: "/api/v1/stream", headers, first: Some(first.to_owned()), ready: r#""type":"ready""# }
}

/// A frame as one socket gets it: the bare side sends as many bytes.
async fn frame(desk: &Desk, agent: &Client, list: &str, visitor: &Client, id: &str) -> Result<String> {
    let headers = agent.headers();
    let mut socket = socket::open(&agents_door(desk, &headers, list), 0).await?;
    let body: Value = json!({ "client_id": Uuid::new_v4(), "text": "event 00" });
    visitor.post(&format!("/visitor/v1/conversations/{id}/messages"), &body).await?.ok()?;
    timeout(PATIENCE, socket::until(&mut socket, r#""type":"row""#)).await.context("no row came")?
}
