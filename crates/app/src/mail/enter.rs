//! The command that makes a mail a message. What it needs was read before; what it names was made before.

use super::intake::unread;
use super::place::{self, Place, Stray};
use super::read::Letter;
use super::stopped::stopped;
use super::{head, phishing, receipt, returned};
use crate::conversation::{ByMail, Content, Said, join_by_mail, open_by_mail};
use crate::{Error, Result};
use candor_connect::channel::email::automatic;
use candor_domain::actor::Actor;
use candor_domain::channel::MailState;
use candor_domain::contact::{Identity, IdentityKind, called};
use candor_domain::event::Proof;
use candor_domain::id::{ConversationId, InboundId, InboxId, MessageId};
use candor_store::contact::Contact;
use candor_store::conversation::Stored;
use candor_store::inbound::{Inbound, State};
use candor_store::mail::Mail;
use candor_store::{Query, Tx, contact, file, inbound, inbox, mail, mail_address};
use uuid::Uuid;

/// A letter with the ids its message will have.
#[derive(Clone)]
pub(super) struct Entry {
    pub inbound: InboundId,
    pub inbox: InboxId,
    pub conversation: ConversationId,
    pub message: MessageId,
    pub doc: i64,
    pub identity: Uuid,
    /// The job that tells the customer of it.
    pub receipt: Uuid,
    /// The server that handed it over is not heard.
    pub from_blocked_network: bool,
    pub letter: Letter,
}

/// Makes it a message of the case where it belongs, or notes what it says about mail of ours; of a sender who is blocked it stays as it
/// is. A mail that was read already changes nothing.
pub(super) fn enter(tx: &mut Tx<'_>, entry: &Entry) -> Result<()> {
    let kept = inbound::lock(tx, entry.inbound)?;
    if kept.state == State::Read {
        return Ok(());
    }
    if let Some(about) = returned::find(tx, entry)? {
        return returned::note(tx, &kept, about);
    }
    let place = place::find(tx, entry)?;
    if let Some(what) = stopped(tx, entry, &place)? {
        return Ok(inbound::blocked(tx, entry.inbound, what)?);
    }
    let content = Content { text: told(tx, &entry.letter)?, ..entry.letter.content.clone() };
    let said = Said::shown(&content.text, &entry.letter.fresh);
    let mail = ByMail { message: entry.message, doc: entry.doc, client_id: entry.inbound.0, content: &content, said: &said };
    let (stored, stray) = match place {
        Place::Case(mut stored) => {
            join(tx, &kept, &mut stored, entry, &mail)?;
            (*stored, None)
        }
        Place::Own(stray) => (open(tx, &kept, entry, &mail)?, stray),
    };
    note(tx, entry, &stored, stray)?;
    if let Some(address) = proven(&entry.letter) {
        mail_address::alive(tx, &address)?;
    }
    Ok(inbound::is_read(tx, entry.inbound, stored.case.contact, stored.case.id, Some(entry.message))?)
}

/// Writes it into its customer's case. Who was made for it becomes part of the customer, with everything sealed for them.
fn join(tx: &mut Tx<'_>, kept: &Inbound, stored: &mut Stored, entry: &Entry, mail: &ByMail<'_>) -> Result<()> {
    belongs(tx, kept, stored)?;
    join_by_mail(tx, stored, mail, entry.letter.automatic == Some(automatic::Kind::Reply))?;
    attach(tx, kept, stored)
}

/// Whoever was made for a mail is the customer of this case.
pub(super) fn belongs(tx: &mut Tx<'_>, kept: &Inbound, stored: &Stored) -> Result<()> {
    let (sender, customer) = (contact::lock(tx, kept.contact)?, contact::lock(tx, stored.case.contact)?);
    contact::absorb(tx, &sender, &customer)?;
    Ok(())
}

/// The address it comes from, where its own domain stands behind it.
pub(super) fn proven(letter: &Letter) -> Option<String> {
    let from = letter.head.from.as_ref().filter(|_| letter.head.verdict.aligned)?;
    IdentityKind::Email.normal(&from.mail)
}

/// Opens a case for whoever it says it is from.
fn open(tx: &mut Tx<'_>, kept: &Inbound, entry: &Entry, mail: &ByMail<'_>) -> Result<Stored> {
    let place = inbox::get(tx, entry.inbox)?;
    if !place.enabled {
        return Err(Error::Conflict(unread::INBOX_OFF));
    }
    let sender = introduce(tx, kept, entry)?;
    let stored = open_by_mail(tx, &place, &sender, entry.conversation, &entry.letter.head.subject, mail)?;
    attach(tx, kept, &stored)?;
    receipt::order(tx, entry, &stored)?;
    Ok(stored)
}

/// The original goes with the case.
pub(super) fn attach(tx: &mut Tx<'_>, kept: &Inbound, stored: &Stored) -> Result<()> {
    let owner = Actor::Visitor { contact: stored.case.contact }.as_ref();
    let attached = file::attach(tx, kept.file, stored.case.id, owner)?;
    if attached { Ok(()) } else { Err(Error::Broken("the original of a mail has another owner".into())) }
}

/// Keeps what is known of it beside its words.
fn note(tx: &mut Tx<'_>, entry: &Entry, stored: &Stored, stray: Option<Stray>) -> Result<()> {
    let mut head = entry.letter.head.clone();
    if let Some(Stray { why, answers }) = stray {
        head.doubts.push(why.to_owned());
        head.answers = answers;
    }
    let known = Mail {
        message: entry.message,
        conversation: stored.case.id,
        inbound: Some(entry.inbound),
        head: Some(head::written(&head)?),
        state: MailState::Received,
        problem: None,
        pieces: entry.letter.pieces.clone(),
        at: tx.now(),
    };
    Ok(mail::insert(tx, stored.key, &known)?)
}

/// Gives the sender the name and the address they wrote: typed, not proven.
fn introduce(tx: &mut Tx<'_>, kept: &Inbound, entry: &Entry) -> Result<Contact> {
    let mut sender = contact::lock(tx, kept.contact)?;
    let Some(from) = &entry.letter.head.from else { return Ok(sender) };
    sender.name = called(&from.name, &from.mail);
    if let Some(value) = IdentityKind::Email.normal(&from.mail) {
        sender.proof = Proof::Typed;
        let identity = Identity { kind: IdentityKind::Email, value, proof: Proof::Typed };
        contact::add_identity(tx, entry.identity, sender.id, sender.key, &identity)?;
    }
    contact::update(tx, &sender)?;
    Ok(sender)
}

/// What agents read of it: without the code that only its sender knows us by.
fn told(tx: &mut Tx<'_>, letter: &Letter) -> Result<String> {
    let text = shown(letter);
    let code = match &letter.head.from {
        Some(from) => phishing::code_of(tx, &from.mail)?,
        None => None,
    };
    Ok(code.map_or_else(|| text.clone(), |code| phishing::hidden(&text, &letter.pieces, &code)))
}

/// A message needs words: a mail without any is named by its subject, and by nothing but a dash where it has none.
fn shown(letter: &Letter) -> String {
    let text = &letter.content.text;
    if !text.trim().is_empty() || !letter.content.files.is_empty() {
        return text.clone();
    }
    if letter.head.subject.is_empty() { "-".to_owned() } else { letter.head.subject.clone() }
}
