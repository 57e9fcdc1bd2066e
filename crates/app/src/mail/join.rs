//! An agent says that a mail belongs to another conversation. The mail goes there as a message of its customer's, marked for ever as
//! joined, and sealed for that customer alone. What nobody has proven stays so: the address it came from becomes nobody's, no answer
//! goes to it, and the customer is not shown the mail as theirs.

use crate::contact::entered;
use crate::conversation::record::{self, record};
use crate::conversation::{check, write};
use crate::{App, Error, Result, audit};
use candor_domain::actor::Actor;
use candor_domain::conversation::{join_events, status};
use candor_domain::event::{Cause, Event, MessageKind, Proof};
use candor_domain::id::{ConversationId, MessageId};
use candor_domain::inbox::Channel;
use candor_domain::permission::Permission;
use candor_store::contact::Contact;
use candor_store::conversation::Stored;
use candor_store::keys::KeyId;
use candor_store::mail::Mail;
use candor_store::{Query, Queue, Tx, contact, conversation, file, inbound, mail, message};
use serde_json::json;

/// Where a mail stands now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Joined {
    pub conversation: ConversationId,
    pub seq: i64,
}

/// Takes a mail of the case `id` over into the case of this number. Whoever does it has a part in both and may answer in the second.
pub async fn join(app: &App, actor: &Actor, id: ConversationId, message: MessageId, number: i64) -> Result<Joined> {
    let actor = actor.clone();
    app.db.write(Queue::People, move |tx| join_in(tx, &actor, id, message, number)).await
}

fn join_in(tx: &mut Tx<'_>, actor: &Actor, id: ConversationId, message: MessageId, number: i64) -> Result<Joined> {
    let there = conversation::by_number(tx, number)?.ok_or(Error::NotFound)?;
    let (mut from, mut into) = locked(tx, id, there)?;
    permit(tx, actor, &from, &into)?;
    if there == id {
        return Err(Error::Conflict("the mail is in this conversation"));
    }
    let (sender, _) = people(tx, &from, &into)?;
    let (found, known, text) = whole(tx, &from, message)?;
    let emptied = !message::has_other(tx, id, MessageKind::Customer, message)?;
    let (events, leaving) = join_events((&from.case, &into.case), message, emptied, (status::OPEN, status::CLOSED))?;

    let recorded = record::number(tx, &mut into, actor.as_ref(), &Cause::ACT, events)?;
    let own = recorded.iter().find(|one| matches!(one.event, Event::Message { .. }));
    let own = own.ok_or_else(|| Error::Broken("a mail was joined without its event".into()))?;
    write::take_over(tx, &into, &found, &text, own)?;
    original(tx, &known, &from, &into)?;
    into.preview_from = "customer".to_owned();
    let shown = write::preview(tx, &into, &super::pieces::fresh(&text, &known.pieces))?;
    conversation::save(tx, &into, shown)?;
    record::finish(tx, &into)?;

    leave(tx, actor, &mut from, &sender, &into, leaving, emptied)?;
    let data = json!({ "message": message, "from": id, "emptied": emptied });
    audit::record(tx, actor, "case.mail_joined", ("conversation", there.0), data)?;
    Ok(Joined { conversation: there, seq: own.seq })
}

/// Both cases, locked in the order of their ids, so that two who join at once do not wait for each other.
fn locked(tx: &mut Tx<'_>, from: ConversationId, into: ConversationId) -> Result<(Stored, Stored)> {
    if into < from {
        let into = conversation::lock(tx, into)?;
        return Ok((conversation::lock(tx, from)?, into));
    }
    let from = conversation::lock(tx, from)?;
    Ok((from, conversation::lock(tx, into)?))
}

fn permit(tx: &mut Tx<'_>, actor: &Actor, from: &Stored, into: &Stored) -> Result<()> {
    check(tx, actor, Permission::ConversationJoin, from)?;
    check(tx, actor, Permission::ConversationJoin, into)?;
    check(tx, actor, Permission::ConversationReply, into)?;
    entered(tx, actor, Permission::ConversationJoin, from)?;
    entered(tx, actor, Permission::ConversationJoin, into)
}

/// Who sent it and who is to have it, locked in the order of their ids. Nothing leaves somebody who is being erased, and nothing comes
/// to them.
fn people(tx: &mut Tx<'_>, from: &Stored, into: &Stored) -> Result<(Contact, Contact)> {
    if from.key == KeyId::NONE || into.key == KeyId::NONE {
        return Err(Error::Erased);
    }
    let (one, other) = (from.case.contact, into.case.contact);
    if other < one {
        let customer = contact::lock(tx, other)?;
        return Ok((contact::lock(tx, one)?, customer));
    }
    let sender = contact::lock(tx, one)?;
    Ok((sender, contact::lock(tx, other)?))
}

/// The message with everything that goes along. A mail that is a part of a chat was proven to be its customer's and stays.
fn whole(tx: &mut Tx<'_>, from: &Stored, id: MessageId) -> Result<(message::Stored, Mail, String)> {
    let found = message::get(tx, id)?;
    if found.conversation != from.case.id {
        let went = mail::joined_from(tx, id)? == Some(from.case.id);
        return Err(if went { Error::Conflict("the mail was joined to another conversation") } else { Error::NotFound });
    }
    let known = mail::get(tx, id)?.filter(|known| known.inbound.is_some()).ok_or(Error::NotFound)?;
    if from.channel != Channel::Email.as_str() {
        return Err(Error::Conflict("a mail in a chat is its customer's"));
    }
    let body = found.body.as_ref().ok_or(Error::NotFound)?;
    let text = tx.open_kept(message::body_cell(id), body)?.ok_or(Error::Erased)?;
    Ok((found, known, text))
}

/// What is known of the mail and the bytes it came as.
fn original(tx: &mut Tx<'_>, known: &Mail, from: &Stored, into: &Stored) -> Result<()> {
    mail::join(tx, into.key, known, from.case.id, into.case.id)?;
    let Some(id) = known.inbound else { return Ok(()) };
    let raw = inbound::get(tx, id)?.file;
    file::join(tx, raw, into.case.id, into.case.contact, into.key)?;
    Ok(inbound::join(tx, id, into.case.contact, into.case.id)?)
}

/// What stays behind: the events, and whatever else was said there. A case without a word of its customer's is over, and keeps neither
/// its subject nor, where we never answered, a sender's name and address that were only typed.
fn leave(
    tx: &mut Tx<'_>,
    actor: &Actor,
    from: &mut Stored,
    sender: &Contact,
    into: &Stored,
    events: Vec<Event>,
    emptied: bool,
) -> Result<()> {
    let id = from.case.id;
    let answered = message::newest_public(tx, id)?;
    let preview = match &answered {
        Some(last) => opened(tx, last)?,
        None => String::new(),
    };
    if answered.as_ref().is_some_and(|last| last.kind == MessageKind::Reply) {
        from.preview_from = "agent".to_owned();
    }
    let shown = write::preview(tx, from, &preview)?;
    record(tx, from, actor.as_ref(), &Cause::ACT, events, shown)?;
    if !emptied {
        return Ok(());
    }
    conversation::set_joined(tx, id, into.case.id)?;
    let nobody = sender.proof <= Proof::Typed && sender.id != into.case.contact && contact::cases(tx, sender.id)? == [id];
    if nobody && answered.is_none() {
        contact::empty(tx, sender, into.case.contact)?;
    }
    Ok(())
}

fn opened(tx: &mut Tx<'_>, kept: &message::Stored) -> Result<String> {
    let Some(body) = &kept.body else { return Ok(String::new()) };
    Ok(tx.open_kept(message::body_cell(kept.id), body)?.unwrap_or_default())
}
