//! The command line. Commands that change something speak to the running server through its control socket, or open
//! the data directory themselves when no server has it.

mod audit;
mod channel;
mod config;
mod contact;
mod demo;
mod doctor;
mod files;
mod healthcheck;
mod key;
mod mailbox;
mod migrate;
mod node;
mod open;
mod openapi;
mod out;
mod serve;
mod staff;
mod work;

use crate::config::{Config, ConfigError, Sources};
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;
use toml::Value;

const EXIT_CODES: &str = "Exit codes: 0 done; 1 failed, or a check found something; 2 the command line or the configuration is wrong; \
     3 the data directory or the database is in use or cannot be reached.";

/// Candor, a support desk for exchanges.
#[derive(Debug, Parser)]
#[command(name = "candor", version, after_help = EXIT_CODES)]
struct Cli {
    #[command(flatten)]
    place: PlaceArgs,
    #[command(subcommand)]
    command: Command,
}

/// Where settings and data are; also as CANDOR_CONFIG, CANDOR_DATA, ...
#[derive(Debug, Args)]
struct PlaceArgs {
    /// The settings file (candor.toml in the working directory when it is there).
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The data directory.
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// A PostgreSQL address; without it SQLite in the data directory.
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
    /// error, warn, info, debug, or filters as target=level.
    #[arg(long, global = true, value_name = "LEVEL")]
    log_level: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the desk.
    Serve(serve::ServeArgs),
    /// Members of staff.
    #[command(subcommand)]
    User(staff::UserCommand),
    /// Tokens of integrations.
    #[command(subcommand)]
    Token(staff::TokenCommand),
    /// Customers.
    #[command(subcommand)]
    Contact(contact::ContactCommand),
    /// Ways on which mail comes in.
    #[command(subcommand)]
    Channel(channel::ChannelCommand),
    /// Master key and customers' keys.
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// Brings the database to this program's schema, or says what is missing.
    Migrate(migrate::MigrateArgs),
    /// Where the bytes of files lie.
    #[command(subcommand)]
    Files(files::FilesCommand),
    /// The settings in force.
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// Looks for what is wrong with this installation.
    Doctor(doctor::DoctorArgs),
    /// Desks to look at and to measure.
    #[command(subcommand)]
    Demo(demo::DemoCommand),
    /// Prints the OpenAPI document.
    Openapi(openapi::OpenapiArgs),
    /// The audit log.
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Events that a part of the desk failed on.
    #[command(subcommand)]
    Parked(work::ParkedCommand),
    /// The feed of events for programs outside.
    #[command(subcommand)]
    Events(work::EventsCommand),
    /// Asks a running server whether it is ready: for containers.
    Healthcheck(healthcheck::HealthcheckArgs),
}

/// Why a command was not done, with its exit code.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0:#}")]
    Failed(#[from] anyhow::Error),
    #[error("{0}")]
    Config(#[from] ConfigError),
    #[error("{0}")]
    Unreachable(String),
    /// The command has said itself what it found.
    #[error("")]
    Found,
}

impl Failure {
    fn code(&self) -> u8 {
        match self {
            Self::Failed(_) | Self::Found => 1,
            Self::Config(_) => 2,
            Self::Unreachable(_) => 3,
        }
    }
}

impl From<candor_store::Error> for Failure {
    fn from(error: candor_store::Error) -> Self {
        use candor_store::Error as E;
        match error {
            E::Locked { .. } | E::Unavailable(_) | E::SameNode { .. } | E::Pooled | E::ReadOnlyDisk { .. } => {
                Self::Unreachable(error.to_string())
            }
            other => Self::Failed(other.into()),
        }
    }
}

impl From<candor_app::Error> for Failure {
    fn from(error: candor_app::Error) -> Self {
        match error {
            candor_app::Error::Store(error) => error.into(),
            other => Self::Failed(other.into()),
        }
    }
}

type Done = Result<(), Failure>;

/// Reads the command line, does it, answers with the exit code.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let said = failure.to_string();
            if !said.is_empty() {
                out::problem(&said);
            }
            ExitCode::from(failure.code())
        }
    }
}

fn run(cli: Cli) -> Done {
    let place = cli.place;
    match cli.command {
        Command::Serve(args) => serve::run(place.load(args.flags())?),
        Command::User(command) => staff::user(&place.load(Vec::new())?, command),
        Command::Token(command) => staff::token(&place.load(Vec::new())?, command),
        Command::Parked(command) => work::parked(&place.load(Vec::new())?, command),
        Command::Events(command) => work::events(&place.load(Vec::new())?, &command),
        Command::Channel(command) => channel::channel(&place.load(Vec::new())?, command),
        Command::Contact(command) => contact::run(&place.load(Vec::new())?, &command),
        Command::Key(command) => key::run(&place.load(Vec::new())?, &command),
        Command::Migrate(args) => migrate::run(&place.load(Vec::new())?, &args),
        Command::Files(command) => files::run(&place.load(Vec::new())?, &command),
        Command::Config(command) => config::run(&place.load(Vec::new())?, &command),
        Command::Demo(command) => demo::run(place.load(Vec::new())?, &command),
        Command::Doctor(args) => doctor::run(place, &args),
        Command::Openapi(args) => openapi::run(&args),
        Command::Audit(command) => audit::run(&place.load(Vec::new())?, &command),
        Command::Healthcheck(args) => healthcheck::run(&place, &args),
    }
}

impl PlaceArgs {
    /// The settings with these flags over them.
    fn load(&self, mut flags: Vec<(&'static str, Value)>) -> Result<Config, ConfigError> {
        let text = |text: &String| Value::String(text.clone());
        flags.extend(self.data.as_ref().map(|data| ("data", Value::String(data.display().to_string()))));
        flags.extend(self.database_url.as_ref().map(|url| ("database_url", text(url))));
        flags.extend(self.log_level.as_ref().map(|level| ("log_level", text(level))));
        // Names and values that are not text are nobody's of ours.
        let environment = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Config::load(Sources { file: self.config.clone(), environment: environment.collect(), flags })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_has_words_of_help() {
        for command in Cli::command().get_subcommands() {
            assert!(command.get_about().is_some(), "{}", command.get_name());
        }
    }
}
