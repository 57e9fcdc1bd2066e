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
        let mut sides: Vec<[f64; 7]> = Vec::new();
        for _ in 0..args.rounds {
            let _busy = Hogs::start(hogs);
            // With every processor taken a wait is a slice of the scheduler, so fewer tell as much.
            let count = if hogs == 0 { COUNT } else { COUNT / 4 };
            let commits = tokio::task::spawn_blocking(move || floor::single_commits(count)).await.context("the thread panicked")??;
            let echoes = echoes(bare.port, count).await?;
            let (acks, seen) = pair.talk(count).await?;
            let both = |at: f64| quantile(&commits, at) + quantile(&echoes, at);
            sides.push([
                both(0.5),
                both(0.99),
                quantile(&acks, 0.5),
                quantile(&acks, 0.99),
                quantile(&seen, 0.5),
                quantile(&seen, 0.99),
                quantile(&commits, 0.5),
            ]);
        }
        good &= told(&sides, hogs, args.desk.database());
    }
    Ok(good)
}

fn told(sides: &[[f64; 7]], hogs: usize, database: &str) -> bool {
    let of = |place: usize| median(&sides.iter().map(|side| side[place]).collect::<Vec<_>>());
    let ratio = |place: usize, over: usize| median(&sides.iter().map(|side| side[place] / side[over]).collect::<Vec<_>>());
    let when = if hogs == 0 { "quiet".to_owned() } else { format!("{hogs} hogs") };
    let beside = format!("durable commit + echo: p50 {} ms, p99 {} ms", round(of(0)), round(of(1)));
    let print = |what: &str, p50: usize, value: f64, which: &str, must: Must| {
        let name = format!("{what}, {which}, {database}, {when}");
        let measured = format!("p50 {} ms, p99 {} ms", of(p50), of(p50 + 1));
        Figure { name: &name, measured, beside: beside.clone(), value, must, rounds: json!(sides) }.print()
    };
    let ack = print("acknowledgement", 2, ratio(2, 0), "p50", Must::Stay(3.0, 1.5));
    let tail = match hogs {
        0 => true,
        _ => print("acknowledgement", 2, ratio(3, 1), "p99", Must::Stay(4.0, 2.0)),
    };
    let seen = print("visitor to agent's socket", 4, ratio(4, 0), "p50", if hogs == 0 { Must::Stay(4.0, 2.0) } else { Must::BeKnown });
    ack && tail && seen
}

/// The same requests against a bare echo.
async fn echoes(port: u16, count: usize) -> Result<Histogram<u64>> {
    let mut line = Line::open(port).await?;
    let mut echoed = times();
    for number in 0..count {
        let body: Value = body(number);
        let request = request("POST", "/", "", &body.to_string());
        let asked = Instant::now();
        line.ask(&request).await?;
        echoed.record(asked.elapsed().as_micros() as u64)?;
    }
    Ok(echoed)
}
