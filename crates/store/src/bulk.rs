//! One thing done to many conversations: in pieces, each with what takes it back. Ids, enums and counts; kept while it can be undone.

use crate::Error;
use crate::message::{join, split};
use crate::query::Query;
use crate::tx::Tx;
use crate::value::Row;
use candor_domain::actor::{ActorKind, ActorRef};
use candor_domain::bulk::BulkState;
use candor_domain::id::ConversationId;
use uuid::Uuid;

/// An action on many conversations, and how far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bulk {
    pub id: Uuid,
    /// Whoever asked for it: it is done with the rights they have at the time.
    pub actor: ActorRef,
    pub state: BulkState,
    /// What is done, as JSON.
    pub action: String,
    pub total: i64,
    pub done: i64,
    /// Conversations that could not be changed.
    pub failed: i64,
    /// Conversations that were taken back.
    pub undone: i64,
    pub created_at: i64,
    pub ended_at: Option<i64>,
    /// Runs by itself, with progress; else within its request.
    pub job: bool,
}

/// A few conversations of a bulk action: one command's work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub number: i64,
    pub cases: Vec<ConversationId>,
    /// What takes it back, as JSON.
    pub back: Option<String>,
}

/// What has become of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Todo,
    Done,
    Undone,
}

impl Stage {
    fn as_str(self) -> &'static str {
        match self {
            Self::Todo => "todo",
            Self::Done => "done",
            Self::Undone => "undone",
        }
    }
}

macro_rules! columns {
    () => {
        "id, actor_kind, actor_id, state, action, total, done, failed, undone, created_at, ended_at, job"
    };
}

const INSERT: &str = concat!("INSERT INTO bulk (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)");
const SAVE: &str = "UPDATE bulk SET state = $2, total = $3, done = $4, failed = $5, undone = $6, ended_at = $7 WHERE id = $1";
const GET: &str = concat!("SELECT ", columns!(), " FROM bulk WHERE id = $1");
const LOCK: &str = concat!("SELECT ", columns!(), " FROM bulk WHERE id = $1 /*lock*/");
const OF_ACTOR: &str = concat!("SELECT ", columns!(), " FROM bulk WHERE actor_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2");
const ADD_PIECE: &str = "INSERT INTO bulk_piece (bulk_id, piece, state, cases) VALUES ($1, $2, 'todo', $3)";
const NEXT: &str = "SELECT piece, cases, back FROM bulk_piece WHERE bulk_id = $1 AND state = $2 ORDER BY piece LIMIT 1";
const END_PIECE: &str = "UPDATE bulk_piece SET state = $3, back = $4 WHERE bulk_id = $1 AND piece = $2";
const OLD: &str = "SELECT id FROM bulk WHERE created_at <= $1 AND (ended_at IS NULL OR ended_at <= $1) ORDER BY created_at LIMIT 1";
const FORGET_PIECES: &str = "DELETE FROM bulk_piece WHERE bulk_id = $1 AND piece IN
    (SELECT piece FROM bulk_piece WHERE bulk_id = $1 ORDER BY piece LIMIT 150)";
const FORGET: &str = "DELETE FROM bulk WHERE id = $1";

fn read(row: &Row<'_>) -> Result<Bulk, Error> {
    let (kind, state): (String, String) = (row.get(1)?, row.get(3)?);
    let kind = ActorKind::parse(&kind).ok_or_else(|| Error::Corrupt(format!("bulk.actor_kind holds {kind}")))?;
    let state = BulkState::parse(&state).ok_or_else(|| Error::Corrupt(format!("bulk.state holds {state}")))?;
    Ok(Bulk {
        id: row.get(0)?,
        actor: ActorRef { kind, id: row.get(2)? },
        state,
        action: row.get(4)?,
        total: row.get(5)?,
        done: row.get(6)?,
        failed: row.get(7)?,
        undone: row.get(8)?,
        created_at: row.get(9)?,
        ended_at: row.get(10)?,
        job: row.get(11)?,
    })
}

pub fn insert(tx: &mut Tx<'_>, new: &Bulk) -> Result<(), Error> {
    let (kind, state) = (new.actor.kind.as_str(), new.state.as_str());
    let (id, actor, action) = (&new.id, new.actor.id.unwrap_or(Uuid::nil()), &new.action);
    let (total, done, failed, undone) = (&new.total, &new.done, &new.failed, &new.undone);
    let (created, ended, job) = (&new.created_at, &new.ended_at, &new.job);
    tx.execute(INSERT, &[id, &kind, &actor, &state, action, total, done, failed, undone, created, ended, job])?;
    Ok(())
}

/// Writes state and counts; what was asked for stays.
pub fn save(tx: &mut Tx<'_>, bulk: &Bulk) -> Result<(), Error> {
    let state = bulk.state.as_str();
    tx.execute(SAVE, &[&bulk.id, &state, &bulk.total, &bulk.done, &bulk.failed, &bulk.undone, &bulk.ended_at])?;
    Ok(())
}

pub fn get(q: &mut impl Query, id: Uuid) -> Result<Bulk, Error> {
    q.one(GET, &[&id], read)
}

/// Reads it and holds it until the command ends: pieces are worked on one after the other.
pub fn lock(tx: &mut Tx<'_>, id: Uuid) -> Result<Bulk, Error> {
    tx.one(LOCK, &[&id], read)
}

/// Somebody's newest bulk actions.
pub fn of_actor(q: &mut impl Query, actor: Uuid, limit: i64) -> Result<Vec<Bulk>, Error> {
    q.list(OF_ACTOR, &[&actor, &limit], read)
}

pub fn add_piece(tx: &mut Tx<'_>, bulk: Uuid, number: i64, cases: &[ConversationId]) -> Result<(), Error> {
    tx.execute(ADD_PIECE, &[&bulk, &number, &join(cases)])?;
    Ok(())
}

/// The first piece that stands at this stage.
pub fn next_piece(q: &mut impl Query, bulk: Uuid, stage: Stage) -> Result<Option<Piece>, Error> {
    q.optional(NEXT, &[&bulk, &stage.as_str()], |row| {
        let cases: String = row.get(1)?;
        Ok(Piece { number: row.get(0)?, cases: split(&cases), back: row.get(2)? })
    })
}

pub fn end_piece(tx: &mut Tx<'_>, bulk: Uuid, number: i64, stage: Stage, back: Option<&str>) -> Result<(), Error> {
    tx.execute(END_PIECE, &[&bulk, &number, &stage.as_str(), &back])?;
    Ok(())
}

/// Drops a part of what can no longer be taken back, or was never begun; false when there is none.
pub fn forget(tx: &mut Tx<'_>, before: i64) -> Result<bool, Error> {
    let Some(id) = tx.optional(OLD, &[&before], |row| row.get::<Uuid>(0))? else { return Ok(false) };
    if tx.execute(FORGET_PIECES, &[&id])? == 0 {
        tx.execute(FORGET, &[&id])?;
    }
    Ok(true)
}
