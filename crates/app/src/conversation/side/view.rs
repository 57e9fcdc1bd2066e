//! The side threads of a case, for whoever may read both.

use crate::conversation::{get_permitted, permitted};
use crate::{App, Result};
use candor_domain::actor::Actor;
use candor_domain::channel::MailState;
use candor_domain::id::{AgentId, ConversationId};
use candor_domain::permission::{Door, Permission};
use candor_store::conversation::{self, Row};
use candor_store::{Pool, held_reply, mail};
use uuid::Uuid;

/// A side thread as its parent shows it.
#[derive(Clone, Debug)]
pub struct Side {
    pub row: Row,
    /// Whether words of ours wait out their undo window in it.
    pub held: bool,
    /// How far the last mail of ours has come.
    pub mail: Option<MailState>,
}

/// The side threads of a case that this actor may read, the oldest first.
pub async fn sides(app: &App, actor: &Actor, parent: ConversationId) -> Result<Vec<Side>> {
    let actor = actor.clone();
    app.db
        .read(Pool::Quick, move |rx| {
            get_permitted(rx, &actor, Permission::ConversationRead, parent)?;
            let (ids, agent) = (conversation::sides(rx, parent)?, actor.agent().unwrap_or(AgentId(Uuid::nil())));
            let mut sides = Vec::with_capacity(ids.len());
            for row in conversation::rows(rx, agent, &ids)? {
                if permitted(rx, &actor, Permission::ConversationRead, Door::Text, &row.stored)? {
                    let id = row.stored.case.id;
                    sides.push(Side { held: !held_reply::of_case(rx, id)?.is_empty(), mail: mail::sent_state(rx, id)?, row });
                }
            }
            Ok(sides)
        })
        .await
}
