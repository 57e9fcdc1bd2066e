//! How many messages a second get in, to the last reaction, beside the same rows written bare.

use super::FiguresArgs;
use crate::desk::Desk;
use crate::ingest::{self, Ingested};
use crate::report::{Figure, Must, median, quantile, round};
use crate::{floor, pgbench};
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::time::Duration;

/// Messages under way on a line of the pipelined run.
const AHEAD: usize = 16;
/// How long the floor on PostgreSQL runs.
const BARE: Duration = Duration::from_secs(10);

pub(super) async fn run(args: &FiguresArgs) -> Result<bool> {
    let (mut single, mut pipelined, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    let (mut server, mut acks, mut rounds) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..args.rounds {
        let one = flood(args, 1).await?;
        let many = flood(args, AHEAD).await?;
        let floor = floor_of(args).await?;
        rounds.push(json!({ "single": shown(&one), "pipelined": shown(&many), "floor": floor.round() }));
        single.push(one.per_second);
        pipelined.push(many.per_second);
        bare.push(floor);
        server.push(one.server_us);
        acks.push(quantile(&one.ack, 0.5));
    }
    let (database, floor) = (args.desk.database(), median(&bare));
    let postgres = args.desk.postgres().is_some();
    let beside = match postgres {
        true => format!("the same statements by `pgbench -M prepared -c 32`, a transaction each: {floor:.0}/s"),
        false => format!("the rows and index words of a message by bare `rusqlite`, 100 a transaction: {floor:.0}/s"),
    };
    let limit = |guard: f64, aim: f64| if postgres { Must::Reach(0.4, 0.7) } else { Must::Reach(guard, aim) };
    let of = |rate: f64, must: Must, name: String, more: String| {
        Figure {
            measured: format!("{rate:.0} messages/s{more}"),
            beside: beside.clone(),
            value: rate / floor,
            must,
            rounds: json!(rounds),
            name: &name,
        }
        .print()
    };
    let more = format!(", acknowledged after {} ms (p50), {:.0} µs of the server's processor each", median(&acks), median(&server));
    let one = of(median(&single), limit(0.25, 0.5), format!("ingest, {database}, one request a message"), more);
    let many = of(median(&pipelined), limit(0.5, 0.8), format!("ingest, {database}, {AHEAD} under way on a line"), String::new());
    Ok(one && many)
}

async fn flood(args: &FiguresArgs, ahead: usize) -> Result<Ingested> {
    let desk = Desk::start(&args.desk).await?;
    ingest::flood(&desk, args.messages, ahead).await
}

/// Messages a second of the bare statements, on a copy of what a desk has just written.
async fn floor_of(args: &FiguresArgs) -> Result<f64> {
    let mut desk = Desk::start(&args.desk).await?;
    ingest::flood(&desk, ingest::CONVERSATIONS, 1).await?;
    desk.kill()?;
    let (database, url, count) = (desk.database_file(), desk.database_url(), args.messages);
    let measure = move || match url {
        Some(url) => pgbench::messages_per_second(&url, BARE),
        None => floor::grouped(&database, count),
    };
    tokio::task::spawn_blocking(measure).await.context("the thread panicked")?
}

fn shown(run: &Ingested) -> Value {
    json!({
        "per_second": run.per_second.round(), "acknowledged_per_second": run.acknowledged_per_second.round(),
        "ack_p50_ms": quantile(&run.ack, 0.5), "ack_p99_ms": quantile(&run.ack, 0.99), "server_us": round(run.server_us),
    })
}
