//! `candor channel`: the ways on which mail comes in, and the mail of a pipe.

use super::mailbox::{Described, MailboxArgs};
use super::out::{self, Form};
use super::{Done, Failure, open};
use crate::config::Config;
use crate::control::{self, ChannelWanted, Deed};
use anyhow::Context;
use candor_app::mail::MAX_BYTES;
use candor_domain::channel::ChannelKind;
use candor_domain::id::InboundId;
use candor_domain::locale::Locale;
use clap::Subcommand;
use serde_json::Value;
use std::io::Read;

#[derive(Debug, Subcommand)]
pub(super) enum ChannelCommand {
    /// Makes a channel.
    Create {
        name: String,
        /// The inbox its mail goes to, by name or id; an inbox for e-mail is made where there is none of that name.
        #[arg(long)]
        inbox: String,
        /// listener (another mail server hands mail over), pipe (`candor channel deliver`) or imap (a mailbox on another server).
        #[arg(long, value_parser = kind)]
        kind: ChannelKind,
        /// An address whose mail belongs here; may be given several times.
        #[arg(long = "address", value_name = "ADDRESS")]
        addresses: Vec<String>,
        #[command(flatten)]
        mailbox: Box<MailboxArgs>,
        #[command(flatten)]
        form: Form,
    },
    /// Lists all channels.
    List {
        #[command(flatten)]
        form: Form,
    },
    /// Takes mail on a channel again.
    On {
        channel: String,
        #[command(flatten)]
        form: Form,
    },
    /// Takes no more mail on a channel.
    Off {
        channel: String,
        #[command(flatten)]
        form: Form,
    },
    /// Sets the words around a sender's answers in one language. They may name {agent}, {desk} and {number}; empty words are the desk's own.
    Words {
        channel: String,
        /// zh-CN, zh-TW or en.
        #[arg(long, value_parser = language)]
        language: Locale,
        /// Above the answer.
        #[arg(long, value_name = "TEXT")]
        above: Option<String>,
        /// Below it, in the place of agent and desk.
        #[arg(long, value_name = "TEXT")]
        below: Option<String>,
        #[command(flatten)]
        form: Form,
    },
    /// Keeps the mail on standard input; when it ends well, the mail is durable. The same mail twice is kept once.
    Deliver {
        /// The channel, by name or id; not needed where there is one pipe.
        #[arg(long)]
        channel: Option<String>,
        /// Where bounces go, as the mail server knows it.
        #[arg(long, default_value = "")]
        from: String,
        /// Whom it was sent to; may be given several times.
        #[arg(long)]
        to: Vec<String>,
        #[command(flatten)]
        form: Form,
    },
    /// Lists mail that could not be made a message.
    Failed {
        #[command(flatten)]
        form: Form,
    },
    /// Reads such a mail again.
    Again {
        id: InboundId,
        #[command(flatten)]
        form: Form,
    },
}

fn kind(text: &str) -> Result<ChannelKind, String> {
    ChannelKind::parse(text).ok_or_else(|| "listener, pipe or imap".to_owned())
}

fn language(text: &str) -> Result<Locale, String> {
    Locale::parse(text).ok_or_else(|| "zh-CN, zh-TW or en".to_owned())
}

pub(super) fn channel(config: &Config, command: ChannelCommand) -> Done {
    const CHANNEL: &[&str] = &["name", "kind", "enabled", "addresses"];
    const LISTED: &[&str] = &["name", "kind", "enabled", "addresses", "problem"];
    let (deed, form, columns): (_, _, &[&str]) = match command {
        ChannelCommand::Create { name, inbox, kind, addresses, mailbox, form } => {
            let described = (kind == ChannelKind::Imap).then(|| mailbox.described()).transpose()?;
            (Deed::ChannelCreate { wanted: Box::new(wanted(name, inbox, kind, addresses, described)) }, form, CHANNEL)
        }
        ChannelCommand::List { form } => (Deed::ChannelList, form, LISTED),
        ChannelCommand::On { channel, form } => (Deed::ChannelSwitch { channel, on: true }, form, CHANNEL),
        ChannelCommand::Off { channel, form } => (Deed::ChannelSwitch { channel, on: false }, form, CHANNEL),
        ChannelCommand::Words { channel, language, above, below, form } => {
            (Deed::ChannelWords { channel, language, above, below }, form, CHANNEL)
        }
        ChannelCommand::Deliver { channel, from, to, form } => return deliver(config, Deed::ChannelDeliver { channel, from, to }, form),
        ChannelCommand::Failed { form } => (Deed::IntakeList, form, &["id", "received_at", "problem"]),
        ChannelCommand::Again { id, form } => (Deed::IntakeAgain { id }, form, &["id"]),
    };
    let said = control::perform(&config.data, deed, || open::opened(config))?;
    show(&said, form, columns);
    Ok(())
}

fn wanted(name: String, inbox: String, kind: ChannelKind, addresses: Vec<String>, described: Option<Described>) -> ChannelWanted {
    let bare = ChannelWanted { name, inbox, kind, addresses, server: None, mailbox: None, secret: None, client_secret: None };
    match described {
        None => bare,
        Some(Described { server, mailbox, secret, client_secret }) => {
            ChannelWanted { server: Some(server), mailbox: Some(mailbox), secret, client_secret, ..bare }
        }
    }
}

fn deliver(config: &Config, deed: Deed, form: Form) -> Done {
    let mut mail = Vec::new();
    std::io::stdin().take(MAX_BYTES + 1).read_to_end(&mut mail).context("cannot read the mail")?;
    if mail.is_empty() {
        return Err(Failure::Failed(anyhow::anyhow!("there is no mail on standard input")));
    }
    if mail.len() as u64 > MAX_BYTES {
        return Err(Failure::Failed(anyhow::anyhow!("the mail has more than {MAX_BYTES} bytes")));
    }
    let said = control::perform_with(&config.data, deed, mail, || open::opened(config))?;
    show(&said, form, &["id"]);
    Ok(())
}

fn show(said: &Value, form: Form, columns: &[&str]) {
    if form.json {
        return out::json(said);
    }
    if let Some(items) = said["items"].as_array() {
        let row = |item: &Value| columns.iter().map(|column| out::cell(&item[*column])).collect();
        return out::table(columns, &items.iter().map(row).collect::<Vec<_>>());
    }
    out::line(&columns.iter().map(|column| out::cell(&said[*column])).collect::<Vec<_>>().join("  "));
}
