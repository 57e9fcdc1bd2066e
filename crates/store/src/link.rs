//! One-time links: the first administrator, invitations, new passwords. Only hashes of their tokens are kept.

use crate::Error;
use crate::query::Query;
use crate::tx::Tx;
use crate::value::Row;
use candor_domain::id::{AgentId, LinkId};
use candor_domain::staff::LinkKind;
use uuid::Uuid;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    pub id: LinkId,
    pub kind: LinkKind,
    /// Whom it is for; none for the first administrator, who does not exist yet.
    pub agent: Option<AgentId>,
    pub expires_at: i64,
}

const BY_HASH: &str =
    "SELECT id, kind, agent_id, expires_at FROM one_time_link WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2";
const INSERT: &str =
    "INSERT INTO one_time_link (id, kind, token_hash, agent_id, created_at, expires_at, used_at) VALUES ($1, $2, $3, $4, $5, $6, NULL)";
const USE: &str = "UPDATE one_time_link SET used_at = $2 WHERE id = $1 AND used_at IS NULL AND expires_at > $2";
const DELETE_ENDED: &str =
    "DELETE FROM one_time_link WHERE id IN (SELECT id FROM one_time_link WHERE expires_at <= $1 ORDER BY expires_at LIMIT 100)";
const REVOKE_OF_AGENT: &str = "DELETE FROM one_time_link WHERE agent_id = $1 AND used_at IS NULL";
const REVOKE_KIND: &str = "DELETE FROM one_time_link WHERE kind = $1 AND used_at IS NULL";

fn read(row: &Row<'_>) -> Result<Link, Error> {
    let kind = row.get::<String>(1)?;
    Ok(Link {
        id: LinkId(row.get(0)?),
        kind: LinkKind::parse(&kind).ok_or_else(|| Error::Corrupt(format!("one_time_link.kind holds {kind}")))?,
        agent: row.get::<Option<Uuid>>(2)?.map(AgentId),
        expires_at: row.get(3)?,
    })
}

/// A link that can still be used.
pub fn by_hash(q: &mut impl Query, token_hash: &[u8], now: i64) -> Result<Option<Link>, Error> {
    q.optional(BY_HASH, &[&token_hash, &now], read)
}

pub fn insert(tx: &mut Tx<'_>, link: &Link, token_hash: &[u8], now: i64) -> Result<(), Error> {
    tx.execute(INSERT, &[&link.id.0, &link.kind.as_str(), &token_hash, &link.agent.map(|id| id.0), &now, &link.expires_at])?;
    Ok(())
}

/// Uses it up; false when somebody else did, or it ran out.
pub fn take(tx: &mut Tx<'_>, id: LinkId, now: i64) -> Result<bool, Error> {
    Ok(tx.execute(USE, &[&id.0, &now])? == 1)
}

/// Makes an agent's unused links useless.
pub fn revoke_of(tx: &mut Tx<'_>, agent: AgentId) -> Result<u64, Error> {
    tx.execute(REVOKE_OF_AGENT, &[&agent.0])
}

/// Makes all unused links of a kind useless.
pub fn revoke_kind(tx: &mut Tx<'_>, kind: LinkKind) -> Result<u64, Error> {
    tx.execute(REVOKE_KIND, &[&kind.as_str()])
}

/// Forgets up to 100 that ran out, used or not.
pub fn delete_ended(tx: &mut Tx<'_>, now: i64) -> Result<u64, Error> {
    tx.execute(DELETE_ENDED, &[&now])
}
