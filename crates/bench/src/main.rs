//! Loads the desk through its public API and says what came of it, one JSON line a figure.
//!
//! It starts the real program and speaks HTTP and WebSocket to it; it knows no crate of ours, and opens a desk's
//! database only beside it: to write or read the same rows bare, and to weigh it.

mod bare;
mod client;
mod cuts;
mod desk;
mod faults;
mod feed;
mod figures;
mod flood;
mod floor;
mod ingest;
mod kill;
mod ledger;
mod line;
mod machine;
mod mails;
mod nodes;
mod people;
mod pgbench;
mod proxy;
mod reactor;
mod report;
mod search;
mod socket;
mod watcher;
mod writers;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[derive(Debug, Parser)]
#[command(about = "Loads the desk through its public API and says what came of it, one JSON line a figure.")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The figures of a release: each beside the raw limit of the same machine, measured in the same run.
    Figures(figures::FiguresArgs),
    /// A bare server to measure beside; the figures start it themselves.
    #[command(hide = true)]
    Bare(bare::BareArgs),
    /// Takes a processor; the figures start it themselves.
    #[command(hide = true)]
    Hog,
    /// Kills the server with -9 under load, again and again, and compares what it has with what it acknowledged.
    Kill(kill::KillArgs),
    /// Kills the server with -9 at every step of SMTP and IMAP while mail comes in, and compares its conversations with what there was.
    Mails(mails::MailsArgs),
    /// Cuts and freezes clients' lines while messages come in, and compares what every client has at the end.
    Cuts(cuts::CutsArgs),
    /// What reactions cost, and whether they catch up after a burst.
    Reactor(reactor::ReactorArgs),
    /// Strangers open chats as fast as they can while agents work, and how long the agents wait meanwhile.
    Flood(flood::FloodArgs),
    /// Breaks what the desk stands on while people write, and compares what it has in the end with what it acknowledged.
    Faults(faults::FaultsArgs),
    /// Plays a desk on two nodes, one of which dies in the middle, and compares what both show with what was acknowledged.
    Nodes(nodes::NodesArgs),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return report::failed(&anyhow::anyhow!("cannot start: {error}")),
    };
    let done = runtime.block_on(async {
        match &cli.command {
            Command::Figures(args) => figures::run(args).await,
            Command::Bare(args) => bare::run(args).await,
            Command::Hog => machine::hog(),
            Command::Kill(args) => kill::run(args).await,
            Command::Mails(args) => mails::run(args).await,
            Command::Cuts(args) => cuts::run(args).await,
            Command::Reactor(args) => reactor::run(args).await,
            Command::Flood(args) => flood::run(args).await,
            Command::Faults(args) => faults::run(args).await,
            Command::Nodes(args) => nodes::run(args).await,
        }
    });
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => report::failed(&error),
    }
}
