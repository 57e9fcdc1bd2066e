//! An answer in a chat that its customer has not seen goes by mail, once, to an address that is proven to be theirs. What they answer
//! there comes back to the chat by its token. An address that was only typed gets nothing: anybody can type it.

use super::queue::{address, put};
use crate::{App, Result};
use candor_domain::contact::IdentityKind;
use candor_domain::id::ConversationId;
use candor_domain::inbox::Channel as Medium;
use candor_store::conversation::Stored;
use candor_store::keys::KeyId;
use candor_store::{Query, Queue, Tx, channel, contact, conversation, mail, mail_address, message, timer};
use uuid::Uuid;

/// How long an answer may be unseen, in milliseconds.
pub(crate) const AFTER: i64 = 300_000;
/// The most answers one mail repeats; older ones are in the chat.
const MOST: i64 = 10;

/// Whether unseen answers of a case would go by mail.
pub(crate) fn may_follow(q: &mut impl Query, stored: &Stored) -> Result<bool> {
    let chat = stored.channel != Medium::Email.as_str() && stored.key != KeyId::NONE && !stored.case.spam;
    Ok(chat && channel::any_sends(q)? && contact::has_proven(q, stored.case.contact, IdentityKind::Email)?)
}

/// Mails what is unseen by now.
pub(crate) async fn follow_up(app: &App, id: ConversationId, row: Uuid) -> Result<()> {
    app.db
        .write(Queue::Machines, move |tx| {
            let stored = match conversation::lock(tx, id) {
                Err(candor_store::Error::NotFound) => return Ok(timer::claim(tx, row).map(|_| ())?),
                other => other?,
            };
            if timer::claim(tx, row)?.is_none() || !may_follow(tx, &stored)? {
                return Ok(());
            }
            send(tx, &stored)
        })
        .await
}

fn send(tx: &mut Tx<'_>, stored: &Stored) -> Result<()> {
    let mut unseen = Vec::new();
    for reply in message::unread_replies(tx, stored.case.id, stored.case.visitor_read_seq, MOST)? {
        // What is older went with that mail.
        if mail::get(tx, reply.id)?.is_some() {
            break;
        }
        unseen.push(reply.id);
    }
    let Some((newest, before)) = unseen.split_first() else { return Ok(()) };
    let (mut head, problem) = address(tx, stored)?;
    let silent = match head.to.first() {
        Some(to) => mail_address::has_bounced(tx, &to.mail)?,
        None => true,
    };
    if problem.is_some() || silent {
        return Ok(());
    }
    head.with = before.iter().rev().copied().collect();
    put(tx, stored, *newest, &head, None)
}
