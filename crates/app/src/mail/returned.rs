//! What other servers report about mail of ours: that it came back, or that somebody called it spam. A report is believed where it
//! names a token of the case and of the very address the mail went to, which only those know who had the mail in hand.

use super::enter::{Entry, attach, belongs};
use super::head::{Head, Missed};
use super::out::{self, Sent};
use super::place;
use crate::Result;
use candor_connect::channel::email::bounce::{Bounce, Failed, Kind};
use candor_domain::contact::IdentityKind;
use candor_domain::id::{ConversationId, MessageId};
use candor_domain::reply_token::ReplyToken;
use candor_store::conversation::Stored;
use candor_store::inbound::{self, Inbound};
use candor_store::keys::KeyId;
use candor_store::mail::Mail;
use candor_store::{Tx, conversation, mail, mail_address};

/// A report as it was read, with the mails of ours that it may be about.
#[derive(Clone, Debug)]
pub(super) struct Report {
    bounce: Bounce,
    about: Vec<(ReplyToken, Option<Sent>)>,
}

impl Report {
    /// The id of the mail that came back tells most; the address it came back to tells the case.
    pub(super) fn of(bounce: Bounce, tokens: &[ReplyToken], host: &str) -> Self {
        let original = bounce.original.as_deref().and_then(|id| ReplyToken::split(id, host));
        let named = original.map(|(token, unique)| (token, Sent::parse(unique)));
        let about = named.into_iter().chain(tokens.iter().map(|token| (token.clone(), None))).collect();
        Self { bounce, about }
    }
}

/// A mail of ours that is known, with its case locked.
pub(super) struct About<'a> {
    bounce: &'a Bounce,
    stored: Stored,
    /// `None` for a receipt or a transcript.
    message: Option<MessageId>,
    is_transcript: bool,
    address: String,
    /// Copies of it, where it is about copies alone.
    missed: Vec<Missed>,
}

/// Finds the mail that a report is about; `None` where there is no report, or where it proves nothing.
pub(super) fn find<'a>(tx: &mut Tx<'_>, entry: &'a Entry) -> Result<Option<About<'a>>> {
    let Some(report) = &entry.letter.report else { return Ok(None) };
    for (token, sent) in &report.about {
        let Some(id) = conversation::by_number(tx, token.number)? else { continue };
        let Some((known, address)) = recipient(tx, id, *sent)? else { continue };
        if place::is_for(tx, token, id, &address) {
            let stored = conversation::lock(tx, id)?;
            let missed = known.as_ref().map(|(_, head)| missed(&report.bounce, head)).unwrap_or_default();
            let message = known.map(|(message, _)| message);
            let is_transcript = matches!(sent, Some(Sent::Transcript(_)));
            return Ok(Some(About { bounce: &report.bounce, stored, message, is_transcript, address, missed }));
        }
    }
    Ok(None)
}

/// A mail of ours with its head, and the customer's address it went to.
type Went = (Option<(MessageId, Head)>, String);

/// Whom a mail of ours went to: the one that is named, else the last one that was taken.
fn recipient(tx: &mut Tx<'_>, id: ConversationId, sent: Option<Sent>) -> Result<Option<Went>> {
    let known = match sent {
        Some(Sent::Reply(message)) => mail::get(tx, message)?.filter(|known| known.conversation == id && known.inbound.is_none()),
        Some(Sent::Receipt(of)) if of == id => None,
        Some(Sent::Receipt(_)) => return Ok(None),
        Some(Sent::Transcript(_)) => {
            let stored = conversation::get(tx, id)?;
            return Ok(out::proven_address(tx, &stored)?.map(|address| (None, address)));
        }
        None => mail::newest_handed(tx, id)?,
    };
    let head = |known: &Mail| super::head::read(known.head.as_deref());
    let (known, person) = match &known {
        Some(known) => {
            let head = head(known)?.unwrap_or_default();
            let person = head.to.first().cloned();
            (Some((known.message, head)), person)
        }
        None => (None, mail::newest_received(tx, id)?.map(|first| head(&first)).transpose()?.flatten().and_then(|head| head.from)),
    };
    Ok(person.and_then(|person| IdentityKind::Email.normal(&person.mail)).map(|address| (known, address)))
}

/// The copies that a report names, where it names nobody else.
fn missed(bounce: &Bounce, head: &Head) -> Vec<Missed> {
    let copy = |mail: &str| head.cc.iter().chain(&head.bcc).any(|one| one.mail == mail);
    let named: Option<Vec<Missed>> = bounce
        .recipients
        .iter()
        .map(|failed| {
            let mail = IdentityKind::Email.normal(failed.addressed.as_deref().unwrap_or(&failed.mail)).filter(|mail| copy(mail))?;
            Some(Missed { mail, words: reason(failed) })
        })
        .collect();
    named.unwrap_or_default()
}

/// Notes what the report says, and keeps it with the case.
pub(super) fn note(tx: &mut Tx<'_>, kept: &Inbound, about: About<'_>) -> Result<()> {
    let About { bounce, mut stored, message, is_transcript, address, missed } = about;
    let customer = stored.case.contact;
    // The report holds words of the mail. Of a customer who was erased nothing is kept: its file has no row that names it and is swept.
    if stored.key == KeyId::NONE {
        return Ok(inbound::remove(tx, kept.id)?);
    }
    if let (false, Some(message)) = (missed.is_empty(), message) {
        if bounce.kind == Kind::Bounce {
            out::missed(tx, &mut stored, message, &missed)?;
        }
        return kept_with(tx, kept, &stored, Some(message));
    }
    if bounce.permanent || bounce.kind == Kind::Complaint {
        mail_address::bounced(tx, customer, &address)?;
    }
    if let (Kind::Bounce, Some(message)) = (bounce.kind, message) {
        out::came_back(tx, &mut stored, message, &words(bounce))?;
    }
    if bounce.kind == Kind::Bounce && is_transcript {
        out::transcript_came_back(tx, &mut stored)?;
    }
    kept_with(tx, kept, &stored, message)
}

fn kept_with(tx: &mut Tx<'_>, kept: &Inbound, stored: &Stored, message: Option<MessageId>) -> Result<()> {
    belongs(tx, kept, stored)?;
    attach(tx, kept, stored)?;
    Ok(inbound::is_read(tx, kept.id, stored.case.contact, stored.case.id, message)?)
}

/// The server's reason, with its code.
fn words(bounce: &Bounce) -> String {
    bounce.recipients.first().map(reason).unwrap_or_default()
}

fn reason(failed: &Failed) -> String {
    [failed.status.as_deref().unwrap_or_default(), &failed.words].join(" ").trim().to_owned()
}
