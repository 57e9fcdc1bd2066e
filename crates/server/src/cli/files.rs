//! `candor files`: whether this node sees the desk's files, and taking another store in place of a lost one.

use super::{Done, Failure, open, out};
use crate::config::Config;
use candor_app::file::{self, Unclaimed};
use candor_app::{App, FilePlace};
use candor_store::Db;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(super) enum FilesCommand {
    /// Says where files lie and whether they are this desk's.
    Status,
    /// Takes the configured store as the desk's, when the one that it had is lost. Stop all nodes first; files that are not in it stay missing.
    Accept {
        /// Does it.
        #[arg(long, required = true)]
        yes: bool,
    },
}

pub(super) fn run(config: &Config, command: &FilesCommand) -> Done {
    let options = open::options(config)?;
    let runtime = open::runtime()?;
    let db = match command {
        FilesCommand::Status => Db::open_reader(options)?,
        FilesCommand::Accept { .. } => Db::open(options)?,
    };
    let app = open::app(config, db)?;
    let place = config.files();
    let done = runtime.block_on(async {
        match command {
            FilesCommand::Status => file::is_own(&app).await.map(|own| if own { "holds this desk's files" } else { "is not in use yet" }),
            FilesCommand::Accept { .. } => file::accept(&app).await.map(|()| "is this desk's store of files now"),
        }
    });
    app.db.close();
    out::line(&format!("{place} {}", done.map_err(|why| refused(&place, why))?));
    Ok(())
}

/// Before anybody is served: a desk on several nodes, or in a place that was chosen, must lie where its mark is. Files in
/// the data directory of an only node go wherever its database goes.
pub(super) async fn claim(config: &Config, app: &App) -> Done {
    if config.database_url.is_none() && !config.names_files() {
        return Ok(());
    }
    file::claim(app).await.map_err(|why| refused(&config.files(), why))
}

pub(super) fn refused(place: &FilePlace, why: Unclaimed) -> Failure {
    match why {
        Unclaimed::App(error) => error.into(),
        why => Failure::Unreachable(format!("files cannot lie in {place}: {why}")),
    }
}
