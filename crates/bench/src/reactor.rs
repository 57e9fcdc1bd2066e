//! What reactions cost, and whether they catch up: writers at full speed with and without reactors, then three times the rate
//! the desk sustains. In the end the outside feed must have told every event once and in order, and the database no deadlock.

use crate::client::{Answer, Client, text};
use crate::desk::{Desk, DeskArgs};
use crate::feed;
use crate::ingest::body;
use crate::report::{self, Figure, Must, quantile, round, times};
use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use hdrhistogram::Histogram;
use postgres::NoTls;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use uuid::Uuid;

#[derive(Debug, Args)]
pub(crate) struct ReactorArgs {
    #[command(flatten)]
    desk: DeskArgs,
    /// Seconds of each part.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    #[arg(long, default_value_t = 16)]
    writers: usize,
    #[arg(long, default_value_t = 40)]
    conversations: usize,
    /// Only whether everything is right in the end: how quick a debug build is says nothing.
    #[arg(long)]
    untimed: bool,
}

/// After a burst the reactor must be this close again, and this soon.
const CLOSE_S: f64 = 1.0;
const SOON: Duration = Duration::from_secs(60);
/// A run that is slower than this is given up.
const PATIENCE: Duration = Duration::from_secs(600);

pub(crate) async fn run(args: &ReactorArgs) -> Result<bool> {
    let mut holds = true;
    let bare = if args.desk.postgres().is_some() { Some(without_reactors(args).await?) } else { None };
    let desk = Desk::node(&args.desk, None, &[]).await?;
    let stage = Stage::set(&desk, args.conversations).await?;
    let before = deadlocks(&desk).await?;

    let begun = Instant::now();
    let poured = stage.pour(args.writers, Duration::from_secs(args.seconds), None).await?;
    caught_up(&desk, 0.0, PATIENCE).await?;
    let sustained = poured.acknowledged as f64 / begun.elapsed().as_secs_f64();
    if let Some(bare) = bare {
        let (with, without) = (quantile(&poured.times, 0.99), quantile(&bare.times, 0.99));
        holds &= print(
            args,
            Figure {
                name: "p99 of a command with reactors, over without",
                measured: format!("{with} ms"),
                beside: format!("{without} ms"),
                value: with / without,
                must: Must::Stay(3.0, 1.5),
                rounds: json!({ "acknowledged_per_second": round(poured.per_second()), "without_per_second": round(bare.per_second()) }),
            },
        );
    }

    let burst = stage.pour(args.writers * 3, Duration::from_secs(args.seconds), Some(sustained * 3.0)).await?;
    let (late, ended) = (desk.reactor_behind().await?, Instant::now());
    caught_up(&desk, CLOSE_S, if args.untimed { PATIENCE } else { PATIENCE.min(SOON * 5) }).await?;
    holds &= print(
        args,
        Figure {
            name: "seconds until the reactor is less than one behind, after a burst of three times the sustained rate",
            measured: format!("{} s", round(ended.elapsed().as_secs_f64())),
            beside: format!(
                "{} messages/s sustained, {} in the burst, {} s behind at its end",
                sustained.round(),
                burst.per_second().round(),
                round(late)
            ),
            value: ended.elapsed().as_secs_f64(),
            must: Must::Stay(SOON.as_secs_f64(), 10.0),
            rounds: json!({ "database": args.desk.database(), "put_off": burst.put_off }),
        },
    );

    caught_up(&desk, 0.0, PATIENCE).await?;
    // Each conversation began with a message of its own.
    let said = poured.acknowledged + burst.acknowledged + stage.seats.len();
    let told = feed::whole(&stage.admin, &desk.address(), said).await?;
    let deadlocked = deadlocks(&desk).await? - before;
    report::line(&json!({ "figure": "reactor", "database": args.desk.database(), "told_outside": told, "deadlocks": deadlocked }));
    ensure!(deadlocked == 0, "{deadlocked} deadlocks in the database");
    Ok(holds)
}

/// The same load on a desk whose reactors do not run.
async fn without_reactors(args: &ReactorArgs) -> Result<Poured> {
    let desk = Desk::node(&args.desk, None, &[("CANDOR_ROLE", "web")]).await?;
    Stage::set(&desk, args.conversations).await?.pour(args.writers, Duration::from_secs(args.seconds), None).await
}

/// A figure, or only what it was where no time is held against it.
fn print(args: &ReactorArgs, mut figure: Figure<'_>) -> bool {
    if args.untimed {
        figure.must = Must::BeKnown;
    }
    figure.print()
}

/// Visitors with a conversation each.
struct Stage {
    admin: Client,
    seats: Arc<Vec<(Client, String)>>,
}

/// What came of it.
struct Poured {
    times: Histogram<u64>,
    acknowledged: usize,
    put_off: usize,
    took: Duration,
}

impl Poured {
    fn per_second(&self) -> f64 {
        self.acknowledged as f64 / self.took.as_secs_f64()
    }
}

impl Stage {
    async fn set(desk: &Desk, count: usize) -> Result<Self> {
        let admin = desk.admin().await?;
        let inbox = desk.inbox(&admin).await?;
        let mut seats = Vec::with_capacity(count);
        for _ in 0..count {
            let (client, _) = desk.visitor(&inbox).await?;
            let started = client.post("/visitor/v1/conversations", &json!({ "client_id": Uuid::new_v4(), "text": "hello" })).await?.ok()?;
            seats.push((client, text(&started, "/conversation/id")?));
        }
        Ok(Self { admin, seats: Arc::new(seats) })
    }

    /// Writers go round all conversations, as fast as they are answered or at a rate.
    async fn pour(&self, writers: usize, time: Duration, rate: Option<f64>) -> Result<Poured> {
        let (begun, tickets) = (Instant::now(), Arc::new(AtomicUsize::new(0)));
        let mut tasks = JoinSet::new();
        for _ in 0..writers {
            let (seats, tickets) = (Arc::clone(&self.seats), Arc::clone(&tickets));
            tasks.spawn(async move {
                let (mut times, mut acknowledged, mut put_off) = (times(), 0, 0);
                while begun.elapsed() < time {
                    let ticket = tickets.fetch_add(1, Ordering::Relaxed);
                    if let Some(rate) = rate {
                        tokio::time::sleep_until((begun + Duration::from_secs_f64(ticket as f64 / rate)).into()).await;
                    }
                    let (client, conversation) = &seats[ticket % seats.len()];
                    let asked = Instant::now();
                    let answer = say(client, conversation, &body(ticket)).await?;
                    times.record(asked.elapsed().as_micros() as u64)?;
                    match answer.status {
                        200 | 201 => acknowledged += 1,
                        503 => put_off += 1,
                        other => bail!("a message was answered {other}: {}", answer.body),
                    }
                }
                Ok((times, acknowledged, put_off))
            });
        }
        let mut poured = Poured { times: times(), acknowledged: 0, put_off: 0, took: Duration::ZERO };
        while let Some(done) = tasks.join_next().await {
            let (times, acknowledged, put_off) = done.context("a writer broke")??;
            poured.times.add(&times)?;
            poured.acknowledged += acknowledged;
            poured.put_off += put_off;
        }
        poured.took = begun.elapsed();
        Ok(poured)
    }
}

/// A line that the server had closed by then is opened anew, and the same is said again, as every client does.
async fn say(client: &Client, conversation: &str, message: &Value) -> Result<Answer> {
    let path = format!("/visitor/v1/conversations/{conversation}/messages");
    match client.post(&path, message).await {
        Err(_) => client.post(&path, message).await,
        answer => answer,
    }
}

/// Waits until the reactor is no further behind than this.
async fn caught_up(desk: &Desk, seconds: f64, patience: Duration) -> Result<()> {
    let begun = Instant::now();
    while desk.reactor_behind().await? > seconds {
        ensure!(begun.elapsed() < patience, "the reactor is still behind after {patience:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// Deadlocks that PostgreSQL has counted in this desk's database; its statistics come a moment late.
async fn deadlocks(desk: &Desk) -> Result<i64> {
    let Some(url) = desk.database_url() else { return Ok(0) };
    tokio::time::sleep(Duration::from_secs(1)).await;
    let count = move || -> Result<i64> {
        let mut client = postgres::Client::connect(&url, NoTls)?;
        Ok(client.query_one("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()", &[])?.get(0))
    };
    tokio::task::spawn_blocking(count).await.context("the thread panicked")?
}
