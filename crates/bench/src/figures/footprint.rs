//! How long until the desk is ready, and how much memory it holds while nothing happens.

use super::FiguresArgs;
use super::reads::INBOX;
use crate::client::Client;
use crate::desk::Desk;
use crate::machine;
use crate::report::{Figure, Must, median, round};
use anyhow::Result;
use serde_json::json;
use std::time::{Duration, Instant};

/// After a start everything that runs by itself has run once.
const REST: Duration = Duration::from_secs(5);
const STARTS: usize = 5;
const MEGABYTE: f64 = 1_048_576.0;

pub(super) async fn run(args: &FiguresArgs) -> Result<bool> {
    let mut desk = Desk::start(&args.desk).await?;
    let admin = desk.admin().await?;
    told(&mut desk, &admin, &format!("a new desk, {}", args.desk.database())).await
}

/// Kills and starts a desk some times, then lets it rest. Lists wait for open work that is still being read, so the first page of
/// the inbox is told beside what may be asked at once.
pub(super) async fn told(desk: &mut Desk, admin: &Client, which: &str) -> Result<bool> {
    let (mut starts, mut pages) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        desk.kill()?;
        let begun = Instant::now();
        starts.push(desk.wake().await?.as_secs_f64() * 1000.0);
        admin.get(INBOX).await?.ok()?;
        pages.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    tokio::time::sleep(REST).await;
    let idle = machine::resident(desk.pid()?)? / MEGABYTE;
    let start = |name: &str, times: &[f64], must: Must| {
        Figure {
            name: &format!("{name} after kill -9, {which}"),
            measured: format!("{} ms", round(median(times))),
            beside: String::new(),
            value: median(times),
            must,
            rounds: json!(times),
        }
        .print()
    };
    let quick = start("start to ready", &starts, Must::Stay(200.0, 50.0));
    let listed = start("start to the first page of the inbox", &pages, Must::BeKnown);
    let small = Figure {
        name: &format!("idle memory, {which}"),
        measured: format!("{idle:.1} MB"),
        beside: String::new(),
        value: idle,
        must: Must::Stay(100.0, 40.0),
        rounds: json!([idle]),
    }
    .print();
    Ok(quick && listed && small)
}
