//! `candor key`: changes the master key and customers' keys while the desk runs.

use super::{Done, Failure, open, out};
use crate::config::Config;
use crate::control::{self, Deed};
use candor_store::{Db, MasterKey, Pool, keys};
use clap::Subcommand;
use serde_json::Value;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(super) enum KeyCommand {
    /// Makes a new master key, wraps all keys with it while the desk goes on, and names the old one.
    Rotate {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Gives every customer a new key and seals everything anew while the desk goes on.
    Renew {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Names the master keys, and says how far a change is.
    Status {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

pub(super) fn run(config: &Config, command: &KeyCommand) -> Done {
    let (deed, json) = match command {
        KeyCommand::Rotate { json } => (Deed::KeyRotate { file: new_key(config)? }, *json),
        KeyCommand::Renew { json } => (Deed::KeyRenew, *json),
        KeyCommand::Status { json } => (Deed::KeyStatus, *json),
    };
    let wait = !matches!(command, KeyCommand::Status { .. });
    let next = |said: &Value| {
        let goes_on = !said["rewrapping"].is_null() || !said["renewing"].is_null();
        (wait && goes_on).then_some(Deed::KeyStatus)
    };
    let said = control::perform_to_end(&config.data, deed, next, || open::opened(config))?;
    if json {
        out::json(&said);
        return Ok(());
    }
    show(&said);
    Ok(())
}

/// Puts a new key before the one in use into the key file. A key that a broken-off change left there is taken instead.
/// `None`: the key comes from outside and is given by the operator.
fn new_key(config: &Config) -> Result<Option<PathBuf>, Failure> {
    if config.master_key.is_some() || config.master_key_command.is_some() {
        return Ok(None);
    }
    let path = open::key_file(config);
    let held = MasterKey::load_or_create(&path)?;
    let db = Db::open_reader(open::options(config)?)?;
    let known = db.read_blocking(Pool::Quick, |rx| keys::masters(rx))?;
    db.close();
    let waiting = held.names().iter().map(ToString::to_string).find(|name| known.iter().all(|one| one.name != *name));
    let current = known.iter().find(|one| one.current).and_then(|one| held.led_by(&one.name));
    let new = match waiting.and_then(|name| held.led_by(&name)) {
        Some(new) => new,
        None => current.unwrap_or(held).under_new(),
    };
    new.save(&path)?;
    // The server works in a directory of its own.
    Ok(Some(std::path::absolute(&path).unwrap_or(path)))
}

fn show(said: &Value) {
    for one in said["masters"].as_array().into_iter().flatten() {
        let standing = match (one["current"].as_bool(), one["removable_at"].as_i64()) {
            (Some(true), _) => "in use",
            (_, Some(_)) => "no longer needed here: remove it when no older copy or backup needs it",
            _ => "still opens keys that it wrapped",
        };
        out::line(&format!("master key {}: {standing}", out::cell(&one["name"])));
    }
    for (name, what) in [("rewrapping", "keys wrapped anew"), ("renewing", "customers with a new key")] {
        if let Some(progress) = said[name].as_object() {
            out::line(&format!("{} of {} {what}", progress["done"], progress["total"]));
        }
    }
}
