//! A block is lifted before its end.

use crate::conversation::{lock_permitted, record};
use crate::rights::require_everywhere;
use crate::{App, Error, Result, audit};
use candor_domain::actor::Actor;
use candor_domain::event::{Cause, Event};
use candor_domain::id::BlockId;
use candor_domain::permission::Permission;
use candor_store::{Query, Queue, block};
use serde_json::json;

/// Lifts a block; one that had ended already stays as it is. Whoever may block in the case it was made from may lift it.
pub async fn lift(app: &App, actor: &Actor, id: BlockId) -> Result<()> {
    let actor = actor.clone();
    app.db
        .write(Queue::People, move |tx| {
            let found = block::get(tx, id)?;
            // The case's row is locked before the block's, as by whoever makes one.
            let mut case = match found.conversation {
                Some(case) => lock_permitted(tx, &actor, Permission::ContactBlock, case).map(Some),
                None => Err(Error::NotFound),
            }
            .or_else(|_| require_everywhere(&actor, Permission::ContactBlock).map(|()| None))?;
            if !found.is_active(tx.now()) || !block::lift(tx, id, actor.agent())? {
                return Ok(());
            }
            if let Some(stored) = &mut case {
                record(tx, stored, actor.as_ref(), &Cause::ACT, vec![Event::Unblocked { block: id, what: found.kind }], None)?;
            }
            audit::record(tx, &actor, "block.lifted", ("block", id.0), json!({ "kind": found.kind, "contact": found.contact }))
        })
        .await?;
    app.blocks.refresh(&app.db).await
}
