//! Memory of a signed-in visitor who only listens, beside a bare socket that does; and whether a message still arrives as
//! quickly while so many listen.

use super::FiguresArgs;
use super::ack::Pair;
use crate::bare::Bare;
use crate::client::Client;
use crate::desk::Desk;
use crate::line::{Line, request};
use crate::machine;
use crate::report::{Figure, Must, median, quantile, round};
use crate::socket::{self, Door, Socket};
use anyhow::{Context, Result};
use futures_util::StreamExt;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::task::JoinSet;

/// Rights are looked at every 4 s: by then every line has done all that it ever does.
const SETTLE: Duration = Duration::from_secs(6);
const FEW: usize = 10;
const MESSAGES: usize = 500;

pub(super) async fn run(args: &FiguresArgs) -> Result<bool> {
    let mut desk = Desk::start(&args.desk).await?;
    let admin = desk.admin().await?;
    let tokens = tokens(&desk, &admin, args.sockets).await?;
    let (mut ours, mut bare, mut late) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..args.rounds {
        // A process that has just started has nothing left over from other work.
        desk.kill()?;
        desk.wake().await?;
        let few = arrival(&desk, &admin, &tokens[..FEW.min(tokens.len())]).await?;
        let before = machine::resident(desk.pid()?)?;
        let listening = listen(&desk, &tokens).await?;
        ours.push((machine::resident(desk.pid()?)? - before) / args.sockets as f64 / 1024.0);
        let many = quantile(&Pair::new(&desk, &admin).await?.talk(MESSAGES).await?.1, 0.99);
        late.push((few, many));
        drop(listening);
        bare.push(bare_sockets(args.sockets).await?);
    }
    let (sockets, database) = (args.sockets, args.desk.database());
    let good = Figure {
        name: &format!("memory of an idle visitor's socket at {sockets}, {database}"),
        measured: format!("{:.1} KB", median(&ours)),
        beside: format!("bare axum: {:.1} KB", median(&bare)),
        value: median(&ours) / median(&bare),
        must: Must::Stay(2.0, 1.3),
        rounds: json!({ "kb": ours, "bare_kb": bare }),
    }
    .print();
    let ratio = |(few, many): &(f64, f64)| many / few;
    let steady = Figure {
        name: &format!("visitor to agent's socket, p99, with {sockets} idle sockets, {database}"),
        measured: format!("{} ms", median(&late.iter().map(|one| one.1).collect::<Vec<_>>())),
        beside: format!("with {FEW}: {} ms", median(&late.iter().map(|one| one.0).collect::<Vec<_>>())),
        value: median(&late.iter().map(ratio).collect::<Vec<_>>()),
        must: Must::Stay(4.0, 2.0),
        rounds: json!(late),
    }
    .print();
    Ok(good && steady)
}

/// Sessions of visitors, on one line: their own lines would stay open.
pub(super) async fn tokens(desk: &Desk, admin: &Client, count: usize) -> Result<Vec<String>> {
    let inbox = desk.inbox(admin).await?;
    let headers = format!("origin: {}\r\n", desk.address());
    let start = request("POST", "/visitor/v1/sessions", &headers, &json!({ "inbox": inbox, "locale": "zh-CN" }).to_string());
    let mut line = Line::open(desk.port()).await?;
    let mut tokens = Vec::with_capacity(count);
    for _ in 0..count {
        let session: Value = serde_json::from_slice(&line.ask(&start).await?).context("no session")?;
        tokens.push(crate::client::text(&session, "/token")?);
    }
    Ok(tokens)
}

/// The door of a visitor's socket.
pub(super) fn visitors_door<'a>(desk: &Desk, origin: &'a [(&'static str, String)], token: &str, watch: &Value) -> Door<'a> {
    let first = json!({ "type": "auth", "token": token, "watch": watch }).to_string();
    Door { port: desk.port(), path: "/visitor/v1/stream", headers: origin, first: Some(first), ready: r#""type":"ready""# }
}

/// Opens a socket for each and reads them until they are dropped.
async fn listen(desk: &Desk, tokens: &[String]) -> Result<JoinSet<()>> {
    let origin = [("origin", desk.address())];
    let sockets = socket::many(tokens.len(), |number| visitors_door(desk, &origin, &tokens[number], &json!([]))).await?;
    let listening = kept(sockets);
    tokio::time::sleep(SETTLE).await;
    Ok(listening)
}

/// Answers what the server asks, as every client does.
pub(super) fn kept(sockets: Vec<Socket>) -> JoinSet<()> {
    let mut reading = JoinSet::new();
    for mut socket in sockets {
        reading.spawn(async move { while let Some(Ok(_)) = socket.next().await {} });
    }
    reading
}

async fn arrival(desk: &Desk, admin: &Client, few: &[String]) -> Result<f64> {
    let listening = listen(desk, few).await?;
    let (_, seen) = Pair::new(desk, admin).await?.talk(MESSAGES).await?;
    drop(listening);
    Ok(quantile(&seen, 0.99))
}

/// Kilobytes of a bare socket.
async fn bare_sockets(count: usize) -> Result<f64> {
    let bare = Bare::start(None)?;
    let door = || Door { port: bare.port, path: "/socket", headers: &[], first: None, ready: "ready" };
    // The first connection pays for what a process makes once.
    drop(socket::open(&door(), 0).await?);
    let before = machine::resident(bare.pid())?;
    let listening = kept(socket::many(count, |_| door()).await?);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let each = (machine::resident(bare.pid())? - before) / count as f64 / 1024.0;
    drop(listening);
    Ok(round(each))
}
