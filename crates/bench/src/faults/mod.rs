//! Things that go wrong around a desk while people write: the disk, the database, the way to it, the clock. Whatever it is,
//! who writes hears "not now" or nothing, repeats, and has everything once; the desk gets well without a hand.

mod clock;
mod commits;
mod disk;
mod postgres;
mod uploads;
mod wire;

use crate::ledger::Faults;
use crate::report;
use crate::writers::Outcome;
use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

#[derive(Debug, Args)]
pub(crate) struct FaultsArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// The disk is full, again and again.
    Full(disk::FullArgs),
    /// The disk does not sync, write or read, as a preloaded library orders it.
    Broken(disk::BrokenArgs),
    /// PostgreSQL is killed with -9 and started again.
    Postgres(postgres::PostgresArgs),
    /// The answer to COMMIT gets lost on its way.
    Commits(commits::CommitsArgs),
    /// No note reaches another node.
    Deaf(commits::DeafArgs),
    /// The clock jumps.
    Clock(clock::ClockArgs),
}

pub(crate) async fn run(args: &FaultsArgs) -> Result<bool> {
    match &args.what {
        What::Full(args) => disk::full(args).await,
        What::Broken(args) => disk::broken(args).await,
        What::Postgres(args) => postgres::run(args).await,
        What::Commits(args) => commits::run(args).await,
        What::Deaf(args) => commits::deaf(args).await,
        What::Clock(args) => clock::run(args).await,
    }
}

/// Prints how a run ended; true when nothing was lost, doubled or moved and the audit log is whole.
fn told(name: &str, outcome: Outcome, audit: bool, more: &Value) -> bool {
    let good = outcome.faults == Faults::default() && audit;
    report::line(&json!({
        "figure": format!("fault-{name}"), "passed": good, "acknowledged": outcome.acknowledged, "put_off": outcome.put_off,
        "unanswered": outcome.unanswered, "faults": outcome.faults, "audit_whole": audit, "more": more,
    }));
    good
}
