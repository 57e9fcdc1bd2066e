//! A mail opens a conversation or joins one, inside the command that makes it a message.

use super::said::Said;
use super::start::{First, open};
use super::write::{self, Content, New};
use crate::Result;
use candor_domain::actor::Actor;
use candor_domain::conversation::{Conversation, automatic_events, message_events, status};
use candor_domain::event::MessageKind;
use candor_domain::id::{ContactId, ConversationId, MessageId};
use candor_store::contact::Contact;
use candor_store::conversation::Stored;
use candor_store::inbox::Inbox;
use candor_store::{Query, Tx};
use uuid::Uuid;

/// A mail about to be a message; its ids were made before the command.
pub(crate) struct ByMail<'a> {
    pub message: MessageId,
    pub doc: i64,
    /// The mail's own id: a second run of the command finds its message by it.
    pub client_id: Uuid,
    pub content: &'a Content,
    /// Read from the whole of it, shown by its new words.
    pub said: &'a Said,
}

impl ByMail<'_> {
    fn row(&self, tx: &Tx<'_>, contact: ContactId) -> New {
        New {
            id: self.message,
            doc: self.doc,
            kind: MessageKind::Customer,
            author: Actor::Visitor { contact }.as_ref(),
            client_id: self.client_id,
            request_hmac: self.content.hmac(tx, ""),
            late: false,
        }
    }
}

/// Opens a case of a customer whose lock is held.
pub(crate) fn open_by_mail(
    tx: &mut Tx<'_>,
    place: &Inbox,
    contact: &Contact,
    id: ConversationId,
    subject: &str,
    mail: &ByMail<'_>,
) -> Result<Stored> {
    let case = Conversation::blank(id, contact.id, place.id, place.team, tx.now());
    let channel = place.channel.as_str().to_owned();
    let mut stored = Stored { case, key: contact.key, channel, language: None, tags: vec![], preview_from: "customer".into() };
    let new = mail.row(tx, contact.id);
    let first = First { content: mail.content, subject: Some(subject), origin: None, said: mail.said };
    open(tx, &mut stored, &new, &first, None)?;
    Ok(stored)
}

/// Writes it into a case whose lock is held, as its customer; what a machine answered for them changes nothing else.
pub(crate) fn join_by_mail(tx: &mut Tx<'_>, stored: &mut Stored, mail: &ByMail<'_>, automatic: bool) -> Result<()> {
    let new = mail.row(tx, stored.case.contact);
    let events = match automatic {
        true => automatic_events(&stored.case, new.id)?,
        false => message_events(&stored.case, new.id, new.kind, status::OPEN)?,
    };
    write::put(tx, stored, &new, mail.content, mail.said, events)?;
    Ok(())
}
