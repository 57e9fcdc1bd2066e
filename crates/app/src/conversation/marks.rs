//! Read marks: nobody acts, so they are no events; the screens are told all the same.

use super::{get_permitted, permitted};
use crate::{App, Error, Result};
use candor_domain::actor::Actor;
use candor_domain::id::ConversationId;
use candor_domain::permission::{Door, Permission};
use candor_store::{Queue, Tx, conversation, event, read_mark};

/// The customer has read up to this public number.
pub async fn visitor_read(app: &App, actor: &Actor, id: ConversationId, public_seq: i64) -> Result<()> {
    let actor = actor.clone();
    app.db
        .write(Queue::People, move |tx| {
            let stored = get_permitted(tx, &actor, Permission::ConversationRead, id)?;
            if conversation::visitor_read(tx, id, public_seq.min(stored.case.public_seq))? {
                tx.wake(id.0, stored.case.seq);
            }
            Ok(())
        })
        .await
}

/// An agent has read up to this number; the customer's screen shows that one of us did.
pub async fn agent_read(app: &App, actor: &Actor, id: ConversationId, seq: i64) -> Result<()> {
    let (actor, agent) = (actor.clone(), actor.agent().ok_or(Error::Forbidden("only an agent has read marks"))?);
    app.db
        .write(Queue::People, move |tx| {
            let stored = get_permitted(tx, &actor, Permission::ConversationRead, id)?;
            let seq = seq.min(stored.case.seq);
            if !read_mark::advance(tx, id, agent, seq)? {
                return Ok(());
            }
            // Only whoever may answer counts as "read" for the customer: a look by others promises nothing.
            if permitted(tx, &actor, Permission::ConversationReply, Door::Text, &stored)? {
                let public = event::public_seq_at(tx, id, seq)?;
                conversation::agent_read(tx, id, public)?;
            }
            tx.wake(id.0, stored.case.seq);
            Ok(())
        })
        .await
}

/// Puts an agent's mark back before the newest message of the customer.
pub async fn mark_unread(app: &App, actor: &Actor, id: ConversationId) -> Result<()> {
    let (actor, agent) = (actor.clone(), actor.agent().ok_or(Error::Forbidden("only an agent has read marks"))?);
    app.db
        .write(Queue::People, move |tx: &mut Tx<'_>| {
            let stored = get_permitted(tx, &actor, Permission::ConversationRead, id)?;
            let before = (stored.case.last_customer_seq - 1).max(0);
            read_mark::put_back(tx, id, agent, before)?;
            tx.wake(id.0, stored.case.seq);
            Ok(())
        })
        .await
}
