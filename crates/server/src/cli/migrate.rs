//! `candor migrate`: brings the database to this program's schema, or says how it stands.

use super::{Done, Failure, open, out};
use crate::config::Config;
use candor_store::{Db, Error, Place};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

#[derive(Debug, Args)]
pub(super) struct MigrateArgs {
    #[command(subcommand)]
    command: Option<MigrateCommand>,
    /// Says how it stands and changes nothing; exit code 1 when something is missing.
    #[arg(long)]
    check: bool,
    /// Migrates a PostgreSQL database that holds data. Stop all nodes first and have a backup.
    #[arg(long, conflicts_with = "check")]
    yes: bool,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum MigrateCommand {
    /// Says how it stands and changes nothing.
    Status,
}

pub(super) fn run(config: &Config, args: &MigrateArgs) -> Done {
    if args.check || args.command.is_some() {
        return check(config, args);
    }
    let mut options = open::options(config)?;
    options.migrate = args.yes;
    Db::open(options)?.close();
    tell(args, "up_to_date", 0);
    Ok(())
}

fn check(config: &Config, args: &MigrateArgs) -> Done {
    if matches!(open::place(config), Place::Sqlite { dir } if !dir.join("candor.db").exists()) {
        tell(args, "no_database", 0);
        return Ok(());
    }
    match Db::open_reader(open::options(config)?) {
        Ok(db) => {
            db.close();
            tell(args, "up_to_date", 0);
            Ok(())
        }
        Err(Error::NeedsMigration { pending }) => {
            tell(args, "pending", pending);
            if args.check { Err(Failure::Found) } else { Ok(()) }
        }
        Err(error) => Err(error.into()),
    }
}

fn tell(args: &MigrateArgs, state: &str, pending: usize) {
    if args.json {
        let answer: Value = json!({ "state": state, "pending": pending });
        return out::json(&answer);
    }
    out::line(&match state {
        "no_database" => "there is no database yet; the first start makes it".to_owned(),
        "pending" => format!("{pending} migrations are missing; run `candor migrate --yes`"),
        _ => "the database has this program's schema".to_owned(),
    });
}
