//! One action on many cases, and taking it back: a few named ones at once, a whole list as a job with progress.
//!
//! Both go the same way: the cases are written down in pieces, [`piece`] does one piece a command, and what takes it back is kept
//! beside it. Whoever asked is asked for again in every piece: rights that ended meanwhile do nothing.

mod piece;
mod work;

pub use work::{REACTOR_LATE_MS, Worker, work_all};

use super::act::Action;
use crate::live::Ask;
use crate::rights::require_somewhere;
use crate::{App, Error, Result, lists};
use candor_domain::actor::{Actor, ActorRef};
use candor_domain::bulk::BulkState;
use candor_domain::id::ConversationId;
use candor_domain::permission::Permission;
use candor_store::bulk::{self, Bulk};
use candor_store::job::{self, NewJob};
use candor_store::{Pool, Query, Queue, Tx};
use piece::CASES;
use uuid::Uuid;

/// The most cases one request names; a list is a job.
const MAX: usize = 100;
/// The most cases of a list.
const MOST: usize = 100_000;
/// How long an undo is kept after the end, in milliseconds.
pub const UNDO_MS: i64 = 5 * 60 * 1000;
/// Pieces written down in one command.
const FILL: usize = 150;

/// Which cases.
#[derive(Clone, Debug)]
pub enum Cases {
    /// These, 1 to 100.
    Named(Vec<ConversationId>),
    /// All that stand in a list now.
    Matching(Ask),
}

/// What was done to a few named cases.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    pub done: Vec<ConversationId>,
    /// Those that could not be changed, with the stable code of the reason.
    pub failed: Vec<(ConversationId, &'static str)>,
    /// Takes it back within five minutes, where anything changed.
    pub undo: Option<Uuid>,
}

impl Outcome {
    fn in_order_of(&mut self, asked: &[ConversationId]) {
        let place = |id: &ConversationId| asked.iter().position(|one| one == id);
        self.done.sort_by_key(place);
        self.failed.sort_by_key(|(id, _)| place(id));
    }
}

/// What became of a request.
#[derive(Clone, Debug)]
pub enum Started {
    Done(Outcome),
    /// It goes on by itself.
    Job(Bulk),
}

/// Does one thing to many cases. One that cannot be changed does not stop the others.
pub async fn begin(app: &App, actor: &Actor, cases: Cases, action: Action) -> Result<Started> {
    let owner = owner(actor)?;
    // Words of a person are kept nowhere but under their key.
    if matches!(action, Action::Subject(_)) {
        return Err(Error::invalid("action", "not for many cases at once"));
    }
    let (mut ids, named) = match cases {
        Cases::Named(ids) if ids.is_empty() || ids.len() > MAX => {
            return Err(Error::invalid("conversations", format!("1 to {MAX} at once")));
        }
        Cases::Named(ids) => (ids, true),
        Cases::Matching(ask) => (lists::ids(app, ask, MOST).await?, false),
    };
    if ids.len() > MOST {
        return Err(Error::invalid("matching", format!("at most {MOST} at once: filter further")));
    }
    let asked = if named { ids.clone() } else { Vec::new() };
    // Rows are locked in the order of their ids, as everybody locks them.
    ids.sort_unstable();
    ids.dedup();
    let new = Bulk {
        id: app.ids.make(),
        actor: owner,
        state: BulkState::Filling,
        action: serde_json::to_string(&action).expect("ids and enums always serialise"),
        total: i64::try_from(ids.len()).unwrap_or(i64::MAX),
        done: 0,
        failed: 0,
        undone: 0,
        created_at: app.now(),
        ended_at: None,
        job: !named,
    };
    let begun = fill(app, new, ids).await?;
    if !named {
        return Ok(Started::Job(begun));
    }
    let mut outcome = piece::all(app, begun.id).await?;
    outcome.in_order_of(&asked);
    Ok(Started::Done(outcome))
}

/// Takes a bulk action back, piece by piece, with the rights its author has now.
pub async fn undo(app: &App, actor: &Actor, id: Uuid) -> Result<Started> {
    let (owner, job) = (owner(actor)?, app.ids.make());
    let begun = app.db.write(Queue::People, move |tx| {
        let mut bulk = own(bulk::lock(tx, id)?, owner)?;
        match bulk.state {
            BulkState::Done | BulkState::Cancelled if bulk.ended_at.is_some_and(|at| at + UNDO_MS > tx.now()) => {}
            BulkState::Running | BulkState::Filling => return Err(Error::Conflict("it still runs: cancel it first")),
            _ => return Err(Error::NotFound),
        }
        bulk.state = BulkState::Undoing;
        bulk.ended_at = None;
        bulk::save(tx, &bulk)?;
        if bulk.job {
            enqueue(tx, job, &bulk)?;
        }
        Ok(bulk)
    });
    let begun = begun.await?;
    if begun.job { Ok(Started::Job(begun)) } else { Ok(Started::Done(piece::all(app, id).await?)) }
}

/// Stops a bulk action between two pieces. What was done stays, and can be taken back.
pub async fn cancel(app: &App, actor: &Actor, id: Uuid) -> Result<Bulk> {
    let owner = owner(actor)?;
    app.db
        .write(Queue::People, move |tx| {
            let mut bulk = own(bulk::lock(tx, id)?, owner)?;
            if bulk.state != BulkState::Running {
                return Err(Error::Conflict("it does not run"));
            }
            bulk.state = BulkState::Cancelled;
            bulk.ended_at = Some(tx.now());
            bulk::save(tx, &bulk)?;
            Ok(bulk)
        })
        .await
}

/// How far one's own bulk action is.
pub async fn get(app: &App, actor: &Actor, id: Uuid) -> Result<Bulk> {
    let owner = owner(actor)?;
    app.db.read(Pool::Quick, move |rx| own(bulk::get(rx, id)?, owner)).await
}

/// One's own bulk jobs that run, or can still be taken back; the newest first.
pub async fn jobs(app: &App, actor: &Actor) -> Result<Vec<Bulk>> {
    const SHOWN: i64 = 20;
    let owner = owner(actor)?;
    let now = app.now();
    let recent = move |rx: &mut candor_store::Rx<'_>| Ok::<_, Error>(bulk::of_actor(rx, owner.id.unwrap_or_default(), SHOWN)?);
    let found = app.db.read(Pool::Quick, recent).await?;
    Ok(found.into_iter().filter(|one| one.job && (one.state.is_at_work() || one.ended_at.is_some_and(|at| at + UNDO_MS > now))).collect())
}

/// Drops what can no longer be taken back.
pub async fn forget_old(app: &App) -> Result<u64> {
    // Longer than any of them runs, so that nothing at work loses its pieces.
    const KEPT_MS: i64 = 24 * 3_600_000;
    let before = app.now() - KEPT_MS;
    let mut gone = 0;
    while app.db.write(Queue::Machines, move |tx| bulk::forget(tx, before).map_err(Error::from)).await? {
        gone += 1;
    }
    Ok(gone)
}

/// Writes the cases down; with the last of them the work may begin.
async fn fill(app: &App, new: Bulk, ids: Vec<ConversationId>) -> Result<Bulk> {
    let pieces: Vec<(i64, Vec<ConversationId>)> = (0..).zip(ids.chunks(CASES).map(<[_]>::to_vec)).collect();
    let row = new.clone();
    app.db.write(Queue::People, move |tx| bulk::insert(tx, &row).map_err(Error::from)).await?;
    for part in pieces.chunks(FILL) {
        let (id, part) = (new.id, part.to_vec());
        let add = move |tx: &mut Tx<'_>| part.iter().try_for_each(|(number, cases)| bulk::add_piece(tx, id, *number, cases));
        app.db.write(Queue::People, move |tx| add(tx).map_err(Error::from)).await?;
    }
    let (job_id, mut begun) = (app.ids.make(), new);
    begun.state = BulkState::Running;
    app.db
        .write(Queue::People, move |tx| {
            bulk::save(tx, &begun)?;
            if begun.job {
                enqueue(tx, job_id, &begun)?;
            }
            Ok(begun.clone())
        })
        .await
}

/// The job that works on it. A worker that dies leaves it to the next; what fails again and again waits for a person.
fn enqueue(tx: &mut Tx<'_>, job: Uuid, bulk: &Bulk) -> Result<()> {
    const TRIES: i64 = 20;
    let (key, body) = (format!("bulk:{}:{}", bulk.id, bulk.state.as_str()), bulk.id.to_string());
    let due_at = tx.now();
    let new =
        NewJob { id: job, queue: work::QUEUE, kind: "bulk", unique_key: Some(&key), stream: None, body: &body, due_at, max_tries: TRIES };
    job::insert(tx, &new)?;
    Ok(())
}

fn own(bulk: Bulk, owner: ActorRef) -> Result<Bulk> {
    if bulk.actor == owner { Ok(bulk) } else { Err(Error::NotFound) }
}

/// Whoever may act on many: what they begin is theirs alone.
fn owner(actor: &Actor) -> Result<ActorRef> {
    require_somewhere(actor, Permission::ConversationBulk)?;
    let owner = actor.as_ref();
    if owner.id.is_some() { Ok(owner) } else { Err(Error::Forbidden("for agents and tokens")) }
}
