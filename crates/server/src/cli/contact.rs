//! `candor contact erase`: a customer goes for good; the report says what went and what is left elsewhere.

use super::{Done, Failure, open, out};
use crate::config::Config;
use crate::control::{self, Deed};
use candor_domain::id::ContactId;
use clap::Subcommand;
use serde_json::Value;
use std::time::{SystemTime, UNIX_EPOCH};
use uuid::Uuid;

#[derive(Debug, Subcommand)]
pub(super) enum ContactCommand {
    /// Erases a customer for good and waits until the database keeps nothing of them.
    Erase {
        /// The contact's id, as the console shows it.
        id: ContactId,
        /// Returns when the order is durable; the desk carries it out.
        #[arg(long)]
        no_wait: bool,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Shows how far an erasure is.
    Erasure {
        id: Uuid,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Clearing that is due later than this is not waited for, in milliseconds.
const PATIENCE: i64 = 10_000;

pub(super) fn run(config: &Config, command: &ContactCommand) -> Done {
    let (deed, wait, json) = match *command {
        ContactCommand::Erase { id, no_wait, json } => (Deed::ContactErase { id }, !no_wait, json),
        ContactCommand::Erasure { id, json } => (Deed::ErasureShow { id }, false, json),
    };
    let mut told = String::new();
    let next = |said: &Value| {
        let state = said["state"].as_str().unwrap_or_default().to_owned();
        if wait && !json && state != told {
            out::note(&state);
            told.clone_from(&state);
        }
        let later = said["cleared_at"].as_i64().is_some_and(|at| at > now() + PATIENCE);
        let id = said["id"].as_str()?.parse().ok()?;
        (wait && state != "done" && !(state == "wiped" && later)).then_some(Deed::ErasureShow { id })
    };
    let said = control::perform_to_end(&config.data, deed, next, || open::opened(config))?;
    if json {
        out::json(&said);
    } else {
        report(&said);
    }
    Ok::<(), Failure>(())
}

fn report(said: &Value) {
    let number = |name: &str| said[name].as_i64().unwrap_or_default();
    out::line(&format!("erasure {}: {}", out::cell(&said["id"]), out::cell(&said["state"])));
    out::line(&format!(
        "{} keys destroyed, {} messages, {} files, {} identities wiped; {} conversations stay as shells",
        number("keys"),
        number("messages"),
        number("files"),
        number("identities"),
        number("conversations")
    ));
    if said["state"] == "wiped" {
        out::line("nobody can read anything of it; the database's files are cleared of the rest once a day");
    }
    for copy in said["copies"].as_array().into_iter().flatten() {
        out::line(&format!("an older copy still holds it: {} (removed at {} ms)", out::cell(&copy["name"]), copy["until"]));
    }
}

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).ok().and_then(|since| i64::try_from(since.as_millis()).ok()).unwrap_or_default()
}
