//! `candor parked` and `candor events`: what reactions failed on, and the outside feed after a restore.

use super::{Done, open, out};
use crate::config::Config;
use crate::control::{self, Deed};
use candor_domain::id::ConversationId;
use clap::Subcommand;
use serde_json::Value;

#[derive(Debug, Subcommand)]
pub(super) enum ParkedCommand {
    /// Lists events that a part of the desk failed on three times.
    List {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Runs what is parked in a conversation again, in order, until one fails.
    Run {
        /// The part of the desk, as the list names it.
        follower: String,
        conversation: ConversationId,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum EventsCommand {
    /// After an older copy of the database was put in place: cursors given out before answer 410 from now on.
    NewEpoch {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

const COLUMNS: [&str; 5] = ["follower", "conversation", "seq", "tries", "problem"];

pub(super) fn parked(config: &Config, command: ParkedCommand) -> Done {
    let (deed, json) = match command {
        ParkedCommand::List { json } => (Deed::ParkedList, json),
        ParkedCommand::Run { follower, conversation, json } => (Deed::ParkedRun { follower, conversation }, json),
    };
    let said = control::perform(&config.data, deed, || open::opened(config))?;
    if json {
        out::json(&said);
    } else if let Some(items) = said["items"].as_array() {
        let row = |item: &Value| COLUMNS.iter().map(|column| out::cell(&item[*column])).collect();
        out::table(&COLUMNS, &items.iter().map(row).collect::<Vec<_>>());
    } else {
        out::line(&format!("{} events went well", said["done"]));
    }
    Ok(())
}

pub(super) fn events(config: &Config, command: &EventsCommand) -> Done {
    let EventsCommand::NewEpoch { json } = command;
    let said = control::perform(&config.data, Deed::EventsNewEpoch, || open::opened(config))?;
    if *json {
        out::json(&said);
    } else {
        out::line(&format!("the feed of events is in epoch {}", said["epoch"]));
    }
    Ok(())
}
