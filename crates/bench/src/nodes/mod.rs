//! Two nodes as one desk: the real program twice on one PostgreSQL, with data directories of their own and one store of
//! files. A visitor stays with node A, an agent with node B; A is killed with -9 while all write, and whoever was there
//! goes on at B. Every step is checked; nothing may be lost, doubled or out of order.

mod pair;
mod revoked;
mod story;

use crate::desk::DeskArgs;
use crate::ledger::Faults;
use crate::report;
use anyhow::{Context, Result};
use clap::Args;
use pair::{Pair, Store};
use serde_json::json;
use std::time::{Duration, Instant};

#[derive(Debug, Args)]
pub(crate) struct NodesArgs {
    #[command(flatten)]
    desk: DeskArgs,
    /// How often the story is played; each time node A is killed and comes back.
    #[arg(long, default_value_t = 2)]
    rounds: u32,
    /// Fixes the moments of the kills.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// An S3-compatible store for the files instead of a shared folder: its address. The bucket `desk` must be there.
    #[arg(long, value_name = "URL")]
    s3: Option<String>,
}

/// What was seen over all rounds.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) acknowledged: usize,
    pub(crate) faults: Faults,
    /// From a message on one node to the other node's socket.
    pub(crate) slowest_wake: Duration,
    /// From a right's end on one node to the other node's refusal.
    pub(crate) slowest_end: Duration,
    /// From the moment a held reply was due to the moment the other node had sent it.
    pub(crate) slowest_release: Duration,
    pub(crate) slowest_restart: Duration,
}

/// Says whether everything agreed; what did not happen in time is an error.
pub(crate) async fn run(args: &NodesArgs) -> Result<bool> {
    let begun = Instant::now();
    let mut pair = Pair::start(&args.desk, args.s3.as_deref().map_or(Store::Folder, Store::Bucket)).await?;
    let mut seen = Seen::default();
    revoked::play(&pair, &mut seen).await.context("rights that end")?;
    for round in 0..args.rounds {
        story::play(&mut pair, round, args.seed, &mut seen).await.with_context(|| format!("round {}", round + 1))?;
    }
    let audit = pair.a.audit_is_whole()?;
    let good = audit && seen.faults == Faults::default();
    report::line(&json!({
        "figure": "nodes", "passed": good, "rounds": args.rounds, "seed": args.seed, "acknowledged": seen.acknowledged, "faults": seen.faults,
        "audit_whole": audit, "slowest_wake_ms": seen.slowest_wake.as_millis(), "slowest_end_of_a_right_ms": seen.slowest_end.as_millis(),
        "slowest_release_ms": seen.slowest_release.as_millis(), "slowest_restart_ms": seen.slowest_restart.as_millis(),
        "took_s": begun.elapsed().as_secs(),
    }));
    Ok(good)
}
