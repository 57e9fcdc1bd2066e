//! The kill loop: writers repeat every message until it is acknowledged while the server is killed with -9, and in the
//! end both surfaces must hold exactly what was acknowledged, once, in order, without a gap. So must the outside feed, whose
//! worker dies with the server while it numbers.

use crate::desk::{Desk, DeskArgs};
use crate::feed;
use crate::ledger::Faults;
use crate::report;
use crate::writers::Load;
use anyhow::Result;
use clap::Args;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::json;
use std::time::{Duration, Instant};

/// How long the server lives between two kills.
const LIFE_MS: std::ops::Range<u64> = 50..400;

#[derive(Debug, Args)]
pub(crate) struct KillArgs {
    #[command(flatten)]
    desk: DeskArgs,
    #[arg(long, default_value_t = 20)]
    kills: u32,
    /// Visitors who write. The first two share a conversation; an agent answers in it too.
    #[arg(long, default_value_t = 4)]
    writers: usize,
    /// Fixes the moments of the kills.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The longest restart that is allowed.
    #[arg(long, default_value_t = 2_000)]
    restart_ms: u128,
}

/// Says whether everything agreed.
pub(crate) async fn run(args: &KillArgs) -> Result<bool> {
    let mut desk = Desk::start(&args.desk).await?;
    let admin = desk.admin().await?;
    let load = Load::begin(&desk, &admin, args.writers).await?;
    let begun = Instant::now();
    let mut slowest = Duration::ZERO;
    let mut random = StdRng::seed_from_u64(args.seed);
    for _ in 0..args.kills {
        tokio::time::sleep(Duration::from_millis(random.random_range(LIFE_MS))).await;
        desk.kill()?;
        slowest = slowest.max(desk.wake().await?);
    }
    let outcome = load.end().await?;
    let told = feed::whole(&admin, &desk.address(), outcome.acknowledged).await?;
    let audit = desk.audit_is_whole()?;
    let good = outcome.faults == Faults::default() && audit && slowest.as_millis() <= args.restart_ms;
    report::line(&json!({
        "figure": "kill", "passed": good, "database": args.desk.database(), "kills": args.kills, "seed": args.seed,
        "acknowledged": outcome.acknowledged, "faults": outcome.faults, "told_outside": told, "audit_whole": audit,
        "slowest_restart_ms": slowest.as_millis(), "took_s": begun.elapsed().as_secs(),
    }));
    Ok(good)
}
