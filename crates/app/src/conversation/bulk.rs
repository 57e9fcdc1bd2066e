//! One action on many cases, and taking it back.

use super::act::{Action, act_in, inverse};
use crate::{App, Error, Result};
use candor_domain::actor::Actor;
use candor_domain::id::{AgentId, ConversationId};
use candor_domain::permission::{Permission, Subject, can};
use candor_store::{Query, Queue, bulk_undo};
use uuid::Uuid;

/// What a bulk action did.
#[derive(Clone, Debug, Default)]
pub struct Bulk {
    pub done: Vec<ConversationId>,
    /// Those that could not be changed, with the stable code of the reason.
    pub failed: Vec<(ConversationId, &'static str)>,
    /// Takes it back within five minutes, where anything changed.
    pub undo: Option<Uuid>,
}

/// The most cases one request names; more is a job.
const MAX: usize = 100;

/// How long an undo is kept, in milliseconds.
const UNDO_MS: i64 = 5 * 60 * 1000;

/// Does one thing to many cases, each in a command of its own: one that cannot be changed does not stop the others.
pub async fn bulk(app: &App, actor: &Actor, ids: Vec<ConversationId>, action: Action) -> Result<Bulk> {
    if !may(actor) {
        return Err(Error::Forbidden(Permission::ConversationBulk.as_str()));
    }
    if ids.is_empty() || ids.len() > MAX {
        return Err(Error::invalid("conversations", format!("1 to {MAX} at once")));
    }
    let steps = ids.into_iter().map(|id| (id, action.clone())).collect();
    let (mut outcome, back) = run(app, actor, steps).await?;
    if let (Some(agent), false) = (actor.agent(), back.is_empty()) {
        outcome.undo = Some(keep(app, agent, &back).await?);
    }
    Ok(outcome)
}

/// Takes a bulk action back, step by step, with the rights its author has now.
pub async fn undo_bulk(app: &App, actor: &Actor, undo: Uuid) -> Result<Bulk> {
    let agent = actor.agent().ok_or(Error::NotFound)?;
    let taken = app
        .db
        .write(Queue::People, move |tx| {
            let expired = tx.now() - UNDO_MS;
            Ok::<_, Error>(bulk_undo::take(tx, undo, agent, expired)?)
        })
        .await?;
    let steps: Vec<(ConversationId, Action)> =
        serde_json::from_str(&taken.ok_or(Error::NotFound)?).map_err(|error| Error::Broken(format!("bulk_undo.steps: {error}")))?;
    Ok(run(app, actor, steps).await?.0)
}

/// Runs the steps; returns what happened and the steps that would take it back.
async fn run(app: &App, actor: &Actor, steps: Vec<(ConversationId, Action)>) -> Result<(Bulk, Vec<(ConversationId, Action)>)> {
    let (mut outcome, mut back) = (Bulk::default(), Vec::new());
    for (id, action) in steps {
        let (actor, step) = (actor.clone(), action.clone());
        match app.db.write(Queue::People, move |tx| act_in(tx, &actor, id, &step)).await {
            Ok(before) => {
                outcome.done.push(id);
                back.extend(inverse(&before, &action).map(|step| (id, step)));
            }
            Err(problem) => outcome.failed.push((id, code(problem)?)),
        }
    }
    Ok((outcome, back))
}

/// The stable code of a refusal that concerns one case alone; anything else ends the whole request.
fn code(problem: Error) -> Result<&'static str> {
    match problem {
        Error::NotFound => Ok("not_found"),
        Error::Forbidden(_) => Ok("forbidden"),
        Error::Invalid { .. } => Ok("validation_failed"),
        Error::Refused(_) => Ok("conflict"),
        other => Err(other),
    }
}

async fn keep(app: &App, agent: AgentId, back: &[(ConversationId, Action)]) -> Result<Uuid> {
    let (id, steps) = (app.ids.make::<Uuid>(), serde_json::to_string(back).expect("ids and enums always serialise"));
    app.db
        .write(Queue::People, move |tx| {
            let expired = tx.now() - UNDO_MS;
            bulk_undo::insert(tx, id, agent, &steps, expired)
        })
        .await
        .map_err(Error::from)?;
    Ok(id)
}

fn may(actor: &Actor) -> bool {
    match actor {
        Actor::Agent { rights, .. } | Actor::Token { rights, .. } => rights.anywhere(Permission::ConversationBulk),
        other => can(other, Permission::ConversationBulk, Subject::Workspace),
    }
}
