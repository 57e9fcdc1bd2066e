//! A disk that is full, and one that fails. Reads go on, writers hear "not now", and writing goes on when the disk does,
//! in the same process. Files are put off like messages, and leave nothing.

use super::told;
use super::uploads::Uploads;
use crate::desk::{Desk, DeskArgs};
use crate::writers::Load;
use anyhow::{Context, Result, ensure};
use clap::Args;
use serde_json::json;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How soon a broken disk is felt, and how soon the desk writes again after it is well.
const FELT: Duration = Duration::from_secs(30);
const WELL: Duration = Duration::from_secs(20);
const PUT_OFF: usize = 20;
/// What the ballast leaves free, so that the database itself meets the end of the disk.
const LEFT: u64 = 192 << 10;

#[derive(Debug, Args)]
pub(crate) struct FullArgs {
    #[command(flatten)]
    desk: DeskArgs,
    /// A small disk of this run's own: TMPDIR must lie on it.
    #[arg(long, value_name = "DIR")]
    room: PathBuf,
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    #[arg(long, default_value_t = 4)]
    writers: usize,
}

pub(crate) async fn full(args: &FullArgs) -> Result<bool> {
    let mut desk = Desk::start(&args.desk).await?;
    ensure!(std::env::temp_dir().starts_with(&args.room), "TMPDIR does not lie on the small disk");
    let admin = desk.admin().await?;
    let load = Load::begin(&desk, &admin, args.writers).await?;
    load.wait_for(50, WELL).await?;
    let uploads = Uploads::begin(&desk, &admin).await?;
    uploads.is_taken().await?;
    let ballast = args.room.join("ballast");
    let mut slowest = Duration::ZERO;
    for _ in 0..args.rounds {
        fill(&ballast)?;
        until_felt(&load).await?;
        for _ in 0..20 {
            load.reads_go_on().await?;
        }
        uploads.is_put_off().await?;
        std::fs::remove_file(&ballast).context("cannot make room")?;
        slowest = slowest.max(load.wait_for(4 * args.writers, WELL).await?);
        uploads.is_taken().await?;
    }
    desk.is_still_up()?;
    let outcome = load.end().await?;
    let more = json!({ "rounds": args.rounds, "slowest_recovery_ms": slowest.as_millis() });
    Ok(told("full-disk", outcome, desk.audit_is_whole()?, &more))
}

/// Takes all room but a little.
fn fill(ballast: &Path) -> Result<()> {
    let mut file = File::create(ballast).context("no ballast")?;
    let block = vec![0; 64 << 10];
    let mut taken = 0;
    while file.write_all(&block).is_ok() {
        taken += block.len() as u64;
    }
    file.set_len(taken.saturating_sub(LEFT)).context("cannot leave a little room")
}

async fn until_felt(load: &Load) -> Result<()> {
    let (begun, wanted) = (Instant::now(), load.put_off() + PUT_OFF);
    while load.put_off() < wanted {
        ensure!(begun.elapsed() < FELT, "the disk is broken and everybody goes on writing");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

#[derive(Debug, Args)]
pub(crate) struct BrokenArgs {
    #[command(flatten)]
    desk: DeskArgs,
    /// The library that fails on order: scripts/faults/disk.c, compiled.
    #[arg(long, value_name = "PATH")]
    shim: PathBuf,
    #[arg(long, default_value_t = 1)]
    rounds: u32,
    #[arg(long, default_value_t = 4)]
    writers: usize,
}

/// What fails, and whether reading goes on meanwhile.
const ORDERS: [(&str, bool); 3] = [("sync", true), ("write", true), ("read", false)];

pub(crate) async fn broken(args: &BrokenArgs) -> Result<bool> {
    let own = tempfile::tempdir().context("no temporary directory")?;
    let switch = own.path().join("switch");
    let settings = [("LD_PRELOAD", args.shim.to_string_lossy()), ("FAULT_SWITCH", switch.to_string_lossy())];
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_ref())).collect();
    let mut desk = Desk::node(&args.desk, None, &settings).await?;
    let admin = desk.admin().await?;
    let load = Load::begin(&desk, &admin, args.writers).await?;
    load.wait_for(50, WELL).await?;
    let mut slowest = Duration::ZERO;
    for _ in 0..args.rounds {
        for (order, reads) in ORDERS {
            std::fs::write(&switch, order).context("cannot order a failure")?;
            if reads {
                until_felt(&load).await.with_context(|| format!("with failing {order}"))?;
                for _ in 0..20 {
                    load.reads_go_on().await.with_context(|| format!("with failing {order}"))?;
                }
            } else {
                // What is in memory already is read all the same: nobody need feel anything.
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            std::fs::remove_file(&switch).context("cannot end the failure")?;
            slowest = slowest.max(load.wait_for(4 * args.writers, WELL).await.with_context(|| format!("after failing {order}"))?);
        }
    }
    desk.is_still_up()?;
    let outcome = load.end().await?;
    let more = json!({ "rounds": args.rounds, "slowest_recovery_ms": slowest.as_millis() });
    Ok(told("broken-disk", outcome, desk.audit_is_whole()?, &more))
}
