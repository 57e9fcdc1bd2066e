//! `candor config check|dump`.

use super::{Done, out};
use crate::config::Config;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Reads all settings; exit code 2 and the first mistake when there is one.
    Check,
    /// Prints the settings in force as a file, secrets masked.
    Dump {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

pub(super) fn run(config: &Config, command: &ConfigCommand) -> Done {
    match command {
        ConfigCommand::Check => out::line("the settings are in order"),
        ConfigCommand::Dump { json: true } => out::json(config),
        ConfigCommand::Dump { json: false } => out::text(&config.dump()),
    }
    Ok(())
}
