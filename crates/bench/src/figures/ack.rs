//! How long one waits: for the acknowledgement, and until the message stands on the agent's screen; beside one durable commit
//! and one echo, with the processors free and with four programs that take them.

use super::FiguresArgs;
use crate::bare::Bare;
use crate::client::{Client, text};
use crate::desk::Desk;
use crate::floor;
use crate::ingest::body;
use crate::line::{Line, request};
use crate::machine::Hogs;
use crate::report::{Figure, Must, median, quantile, round, times};
use crate::socket::{self, Door, Socket};
use anyhow::{Context, Result};
use hdrhistogram::Histogram;
use serde_json::{Value, json};
use std::time::Instant;
use uuid::Uuid;

const COUNT: usize = 2_000;
const HOGS: usize = 4;
/// Places among the times of a round: those of commit and echo measured apart lie before the first, those of a server that does
/// both in one request begin at the second.
const APART: usize = 2;
const IN_ONE: usize = 6;

/// A customer with an open case, and the agent who looks at it.
pub(super) struct Pair {
    pub(super) line: Line,
    pub(super) path: String,
    pub(super) headers: String,
    pub(super) agent: Socket,
}

impl Pair {
    pub(super) async fn new(desk: &Desk, admin: &Client) -> Result<Self> {
        let inbox = desk.inbox(admin).await?;
        let (visitor, _) = desk.visitor(&inbox).await?;
        let opening = json!({ "client_id": Uuid::new_v4(), "text": "hello" });
        let started = visitor.post("/visitor/v1/conversations", &opening).await?.ok()?;
        let id = text(&started, "/conversation/id")?;
        let headers = admin.headers();
        let first = Some(json!({ "type": "watch", "conversation": id, "after": 0 }).to_string());
        let door = Door { port: desk.port(), path: "/api/v1/stream", headers: &headers, first, ready: r#""type":"events""# };
        let agent = socket::open(&door, 0).await?;
        let path = format!("/visitor/v1/conversations/{id}/messages");
        Ok(Self { line: Line::open(desk.port()).await?, path, headers: visitor.header_lines(), agent })
    }

    /// Sends messages one after the other: times to the acknowledgement, and to the agent's screen.
    pub(super) async fn talk(&mut self, count: usize) -> Result<(Histogram<u64>, Histogram<u64>)> {
        let (mut acks, mut seen) = (times(), times());
        for number in 0..count {
            let body = body(number);
            let mark = text(&body, "/client_id")?;
            let request = request("POST", &self.path, &self.headers, &body.to_string());
            let asked = Instant::now();
            let acknowledged = async {
                self.line.ask(&request).await?;
                anyhow::Ok(asked.elapsed())
            };
            let arrived = async {
                socket::until(&mut self.agent, &mark).await?;
                anyhow::Ok(asked.elapsed())
            };
            let (ack, arrival) = tokio::try_join!(acknowledged, arrived)?;
            acks.record(ack.as_micros() as u64)?;
            seen.record(arrival.as_micros() as u64)?;
        }
        Ok((acks, seen))
    }
}

pub(super) async fn run(args: &FiguresArgs) -> Result<bool> {
    let bare = Bare::start(None)?;
    let desk = Desk::start(&args.desk).await?;
    let admin = desk.admin().await?;
    let mut pair = Pair::new(&desk, &admin).await?;
    let mut good = true;
    for hogs in [0, HOGS] {
        let mut sides: Vec<[f64; 8]> = Vec::new();
        for _ in 0..args.rounds {
            let _busy = Hogs::start(hogs)?;
            // With every processor taken a wait is a slice of the scheduler, so fewer tell as much.
            let count = if hogs == 0 { COUNT } else { COUNT / 4 };
            let url = desk.database_url();
            let commits = tokio::task::spawn_blocking(move || floor::single_commits(count, url.as_deref()))
                .await
                .context("the thread panicked")??;
            let echoes = asked(bare.port, "/", count).await?;
            let kept = asked(bare.port, "/keep", count).await?;
            let (acks, seen) = pair.talk(count).await?;
            let both = |at: f64| quantile(&commits, at) + quantile(&echoes, at);
            sides.push([
                both(0.5),
                both(0.99),
                quantile(&acks, 0.5),
                quantile(&acks, 0.99),
                quantile(&seen, 0.5),
                quantile(&seen, 0.99),
                quantile(&kept, 0.5),
                quantile(&kept, 0.99),
            ]);
        }
        good &= told(&sides, hogs, args.desk.database());
    }
    Ok(good)
}

fn told(sides: &[[f64; 8]], hogs: usize, database: &str) -> bool {
    let of = |place: usize| median(&sides.iter().map(|side| side[place]).collect::<Vec<_>>());
    let ratio = |place: usize, over: usize| median(&sides.iter().map(|side| side[place] / side[over]).collect::<Vec<_>>());
    let when = if hogs == 0 { "quiet".to_owned() } else { format!("{hogs} hogs") };
    let print = |what: &str, p50: usize, over: usize, which: &str, must: Must| {
        let name = format!("{what}, {which}, {database}, {when}");
        let measured = format!("p50 {} ms, p99 {} ms", of(p50), of(p50 + 1));
        let floor = if over < APART { "durable commit + echo" } else { "a bare server that commits before it echoes" };
        let beside = format!("{floor}: p50 {} ms, p99 {} ms", round(of(over / 2 * 2)), round(of(over / 2 * 2 + 1)));
        let value = ratio(p50 + over % 2, over);
        Figure { name: &name, measured, beside, value, must, rounds: json!(sides) }.print()
    };
    // The limits are set for a store in the same process: a message takes PostgreSQL three trips, whatever the desk does.
    let limit = |guard: f64, aim: f64| if database == "sqlite" { Must::Stay(guard, aim) } else { Must::BeKnown };
    let ack = print("acknowledgement", 2, 0, "p50", limit(3.0, 1.5));
    // The bare server keeps its rows in SQLite.
    let whole = database != "sqlite" || print("acknowledgement, beside one request", 2, IN_ONE, "p50", Must::BeKnown);
    let tail = hogs == 0 || print("acknowledgement", 2, 1, "p99", limit(4.0, 2.0));
    let seen = print("visitor to agent's socket", 4, 0, "p50", if hogs == 0 { limit(4.0, 2.0) } else { Must::BeKnown });
    ack && whole && tail && seen
}

/// The same requests against the bare server.
async fn asked(port: u16, path: &str, count: usize) -> Result<Histogram<u64>> {
    let mut line = Line::open(port).await?;
    let mut echoed = times();
    for number in 0..count {
        let body: Value = body(number);
        let request = request("POST", path, "", &body.to_string());
        let asked = Instant::now();
        line.ask(&request).await?;
        echoed.record(asked.elapsed().as_micros() as u64)?;
    }
    Ok(echoed)
}
