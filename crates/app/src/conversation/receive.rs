//! The customer writes into a conversation.

use super::lock_permitted;
use super::said::Said;
use super::write::{self, Content, New, Written};
use crate::{App, Error, Result};
use candor_domain::actor::Actor;
use candor_domain::event::MessageKind;
use candor_domain::id::ConversationId;
use candor_domain::permission::Permission;
use candor_store::Queue;
use uuid::Uuid;

/// Keeps a customer's message. Acknowledged only when it is on disk; a repeat with the same `client_id` changes nothing.
pub async fn receive(app: &App, actor: &Actor, id: ConversationId, client_id: Uuid, content: Content) -> Result<Written> {
    content.check(app)?;
    let Actor::Visitor { .. } = actor else { return Err(Error::Forbidden("only the customer writes as the customer")) };
    let (actor, message, doc, said) = (actor.clone(), app.ids.make(), app.db.new_doc(), Said::of(&content.text));
    app.db
        .write(Queue::People, move |tx| {
            let mut stored = lock_permitted(tx, &actor, Permission::ConversationRead, id)?;
            let (author, request_hmac) = (actor.as_ref(), content.hmac(tx, ""));
            if let Some(before) = write::repeated(tx, &stored, author, client_id, &request_hmac)? {
                return Ok(before);
            }
            let new = New { id: message, doc, kind: MessageKind::Customer, author, client_id, request_hmac, late: false };
            write::write(tx, &mut stored, &new, &content, &said, vec![], vec![])
        })
        .await
}
