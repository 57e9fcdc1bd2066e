//! All figures of a release in one run: each is printed with the raw limit beside it, so that it is a ratio.

use crate::client::Client;
use crate::desk::{Desk, DeskArgs};
use crate::{echo, floor, ingest, report, search};
use anyhow::{Context, Result};
use clap::Args;
use hdrhistogram::Histogram;
use serde_json::json;
use std::time::Duration;

#[derive(Debug, Args)]
pub(crate) struct FiguresArgs {
    #[command(flatten)]
    desk: DeskArgs,
    /// Messages of the ingest run.
    #[arg(long, default_value_t = 40_000)]
    messages: usize,
    /// Interleaved rounds; the median counts.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Messages of the large desk for search; 0 leaves it out.
    #[arg(long, default_value_t = 1_000_000)]
    large: u64,
    /// A PostgreSQL server whose raw commits are measured too.
    #[arg(long, value_name = "URL")]
    commits: Option<String>,
}

pub(crate) async fn run(args: &FiguresArgs) -> Result<bool> {
    footprint(args).await?;
    ingested(args).await?;
    acknowledged(args).await?;
    if let Some(url) = args.commits.clone() {
        let commits = tokio::task::spawn_blocking(move || floor::postgres_commits(&url, 32, Duration::from_secs(3)))
            .await
            .context("the thread panicked")??;
        report::line(&json!({ "figure": "postgres_commits_32_clients", "per_second": commits.round() }));
    }
    if args.large > 0 {
        searched(args).await?;
    }
    Ok(true)
}

/// Start and memory of an idle desk.
async fn footprint(args: &FiguresArgs) -> Result<()> {
    let mut desk = Desk::start(&args.desk).await?;
    let mut starts = Vec::new();
    for _ in 0..args.rounds.max(3) {
        desk.kill()?;
        starts.push(desk.wake().await?.as_secs_f64() * 1000.0);
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let idle = resident(&desk)?;
    report::line(&json!({ "figure": "start_to_ready_ms", "database": args.desk.database(), "median": round(median(&mut starts)) }));
    report::line(&json!({ "figure": "idle_resident_mb", "database": args.desk.database(), "value": round(idle) }));
    Ok(())
}

/// Messages a second, from the first request to the last reaction, against bare statements in groups of 100.
async fn ingested(args: &FiguresArgs) -> Result<()> {
    let (mut desk_rates, mut floors, mut acks) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..args.rounds {
        let desk = Desk::start(&args.desk).await?;
        let run = ingest::flood(&desk, args.messages).await?;
        desk_rates.push(run.per_second);
        acks.push(quantile(&run.ack, 0.5));
        let disk = disk_use(desk.data())?;
        report::line(
            &json!({ "round": "ingest", "database": args.desk.database(), "per_second": run.per_second.round(), "acknowledged_per_second": run.requests_per_second.round(),
            "ack_p50_ms": quantile(&run.ack, 0.5), "ack_p99_ms": quantile(&run.ack, 0.99), "disk_mb": round(disk) }),
        );
        if args.desk.database() == "sqlite" {
            let database = desk.data().join("candor.db");
            let count = args.messages;
            let bare = tokio::task::spawn_blocking(move || floor::grouped(&database, count)).await.context("the thread panicked")??;
            report::line(&json!({ "round": "floor", "rows_of_a_message_in_groups_of_100_per_second": bare.round() }));
            floors.push(bare);
        }
    }
    let rate = median(&mut desk_rates);
    let mut line = json!({ "figure": "ingest", "database": args.desk.database(), "messages": args.messages, "messages_per_second": rate.round(), "ack_p50_ms": median(&mut acks) });
    if !floors.is_empty() {
        let bare = median(&mut floors);
        line["floor_per_second"] = json!(bare.round());
        line["ratio"] = json!(round(rate / bare));
    }
    report::line(&line);
    Ok(())
}

/// One client's acknowledgement against a single durable commit and an echo.
async fn acknowledged(args: &FiguresArgs) -> Result<()> {
    const COUNT: usize = 2_000;
    let echo = echo::start().await?;
    let desk = Desk::start(&args.desk).await?;
    let mut ratios = Vec::new();
    desk.admin().await?;
    for _ in 0..args.rounds {
        let commit =
            tokio::task::spawn_blocking(|| floor::single_commit(COUNT)).await.context("the thread panicked")??.as_secs_f64() * 1000.0;
        let bare = quantile(&ingest::echoes(&echo, COUNT).await?, 0.5);
        let times = ingest::one_by_one(&desk, COUNT).await?;
        let ack = quantile(&times, 0.5);
        ratios.push(ack / (commit + bare));
        report::line(
            &json!({ "round": "acknowledgement", "database": args.desk.database(), "ack_p50_ms": ack, "ack_p99_ms": quantile(&times, 0.99),
            "commit_p50_ms": round(commit), "echo_p50_ms": bare, "ratio": round(ack / (commit + bare)) }),
        );
    }
    report::line(
        &json!({ "figure": "acknowledgement_over_commit_and_echo", "database": args.desk.database(), "ratio": round(median(&mut ratios)) }),
    );
    Ok(())
}

/// Search on a large desk, by somebody who sees all and by somebody who sees one in a hundred.
async fn searched(args: &FiguresArgs) -> Result<()> {
    const COUNT: usize = 400;
    let desk = Desk::filled(&args.desk, args.large / 10, args.large).await?;
    let admin = desk.sign_in("lin.xia@demo.test").await?;
    for (name, times) in [("mixed", search::mixed(&admin, COUNT).await?), ("commonest", search::commonest(&admin, COUNT).await?)] {
        report::line(
            &json!({ "figure": "search", "queries": name, "sees": "all", "messages": args.large, "p50_ms": quantile(&times, 0.5), "p99_ms": quantile(&times, 0.99) }),
        );
    }
    let narrow = desk.narrow(&admin).await?;
    let times = search::commonest(&narrow, COUNT).await?;
    report::line(
        &json!({ "figure": "search", "queries": "commonest", "sees": "1 %", "messages": args.large, "p50_ms": quantile(&times, 0.5), "p99_ms": quantile(&times, 0.99) }),
    );
    report::line(&json!({ "figure": "resident_mb_large", "messages": args.large, "value": round(resident(&desk)?) }));
    inbox(&admin).await
}

/// A page of the inbox and an opened conversation, on the large desk.
async fn inbox(admin: &Client) -> Result<()> {
    const COUNT: usize = 400;
    let (mut pages, mut opened) = (Histogram::<u64>::new(3)?, Histogram::<u64>::new(3)?);
    for _ in 0..COUNT {
        let asked = std::time::Instant::now();
        let page = admin.get("/api/v1/conversations?view=all&limit=50").await?.ok()?;
        pages.record(asked.elapsed().as_micros() as u64)?;
        let id = crate::client::text(&page, "/items/0/id")?;
        let asked = std::time::Instant::now();
        admin.get(&format!("/api/v1/conversations/{id}/timeline?limit=50")).await?.ok()?;
        opened.record(asked.elapsed().as_micros() as u64)?;
    }
    report::line(&json!({ "figure": "inbox_page_of_50", "p50_ms": quantile(&pages, 0.5), "p99_ms": quantile(&pages, 0.99) }));
    report::line(&json!({ "figure": "timeline", "p50_ms": quantile(&opened, 0.5), "p99_ms": quantile(&opened, 0.99) }));
    Ok(())
}

/// Milliseconds at a quantile of a histogram of microseconds.
fn quantile(times: &Histogram<u64>, quantile: f64) -> f64 {
    round(times.value_at_quantile(quantile) as f64 / 1000.0)
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// Resident memory of the server, in megabytes.
fn resident(desk: &Desk) -> Result<f64> {
    let pid = desk.pid().context("the server does not run")?;
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).context("no /proc")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    let kilobytes: f64 = line.trim().trim_end_matches("kB").trim().parse().context("not a number")?;
    Ok(kilobytes / 1024.0)
}

/// Megabytes below a folder.
fn disk_use(folder: &std::path::Path) -> Result<f64> {
    let mut sum = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        sum += if entry.file_type()?.is_dir() { (disk_use(&entry.path())? * 1048576.0) as u64 } else { entry.metadata()?.len() };
    }
    Ok(sum as f64 / 1048576.0)
}
