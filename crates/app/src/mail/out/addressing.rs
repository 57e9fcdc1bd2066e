//! Whom an answer would go to, for the one who writes it.

use super::copies::{self, Offered};
use super::queue::{customer, sender_of};
use crate::conversation::{get_permitted, permitted};
use crate::mail::Person;
use crate::{App, Error, Result};
use candor_domain::actor::Actor;
use candor_domain::id::ConversationId;
use candor_domain::inbox::Channel as Medium;
use candor_domain::permission::{Door, Permission};
use candor_store::Pool;

/// The people of an answer.
#[derive(Clone, Debug)]
pub struct Addressing {
    /// The address the desk writes from; `None` where nothing sends.
    pub from: Option<String>,
    pub to: Option<Person>,
    /// Others in the customer's last mail.
    pub others: Vec<Offered>,
    /// Whether the actor may name further addresses.
    pub may_copy: bool,
}

/// Whom an answer in a conversation by mail would go to.
pub async fn addressing(app: &App, actor: &Actor, id: ConversationId) -> Result<Addressing> {
    let actor = actor.clone();
    app.db
        .read(Pool::Quick, move |rx| {
            let stored = get_permitted(rx, &actor, Permission::ConversationReply, id)?;
            if stored.channel != Medium::Email.as_str() {
                return Err(Error::Conflict("only a conversation by mail has recipients"));
            }
            let from = sender_of(rx, &stored)?.and_then(|sender| sender.settings.addresses.into_iter().next());
            let may_copy = permitted(rx, &actor, Permission::ConversationCopy, Door::Text, &stored)?;
            Ok(Addressing { from, to: customer(rx, &stored)?, others: copies::offered(rx, &stored)?, may_copy })
        })
        .await
}
