//! What would take a bulk action back: ids and enums, kept for a few minutes, used once.

use crate::Error;
use crate::query::Query;
use crate::tx::Tx;
use candor_domain::id::AgentId;
use uuid::Uuid;

const INSERT: &str = "INSERT INTO bulk_undo (id, agent_id, steps, at) VALUES ($1, $2, $3, $4)";
const TAKE: &str = "DELETE FROM bulk_undo WHERE id = $1 AND agent_id = $2 AND at > $3 RETURNING steps";
const FORGET: &str = "DELETE FROM bulk_undo WHERE at <= $1";

/// Keeps the steps of an undo and drops what has run out by `expired`.
pub fn insert(tx: &mut Tx<'_>, id: Uuid, agent: AgentId, steps: &str, expired: i64) -> Result<(), Error> {
    let now = tx.now();
    tx.execute(FORGET, &[&expired])?;
    tx.execute(INSERT, &[&id, &agent.0, &steps, &now])?;
    Ok(())
}

/// Takes the steps out: an undo happens once, and only for whoever did it.
pub fn take(tx: &mut Tx<'_>, id: Uuid, agent: AgentId, expired: i64) -> Result<Option<String>, Error> {
    tx.optional(TAKE, &[&id, &agent.0, &expired], |row| row.get(0))
}
