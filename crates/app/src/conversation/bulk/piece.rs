//! A piece of a bulk action: a few cases in one command, each in a savepoint of its own.

use super::Outcome;
use crate::conversation::{Action, act_in, inverse};
use crate::{App, Error, Result, rights, token};
use candor_domain::actor::{Actor, ActorKind, ActorRef};
use candor_domain::bulk::BulkState;
use candor_domain::id::{AgentId, ConversationId, TokenId};
use candor_store::bulk::{self, Bulk, Piece, Stage};
use candor_store::job::{self, Job};
use candor_store::{Query, Queue, Tx};
use uuid::Uuid;

/// Cases of one piece: with their events, marks and timers they stay below the rows a command may touch.
pub(super) const CASES: usize = 20;

/// What one command did.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) bulk: Bulk,
    pub(super) done: Vec<ConversationId>,
    pub(super) failed: Vec<(ConversationId, &'static str)>,
}

type Steps = Vec<(ConversationId, Action)>;

/// Does all pieces, within a request.
pub(super) async fn all(app: &App, id: Uuid) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    loop {
        let step = next(app, id, Queue::People, None).await?;
        outcome.done.extend(step.done);
        outcome.failed.extend(step.failed);
        if !step.bulk.state.is_at_work() {
            outcome.undo = (step.bulk.state == BulkState::Done && step.bulk.done > 0).then_some(id);
            return Ok(outcome);
        }
    }
}

/// Does the next piece. `lease`: by a job, which must still hold it, until then; with the last piece the job is finished.
pub(super) async fn next(app: &App, id: Uuid, queue: Queue, lease: Option<(Job, i64)>) -> Result<Step> {
    let desk = app.clone();
    let run = move |tx: &mut Tx<'_>| {
        let mut bulk = bulk::lock(tx, id)?;
        if let Some((job, until)) = &lease {
            job::extend(tx, job, *until)?;
        }
        let (mut done, mut failed) = (Vec::new(), Vec::new());
        if bulk.state.is_at_work() {
            let undoing = bulk.state == BulkState::Undoing;
            let stage = if undoing { Stage::Done } else { Stage::Todo };
            match (bulk::next_piece(tx, id, stage)?, actor_of(&desk, tx, bulk.actor)?) {
                (None, _) => end(tx, &mut bulk, if undoing { BulkState::Undone } else { BulkState::Done })?,
                // Whoever asked is gone, and nobody acts in their name.
                (_, None) => end(tx, &mut bulk, BulkState::Cancelled)?,
                (Some(piece), Some(actor)) => {
                    let back;
                    (done, failed, back) = run_steps(tx, &actor, steps(&bulk, &piece)?)?;
                    book(&mut bulk, &done, &failed, undoing);
                    let back = serde_json::to_string(&back).expect("ids and enums always serialise");
                    let (stage, back) = if undoing { (Stage::Undone, None) } else { (Stage::Done, Some(back.as_str())) };
                    bulk::end_piece(tx, id, piece.number, stage, back)?;
                    bulk::save(tx, &bulk)?;
                }
            }
        }
        if let (Some((job, _)), false) = (&lease, bulk.state.is_at_work()) {
            job::finish(tx, job)?;
        }
        Ok::<_, Error>(Step { bulk, done, failed })
    };
    app.db.write(queue, run).await
}

fn end(tx: &mut Tx<'_>, bulk: &mut Bulk, state: BulkState) -> Result<()> {
    bulk.state = state;
    bulk.ended_at = Some(tx.now());
    Ok(bulk::save(tx, bulk)?)
}

fn book(bulk: &mut Bulk, done: &[ConversationId], failed: &[(ConversationId, &'static str)], undoing: bool) {
    let (well, badly) = (i64::try_from(done.len()).unwrap_or(0), i64::try_from(failed.len()).unwrap_or(0));
    if undoing {
        bulk.undone += well;
    } else {
        bulk.done += well;
        bulk.failed += badly;
    }
}

/// What is done to the cases of a piece, or what takes it back.
fn steps(bulk: &Bulk, piece: &Piece) -> Result<Steps> {
    let broken = |error: serde_json::Error| Error::Broken(format!("a bulk action holds no steps: {error}"));
    if bulk.state == BulkState::Undoing {
        return serde_json::from_str(piece.back.as_deref().unwrap_or("[]")).map_err(broken);
    }
    let action: Action = serde_json::from_str(&bulk.action).map_err(broken)?;
    Ok(piece.cases.iter().map(|id| (*id, action.clone())).collect())
}

type Ran = (Vec<ConversationId>, Vec<(ConversationId, &'static str)>, Steps);

/// Runs steps; answers what went well, what did not, and what would take it back.
fn run_steps(tx: &mut Tx<'_>, actor: &Actor, steps: Steps) -> Result<Ran> {
    let (mut done, mut failed, mut back) = (Vec::new(), Vec::new(), Vec::new());
    for (id, action) in steps {
        match tx.savepoint(|tx| act_in(tx, actor, id, &action)) {
            Ok(before) => {
                done.push(id);
                back.extend(inverse(&before, &action).map(|step| (id, step)));
            }
            Err(problem) => failed.push((id, code(problem)?)),
        }
    }
    Ok((done, failed, back))
}

/// The stable code of a refusal that concerns one case alone; anything else ends the whole piece.
fn code(problem: Error) -> Result<&'static str> {
    match problem {
        Error::NotFound => Ok("not_found"),
        Error::Forbidden(_) => Ok("forbidden"),
        Error::Invalid { .. } => Ok("validation_failed"),
        Error::Refused(_) => Ok("conflict"),
        other => Err(other),
    }
}

/// Whoever asked, with the rights they have now; nobody when they are gone.
fn actor_of(app: &App, q: &mut impl Query, who: ActorRef) -> Result<Option<Actor>> {
    match (who.kind, who.id) {
        (ActorKind::Agent, Some(id)) => rights::actor_of(q, AgentId(id)),
        (ActorKind::Token, Some(id)) => token::actor_of(app, q, TokenId(id)),
        _ => Ok(None),
    }
}
