//! An agent has a mail that was not taken tried once more, under the same id.

use super::queue::address;
use super::work::{self, sending, tell};
use crate::conversation::lock_permitted;
use crate::mail::Head;
use crate::mail::head::{read, written};
use crate::{App, Error, Result};
use candor_domain::actor::Actor;
use candor_domain::channel::MailState;
use candor_domain::id::{ConversationId, MessageId};
use candor_domain::permission::Permission;
use candor_store::{Query, Queue, job, mail};

/// Queues a mail of ours that failed or came back anew.
pub async fn send_again(app: &App, actor: &Actor, id: ConversationId, message: MessageId) -> Result<()> {
    actor.agent().ok_or(Error::Forbidden("only an agent sends a reply again"))?;
    let (actor, job) = (actor.clone(), work::fresh_job(app));
    app.db
        .write(Queue::People, move |tx| {
            let stored = lock_permitted(tx, &actor, Permission::ConversationReply, id)?;
            let known = mail::get(tx, message)?.filter(|known| known.conversation == id).ok_or(Error::NotFound)?;
            if !matches!(known.state, MailState::Failed | MailState::Bounced) {
                return Err(Error::Conflict("the mail is not waiting for you"));
            }
            // What was missing before may be there now.
            let (head, problem) = address(tx, &stored)?;
            if problem.is_some() {
                return Err(Error::Conflict("nothing sends it yet"));
            }
            // Who was to get it still is; who has a copy gets no second one.
            let before = read(known.head.as_deref())?.unwrap_or_default();
            let copied = before.copied || known.state == MailState::Bounced;
            let head = Head { cc: before.cc, bcc: before.bcc, with: before.with, missed: before.missed, copied, ..head };
            mail::readdress(tx, stored.key, message, &written(&head)?)?;
            let (body, now) = (message.to_string(), tx.now());
            job::insert(tx, &job::NewJob { id: job, ..sending(message, &body, now) })?;
            tell(tx, id, message, MailState::Queued, None)
        })
        .await
}
