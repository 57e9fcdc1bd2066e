//! Erasing a customer for good: the order, what became of it, and the jobs that carry it out.
//!
//! The order is durable when it answers, and from then on nothing can be written for the customer. What follows is done in
//! pieces by [`crate::keywork`]: cases shut, keys destroyed, rows and files wiped, the database cleared of what it kept.

mod carry;
mod clean;

pub(crate) use carry::carry_out;
pub(crate) use clean::{CLEAN, clean, order_clean};

use crate::rights::require_everywhere;
use crate::{App, Error, Result, audit};
use candor_domain::actor::Actor;
use candor_domain::id::ContactId;
use candor_domain::permission::Permission;
use candor_store::erasure::{self, Erasure};
use candor_store::{Pool, Queue};
use serde_json::json;
use uuid::Uuid;

/// Orders the erasure of a customer. A customer who is being erased, or was, answers with that erasure.
pub async fn erase(app: &App, actor: &Actor, contact: ContactId) -> Result<Erasure> {
    require_everywhere(actor, Permission::ContactErase)?;
    let (actor, id) = (actor.clone(), app.ids.make());
    let ordered = app
        .db
        .write(Queue::People, move |tx| {
            let (made, new) = erasure::begin(tx, id, contact, actor.as_ref())?;
            if new {
                erasure::add_job(tx, made.id)?;
                audit::record(tx, &actor, "contact.erasure_ordered", ("contact", contact.0), json!({ "erasure": made.id }))?;
            }
            Ok::<_, Error>(made)
        })
        .await?;
    app.visitors.forget();
    Ok(ordered)
}

/// An erasure and how far it is.
pub async fn get(app: &App, actor: &Actor, id: Uuid) -> Result<Erasure> {
    require_everywhere(actor, Permission::ContactErase)?;
    app.db.read(Pool::Quick, move |rx| Ok(erasure::get(rx, id)?)).await
}

/// Erasures, newest first.
pub async fn list(app: &App, actor: &Actor, before: Option<(i64, Uuid)>, limit: usize) -> Result<(Vec<Erasure>, Option<(i64, Uuid)>)> {
    require_everywhere(actor, Permission::ContactErase)?;
    let ask = i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1;
    let mut found = app.db.read(Pool::Quick, move |rx| Ok::<_, Error>(erasure::page(rx, before, ask)?)).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|last| (last.asked_at, last.id));
    Ok((found, next))
}
