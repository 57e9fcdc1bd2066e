//! What leaves the desk when messages of a case are passed on: chosen ones and nothing else, never a note, never what was redacted.

use super::Forward;
use crate::conversation::MAX_FILES;
use crate::conversation::begin::subject;
use crate::mail::{Person, pieces};
use crate::{Error, Result};
use candor_domain::event::MessageKind;
use candor_domain::hours::Calendar;
use candor_domain::id::MessageId;
use candor_domain::locale::Locale;
use candor_domain::text;
use candor_store::channel::Channel;
use candor_store::conversation::Stored;
use candor_store::file::File;
use candor_store::inbox::Inbox;
use candor_store::{Query, file, mail, message};
use std::fmt::Write;

/// The most messages one mail passes on.
const MAX_MESSAGES: usize = 50;

/// A mail to a third party as it will leave.
#[derive(Clone, Debug)]
pub struct Leaving {
    pub from: Person,
    pub to: String,
    pub subject: String,
    /// The agent's own words, and below them the chosen messages.
    pub text: String,
    /// Those of the case; copies of them go.
    pub files: Vec<File>,
}

/// Puts together what leaves the case `stored`.
pub(super) fn leaving(
    q: &mut impl Query,
    stored: &Stored,
    place: &Inbox,
    sender: &Channel,
    asked: &Forward,
    to: String,
) -> Result<Leaving> {
    let chosen = chosen(q, stored, &asked.messages)?;
    let files = files(q, &chosen, asked)?;
    let from = sender.settings.addresses.first().cloned().unwrap_or_default();
    Ok(Leaving {
        from: Person { name: sender.settings.name.clone(), mail: from },
        to,
        subject: subject(&asked.subject)?,
        text: words(q, place, asked, &chosen, &files)?,
        files,
    })
}

/// The chosen messages in their order.
fn chosen(q: &mut impl Query, stored: &Stored, ids: &[MessageId]) -> Result<Vec<message::Stored>> {
    if ids.len() > MAX_MESSAGES {
        return Err(Error::invalid("messages", format!("at most {MAX_MESSAGES} messages are passed on at once")));
    }
    let mut found: Vec<message::Stored> = Vec::with_capacity(ids.len());
    for id in ids {
        let one = match message::get(q, *id) {
            Err(candor_store::Error::NotFound) => None,
            one => Some(one?).filter(|one| one.conversation == stored.case.id),
        };
        let one = one.ok_or_else(|| Error::invalid("messages", "this conversation has no such message"))?;
        if one.kind == MessageKind::Note {
            return Err(Error::invalid("messages", "an internal note never leaves the desk"));
        }
        if one.redacted_at.is_some() {
            return Err(Error::invalid("messages", "a message that was removed cannot be passed on"));
        }
        if found.iter().all(|known| known.id != one.id) {
            found.push(one);
        }
    }
    found.sort_by_key(|one| one.seq);
    Ok(found)
}

/// The chosen files; each belongs to a chosen message.
fn files(q: &mut impl Query, chosen: &[message::Stored], asked: &Forward) -> Result<Vec<File>> {
    if asked.files.len() > MAX_FILES {
        return Err(Error::invalid("files", format!("at most {MAX_FILES} files go with a message")));
    }
    let mut found: Vec<File> = Vec::with_capacity(asked.files.len());
    for id in &asked.files {
        if !chosen.iter().any(|one| one.files.contains(id)) {
            return Err(Error::invalid("files", "a file is passed on with the message that carries it"));
        }
        if found.iter().all(|known| known.id != *id) {
            found.push(file::get(q, *id)?);
        }
    }
    Ok(found)
}

fn words(q: &mut impl Query, place: &Inbox, asked: &Forward, chosen: &[message::Stored], files: &[File]) -> Result<String> {
    let mut whole = asked.text.trim().to_owned();
    let locale = text::detect(&whole).and_then(|language| Locale::nearest(language.as_str())).unwrap_or(Locale::English);
    let clock = Calendar::new(&place.hours).map_err(|error| Error::Broken(error.to_string()))?;
    for one in chosen {
        let gap = if whole.is_empty() { "" } else { "\n\n" };
        // Writing into a string cannot fail.
        let _ = writeln!(whole, "{gap}----- {}, {} ({}) -----", who(one.kind, locale), clock.wall_clock(one.at), place.hours.zone);
        whole.push_str(said(q, one)?.trim());
        let names: Vec<&str> = files.iter().filter(|file| one.files.contains(&file.id)).map(|file| file.name.as_str()).collect();
        if !names.is_empty() {
            let _ = write!(whole, "\n[{}]", names.join(", "));
        }
    }
    Ok(whole)
}

/// Who wrote a message, as a stranger has to know it: no name leaves by itself.
fn who(kind: MessageKind, locale: Locale) -> &'static str {
    match (kind, locale) {
        (MessageKind::Customer, Locale::English) => "Customer",
        (MessageKind::Customer, Locale::SimplifiedChinese) => "客户",
        (MessageKind::Customer, Locale::TraditionalChinese) => "客戶",
        (_, Locale::English) => "Support",
        (_, _) => "客服",
    }
}

/// The new words of a message: what a mail quotes was not chosen.
fn said(q: &mut impl Query, one: &message::Stored) -> Result<String> {
    let Some(sealed) = &one.body else { return Ok(String::new()) };
    let text = q.open_kept(message::body_cell(one.id), sealed)?.unwrap_or_default();
    Ok(match mail::get(q, one.id)?.filter(|mail| mail.inbound.is_some()) {
        Some(mail) => pieces::fresh(&text, &mail.pieces),
        None => text,
    })
}
