//! `candor user` and `candor token`.

use super::out::{self, Form};
use super::{Done, Failure, open};
use crate::config::Config;
use crate::control::{self, Deed, Refused};
use anyhow::Context;
use candor_domain::id::TokenId;
use candor_domain::locale::Locale;
use clap::Subcommand;
use serde_json::Value;

#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Invites somebody: prints a link that sets their password (72 hours, once).
    Create {
        email: String,
        #[arg(long)]
        name: String,
        /// admin, supervisor, agent, viewer, auditor, or a role of your own.
        #[arg(long, default_value = "agent")]
        role: String,
        /// zh-CN, zh-TW or en.
        #[arg(long, default_value = "en", value_parser = locale)]
        locale: Locale,
        /// Reads a password from standard input instead of printing a link.
        #[arg(long)]
        password_stdin: bool,
        #[command(flatten)]
        form: Form,
    },
    /// Lists everybody.
    List {
        #[command(flatten)]
        form: Form,
    },
    /// Prints a link that sets a new password (24 hours, once).
    Reset {
        email: String,
        #[command(flatten)]
        form: Form,
    },
    /// Signs somebody out everywhere and keeps them out.
    Disable {
        email: String,
        #[command(flatten)]
        form: Form,
    },
    /// Lets a disabled person in again.
    Enable {
        email: String,
        #[command(flatten)]
        form: Form,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum TokenCommand {
    /// Makes a token and prints its secret, once.
    Create {
        name: String,
        /// A permission as `conversation.read`; may be given several times.
        #[arg(long = "permission", required = true, value_name = "PERMISSION")]
        permissions: Vec<String>,
        /// Name or id of an inbox it is bound to; may be given several times.
        #[arg(long = "inbox", value_name = "INBOX")]
        inboxes: Vec<String>,
        /// Days until it ends; never when absent.
        #[arg(long)]
        days: Option<u32>,
        #[command(flatten)]
        form: Form,
    },
    /// Lists tokens, never their secrets.
    List {
        #[command(flatten)]
        form: Form,
    },
    /// Ends a token at once.
    Revoke {
        id: TokenId,
        #[command(flatten)]
        form: Form,
    },
}

fn locale(text: &str) -> Result<Locale, String> {
    serde_json::from_value(Value::String(text.to_owned())).map_err(|_| "zh-CN, zh-TW or en".to_owned())
}

pub(super) fn user(config: &Config, command: UserCommand) -> Done {
    let (deed, form) = match command {
        UserCommand::Create { email, name, role, locale, password_stdin, form } => {
            let password = if password_stdin { Some(typed()?) } else { None };
            (Deed::UserCreate { email, name, role, locale, password }, form)
        }
        UserCommand::List { form } => (Deed::UserList, form),
        UserCommand::Reset { email, form } => (Deed::UserReset { email }, form),
        UserCommand::Disable { email, form } => (Deed::UserDisable { email }, form),
        UserCommand::Enable { email, form } => (Deed::UserEnable { email }, form),
    };
    show(&perform(config, deed)?, form, &["email", "name", "state", "roles"]);
    Ok(())
}

pub(super) fn token(config: &Config, command: TokenCommand) -> Done {
    let (deed, form) = match command {
        TokenCommand::Create { name, permissions, inboxes, days, form } => (Deed::TokenCreate { name, permissions, inboxes, days }, form),
        TokenCommand::List { form } => (Deed::TokenList, form),
        TokenCommand::Revoke { id, form } => (Deed::TokenRevoke { id }, form),
    };
    show(&perform(config, deed)?, form, &["id", "name", "permissions"]);
    Ok(())
}

/// One line of standard input.
pub(super) fn typed() -> Result<String, Failure> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).context("cannot read the password")?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn perform(config: &Config, deed: Deed) -> Result<Value, Failure> {
    control::perform(&config.data, deed, || open::opened(config))
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::App(error) => error.into(),
            unreachable @ Refused::Unreachable { .. } => Self::Unreachable(unreachable.to_string()),
            refused => Self::Failed(refused.into()),
        }
    }
}

/// What is secret or a link stands alone on its line, so that a script can take it.
fn show(done: &Value, form: Form, columns: &[&str]) {
    if form.json {
        return out::json(done);
    }
    if let Some(items) = done["items"].as_array() {
        let row = |item: &Value| columns.iter().map(|column| list(&item[*column])).collect();
        return out::table(columns, &items.iter().map(row).collect::<Vec<_>>());
    }
    for once in ["link", "secret"] {
        if let Some(text) = done[once].as_str() {
            return out::line(text);
        }
    }
    out::line(&columns.iter().map(|column| list(&done[*column])).filter(|cell| cell != "-").collect::<Vec<_>>().join("  "));
}

fn list(value: &Value) -> String {
    match value.as_array() {
        Some(values) => values.iter().map(out::cell).collect::<Vec<_>>().join(","),
        None => out::cell(value),
    }
}
