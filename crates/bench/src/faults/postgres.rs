//! PostgreSQL dies and comes back under load. The desk stays up, says "not now" meanwhile, and loses nothing.

use super::told;
use crate::desk::{Desk, DeskArgs};
use crate::writers::Load;
use anyhow::{Context, Result, ensure};
use clap::Args;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

const LIFE_MS: std::ops::Range<u64> = 100..700;
const WELL: Duration = Duration::from_secs(30);

#[derive(Debug, Args)]
pub(crate) struct PostgresArgs {
    #[command(flatten)]
    desk: DeskArgs,
    /// The folder of a cluster of this run's own, made by scripts/postgres.sh.
    #[arg(long, value_name = "DIR")]
    cluster: PathBuf,
    #[arg(long, default_value_t = 5)]
    kills: u32,
    #[arg(long, default_value_t = 4)]
    writers: usize,
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub(crate) async fn run(args: &PostgresArgs) -> Result<bool> {
    ensure!(args.desk.postgres().is_some(), "--postgres is the address of the cluster");
    let mut desk = Desk::start(&args.desk).await?;
    let admin = desk.admin().await?;
    let load = Load::begin(&desk, &admin, args.writers).await?;
    let mut random = StdRng::seed_from_u64(args.seed);
    let mut slowest = Duration::ZERO;
    for kill in 0..args.kills {
        load.wait_for(args.writers, WELL).await?;
        tokio::time::sleep(Duration::from_millis(random.random_range(LIFE_MS))).await;
        cluster("kill", &args.cluster).await?;
        cluster("again", &args.cluster).await?;
        let took = load.wait_for(args.writers, WELL).await.with_context(|| format!("after kill {}", kill + 1))?;
        slowest = slowest.max(took);
    }
    desk.is_still_up()?;
    let outcome = load.end().await?;
    let more = json!({ "kills": args.kills, "seed": args.seed, "slowest_recovery_ms": slowest.as_millis() });
    Ok(told("postgres-killed", outcome, desk.audit_is_whole()?, &more))
}

async fn cluster(what: &'static str, dir: &Path) -> Result<()> {
    let mut command = Command::new("scripts/postgres.sh");
    command.arg(what).arg(dir).stdin(Stdio::null()).stdout(Stdio::null());
    let status = tokio::task::spawn_blocking(move || command.status()).await.context("the thread panicked")?;
    ensure!(status.context("cannot run scripts/postgres.sh")?.success(), "scripts/postgres.sh {what} failed");
    Ok(())
}
