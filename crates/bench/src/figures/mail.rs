//! How many mails a second are taken, each durable before its 250, beside the same done bare; what a large one costs in memory; and how
//! fast mails are read, beside `mail-parser` alone.

use super::{FiguresArgs, mail_floor};
use crate::machine;
use crate::mails::{Line, count, desk_with_mail, files_of, mail, mail_with_file, mailbox, seen};
use crate::report::{Figure, Must, median, round};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::process::Command;

/// Mails of a round.
const MAILS: usize = 2_000;
/// Bytes of a mail; most are smaller.
const SIZE: usize = 4_000;
/// Servers that hand over at the same time.
const SERVERS: usize = 16;
/// A large mail: so many bytes of words, or of a file in it.
const LARGE: usize = 25 << 20;
/// How long the mails of a round may take until all are conversations.
const PATIENCE: Duration = Duration::from_secs(180);

/// What a round came to.
struct Round {
    taken: f64,
    read: f64,
    floor: f64,
    /// MB more for a large text, and for a large file.
    grown: [f64; 2],
    /// Seconds from its 250 until the large file is a message.
    large_read: f64,
}

pub(super) async fn run(args: &FiguresArgs) -> Result<bool> {
    let mut rounds = Vec::new();
    for _ in 0..args.rounds {
        rounds.push(round_of(args).await?);
    }
    let of = |value: fn(&Round) -> f64| median(&rounds.iter().map(value).collect::<Vec<_>>());
    let database = args.desk.database();
    let shown: Vec<Value> = rounds
        .iter()
        .map(|one| json!({ "taken": one.taken, "read": one.read, "floor": one.floor, "grown_mb": one.grown, "large_read_s": one.large_read }))
        .collect();
    let taken = Figure {
        name: &format!("mail taken, {database}, {SERVERS} servers, {SIZE} bytes each"),
        measured: format!(
            "{:.0} mails/s, each durable before its 250; {:.0}/s until they are messages",
            of(|one| one.taken),
            of(|one| one.read)
        ),
        beside: format!("a synced file each, and one writer of SQLite that commits what waits: {:.0}/s", of(|one| one.floor)),
        value: of(|one| one.taken / one.floor),
        must: if args.desk.postgres().is_some() { Must::BeKnown } else { Must::Reach(0.25, 0.5) },
        rounds: json!(shown),
    }
    .print();
    let large = Figure {
        name: &format!("memory more for a mail of 25 MB, {database}"),
        measured: format!(
            "{} MB for a file, {} MB for words; a message {} s after its 250",
            round(of(|one| one.grown[1])),
            round(of(|one| one.grown[0])),
            round(of(|one| one.large_read))
        ),
        beside: String::new(),
        value: of(|one| one.grown[0].max(one.grown[1])),
        must: Must::Stay(100.0, 75.0),
        rounds: json!(shown),
    }
    .print();
    // Reading knows no database.
    let speed = args.desk.postgres().is_some() || speed(args).await?;
    Ok(taken && large && speed)
}

async fn round_of(args: &FiguresArgs) -> Result<Round> {
    let (desk, port) = desk_with_mail(&args.desk).await?;
    let admin = desk.admin().await?;
    mailbox(&admin).await?;
    let begun = Instant::now();
    let servers: Vec<_> = (0..SERVERS).map(|server| tokio::spawn(serve(port, server))).collect();
    for server in servers {
        server.await.context("a server panicked")??;
    }
    let taken = MAILS as f64 / begun.elapsed().as_secs_f64();
    while count(&admin).await? < MAILS {
        ensure!(begun.elapsed() < PATIENCE, "the mails were not read");
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    let read = MAILS as f64 / begun.elapsed().as_secs_f64();
    drop(desk);
    let floor =
        tokio::task::spawn_blocking(|| mail_floor::mails_per_second(MAILS, SERVERS, SIZE)).await.context("the thread panicked")??;
    let (words, _) = grown(args, &mail("large", LARGE), 0).await?;
    let (file, large_read) = grown(args, &mail_with_file("large", LARGE), 1).await?;
    Ok(Round { taken, read, floor, grown: [words, file], large_read })
}

async fn serve(port: u16, server: usize) -> Result<()> {
    let mut line = Line::open(port).await?;
    line.begin().await?;
    for number in (server..MAILS).step_by(SERVERS) {
        line.again(&mail(&format!("mail {number}"), SIZE)).await?;
    }
    Ok(())
}

/// By how many MB a mail makes a new desk grow until it is a message with so many files, and how many seconds that took.
async fn grown(args: &FiguresArgs, large: &str, files: usize) -> Result<(f64, f64)> {
    let (desk, port) = desk_with_mail(&args.desk).await?;
    let admin = desk.admin().await?;
    mailbox(&admin).await?;
    let mut line = Line::open(port).await?;
    line.begin().await?;
    line.again(&mail("small", SIZE)).await?;
    seen(&admin, "small").await?;
    let before = machine::resident(desk.pid()?)? / f64::from(1 << 20);
    line.again(large).await?;
    let begun = Instant::now();
    // Reading it costs more than taking it: until it is a conversation.
    let id = seen(&admin, "large").await?;
    let took = begun.elapsed().as_secs_f64();
    let found = files_of(&admin, &id).await?;
    ensure!(found == files, "the large mail has {found} files");
    Ok((machine::peak_mb(desk.pid()?)? - before, took))
}

/// How fast mails are read, as the example of the reader's own crate measures it.
async fn speed(args: &FiguresArgs) -> Result<bool> {
    let output = Command::new(&args.mail_speed).output().await.with_context(|| format!("cannot start {}", args.mail_speed.display()))?;
    ensure!(output.status.success(), "measuring the reader ended with {}", output.status);
    let mut good = true;
    for line in String::from_utf8(output.stdout).context("not text")?.lines() {
        let said: Value = serde_json::from_str(line).context("not a figure")?;
        let number = |name: &str| said[name].as_f64().with_context(|| format!("no {name} in {line}"));
        let (ours, bare) = (number("ours")?, number("bare")?);
        good &= Figure {
            name: &format!("reading mails: {}", said["mails"].as_str().unwrap_or_default()),
            measured: format!("{} ms/MB", round(ours)),
            beside: format!("`mail-parser` alone: {} ms/MB", round(bare)),
            value: ours / bare,
            must: Must::Stay(3.0, 1.5),
            rounds: said,
        }
        .print();
    }
    Ok(good)
}
