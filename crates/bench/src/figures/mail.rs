//! How many mails a second are taken, each durable before its 250, beside durable commits alone; and what a large one costs.

use super::FiguresArgs;
use crate::floor;
use crate::machine;
use crate::mails::{Line, desk_with_mail, mail, mailbox};
use crate::report::{Figure, Must, median, round};
use anyhow::{Context, Result};
use serde_json::json;
use std::time::Instant;

/// Mails of a round.
const MAILS: usize = 2_000;
/// Bytes of a mail; most are smaller.
const SIZE: usize = 4_000;
/// Servers that hand over at the same time.
const SERVERS: usize = 16;
/// A mail with a file of 25 MB.
const LARGE: usize = 25 << 20;
/// Commits of the floor.
const COMMITS: usize = 2_000;

pub(super) async fn run(args: &FiguresArgs) -> Result<bool> {
    let (mut taken, mut commits, mut grown) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..args.rounds {
        let (per_second, more) = round_of(args).await?;
        taken.push(per_second);
        grown.push(more);
        commits.push(tokio::task::spawn_blocking(floor).await.context("the thread panicked")??);
    }
    let (rate, beside, more) = (median(&taken), median(&commits), median(&grown));
    let database = args.desk.database();
    let rounds = json!({ "taken": taken, "commits": commits, "grown_mb": grown });
    let one = Figure {
        name: &format!("mail taken, {database}, {SERVERS} servers, {SIZE} bytes each"),
        measured: format!("{rate:.0} mails/s, each durable before its 250"),
        beside: format!("commits one after the other by bare `rusqlite`: {beside:.0}/s"),
        value: rate / beside,
        must: Must::BeKnown,
        rounds: rounds.clone(),
    }
    .print();
    let two = Figure {
        name: &format!("memory more for a mail of 25 MB, {database}"),
        measured: format!("{} MB", round(more)),
        beside: String::new(),
        value: more,
        must: Must::Stay(100.0, 50.0),
        rounds,
    }
    .print();
    Ok(one && two)
}

/// Mails a second, and by how many MB a large one makes the process grow.
async fn round_of(args: &FiguresArgs) -> Result<(f64, f64)> {
    let (desk, port) = desk_with_mail(&args.desk).await?;
    mailbox(&desk.admin().await?).await?;
    let begun = Instant::now();
    let servers: Vec<_> = (0..SERVERS).map(|server| tokio::spawn(serve(port, server))).collect();
    for server in servers {
        server.await.context("a server panicked")??;
    }
    let per_second = MAILS as f64 / begun.elapsed().as_secs_f64();
    let before = machine::peak_mb(desk.pid()?)?;
    let large = mail("large", LARGE);
    let mut line = Line::open(port).await?;
    line.begin().await?;
    line.again(&large).await?;
    // Reading it costs more than taking it: until it is a conversation.
    crate::mails::seen(&desk.admin_again().await?, "large").await?;
    Ok((per_second, machine::peak_mb(desk.pid()?)? - before))
}

async fn serve(port: u16, server: usize) -> Result<()> {
    let mut line = Line::open(port).await?;
    line.begin().await?;
    for number in 0..MAILS / SERVERS {
        line.again(&mail(&format!("mail {server} {number}"), SIZE)).await?;
    }
    Ok(())
}

fn floor() -> Result<f64> {
    let begun = Instant::now();
    floor::single_commits(COMMITS)?;
    Ok(COMMITS as f64 / begun.elapsed().as_secs_f64())
}
