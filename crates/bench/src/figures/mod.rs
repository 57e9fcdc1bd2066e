//! The figures of a release, by groups: each is measured in turns with the raw limit of the same machine, so that it is a
//! ratio, and printed as a JSON line that holds its row for docs/figures.md.

mod ack;
mod disk;
mod fanout;
mod footprint;
mod idle;
mod intake;
mod mail;
mod mail_floor;
mod reads;
mod rush;

use crate::desk::{Amount, DeskArgs};
use crate::{machine, report};
use anyhow::Result;
use clap::{Args, ValueEnum};
use serde_json::json;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct FiguresArgs {
    #[command(flatten)]
    desk: DeskArgs,
    /// Which groups; all of them when none is named.
    groups: Vec<Group>,
    /// Interleaved rounds; the median counts.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Messages of a round of the intake.
    #[arg(long, default_value_t = 30_000)]
    messages: usize,
    /// Conversations of the large desk; three messages each.
    #[arg(long, default_value_t = 1_000_000)]
    large: u64,
    /// Where the large desk lies, or is to be kept for the next run. Without it it is filled anew and thrown away.
    #[arg(long, value_name = "DIR")]
    large_dir: Option<PathBuf>,
    /// Idle sockets.
    #[arg(long, default_value_t = 8_000)]
    sockets: usize,
    /// Agents' sockets that hear of one event.
    #[arg(long, default_value_t = 1_000)]
    listeners: usize,
    /// Visitors' sockets of the rush.
    #[arg(long, default_value_t = 5_000)]
    visitors: usize,
    /// The example of `candor-connect` that measures the reader of mails.
    #[arg(long, default_value = "target/release/examples/mail_speed", value_name = "PATH")]
    mail_speed: PathBuf,
    /// How long the rush takes.
    #[arg(long, default_value_t = 30)]
    seconds: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Group {
    /// Messages in, beside bare statements.
    Intake,
    /// What a message takes on the disk.
    Disk,
    /// Acknowledgement and arrival at the agent, beside commit and echo, quiet and with the processors taken.
    Ack,
    /// Memory of idle sockets, beside bare axum.
    Idle,
    /// One event to many sockets, beside a bare broadcast.
    Fanout,
    /// Many sockets of both kinds and 200 messages a second.
    Rush,
    /// Mails a second, beside the same files and rows bare; the memory of a large one; reading beside the bare parser.
    Mail,
    /// Start and memory, small.
    Footprint,
    /// Lists, cases and search at two sizes, beside the bare read; start, memory and filling of the large desk.
    Reads,
}

impl FiguresArgs {
    /// The small desk of every comparison by size, in the large one's proportions.
    fn small(&self) -> Amount {
        Amount { conversations: 10_000, messages: 30_000 }
    }

    fn large(&self) -> Amount {
        Amount { conversations: self.large, messages: self.large * 3 }
    }
}

/// Says whether every figure is where it must be.
pub(crate) async fn run(args: &FiguresArgs) -> Result<bool> {
    machine::raise_limits()?;
    report::line(&json!({ "run": "figures", "commit": machine::commit(), "load": machine::load(), "database": args.desk.database() }));
    let all = Group::value_variants();
    let groups = if args.groups.is_empty() { all } else { &args.groups };
    let mut good = true;
    for group in groups {
        good &= match group {
            Group::Intake => intake::run(args).await?,
            Group::Disk => disk::run(args).await?,
            Group::Ack => ack::run(args).await?,
            Group::Idle => idle::run(args).await?,
            Group::Fanout => fanout::run(args).await?,
            Group::Rush => rush::run(args).await?,
            Group::Mail => mail::run(args).await?,
            Group::Footprint => footprint::run(args).await?,
            Group::Reads => reads::run(args).await?,
        };
    }
    Ok(good)
}
