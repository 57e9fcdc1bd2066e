//! Signed-in browsers of agents. The token itself is never here, only its hash.

use crate::Error;
use crate::keys::Cell;
use crate::query::Query;
use crate::tx::Tx;
use crate::value::Row;
use candor_domain::id::{AgentId, SessionId};

/// A session as its owner sees it; address and device opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    pub agent: AgentId,
    pub created_at: i64,
    pub seen_at: i64,
    pub expires_at: i64,
    pub address: Option<String>,
    pub device: Option<String>,
}

/// What a request needs to know of its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    pub id: SessionId,
    pub agent: AgentId,
    pub created_at: i64,
    pub seen_at: i64,
}

const BY_HASH: &str = "SELECT agent_session.id, agent_session.agent_id, agent_session.created_at, agent_session.seen_at FROM agent_session \
     JOIN agent ON agent.id = agent_session.agent_id \
     WHERE agent_session.token_hash = $1 AND agent_session.expires_at > $2 AND agent.state = 'active'";
const BY_ID: &str = "SELECT agent_session.id, agent_session.agent_id, agent_session.created_at, agent_session.seen_at FROM agent_session \
     JOIN agent ON agent.id = agent_session.agent_id \
     WHERE agent_session.id = $1 AND agent_session.expires_at > $2 AND agent.state = 'active'";
const LIST: &str = "SELECT id, agent_id, created_at, seen_at, expires_at, address_sealed, device_sealed FROM agent_session \
     WHERE agent_id = $1 AND expires_at > $2 ORDER BY seen_at DESC, id";
const INSERT: &str = "INSERT INTO agent_session (id, token_hash, agent_id, created_at, seen_at, expires_at, address_sealed, device_sealed) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const SEEN: &str = "UPDATE agent_session SET seen_at = $2, expires_at = $3 WHERE id = $1 AND seen_at < $2";
const DELETE: &str = "DELETE FROM agent_session WHERE id = $1 AND agent_id = $2";
const DELETE_OTHERS: &str = "DELETE FROM agent_session WHERE agent_id = $1 AND id <> $2";
const DELETE_ALL: &str = "DELETE FROM agent_session WHERE agent_id = $1";
const DELETE_ENDED: &str =
    "DELETE FROM agent_session WHERE id IN (SELECT id FROM agent_session WHERE expires_at <= $1 ORDER BY expires_at LIMIT 100)";
const TRIM: &str = "DELETE FROM agent_session WHERE agent_id = $1 AND id NOT IN \
     (SELECT id FROM agent_session WHERE agent_id = $1 ORDER BY seen_at DESC, id DESC LIMIT 20)";

fn address_cell(id: SessionId) -> Cell<'static> {
    Cell { table: "agent_session", column: "address", row: id.0 }
}

fn device_cell(id: SessionId) -> Cell<'static> {
    Cell { table: "agent_session", column: "device", row: id.0 }
}

fn read_found(row: &Row<'_>) -> Result<Found, Error> {
    Ok(Found { id: SessionId(row.get(0)?), agent: AgentId(row.get(1)?), created_at: row.get(2)?, seen_at: row.get(3)? })
}

/// A live session of an active agent.
pub fn by_hash(q: &mut impl Query, token_hash: &[u8], now: i64) -> Result<Option<Found>, Error> {
    q.optional(BY_HASH, &[&token_hash, &now], read_found)
}

/// The same by id: whether an open socket may stay open.
pub fn by_id(q: &mut impl Query, id: SessionId, now: i64) -> Result<Option<Found>, Error> {
    q.optional(BY_ID, &[&id.0, &now], read_found)
}

type Sealed = (Option<Vec<u8>>, Option<Vec<u8>>);

fn read(row: &Row<'_>) -> Result<(Session, Sealed), Error> {
    let session = Session {
        id: SessionId(row.get(0)?),
        agent: AgentId(row.get(1)?),
        created_at: row.get(2)?,
        seen_at: row.get(3)?,
        expires_at: row.get(4)?,
        address: None,
        device: None,
    };
    Ok((session, (row.get(5)?, row.get(6)?)))
}

/// The live sessions of an agent, last seen first.
pub fn list(q: &mut impl Query, agent: AgentId, now: i64) -> Result<Vec<Session>, Error> {
    let found = q.list(LIST, &[&agent.0, &now], read)?;
    found.into_iter().map(|found| opened(q, found)).collect()
}

fn opened(q: &mut impl Query, found: (Session, Sealed)) -> Result<Session, Error> {
    let (mut session, (address, device)) = found;
    let mut open = |cell, sealed: Option<Vec<u8>>| match sealed {
        Some(sealed) => q.open(cell, &sealed).map(|text| String::from_utf8(text).ok()),
        None => Ok(None),
    };
    session.address = open(address_cell(session.id), address)?;
    session.device = open(device_cell(session.id), device)?;
    Ok(session)
}

pub fn insert(tx: &mut Tx<'_>, session: &Session, token_hash: &[u8]) -> Result<(), Error> {
    let key = tx.workspace_key();
    let mut seal = |cell, text: &Option<String>| text.as_ref().map(|text| tx.seal(key, cell, text.as_bytes())).transpose();
    let address = seal(address_cell(session.id), &session.address)?;
    let device = seal(device_cell(session.id), &session.device)?;
    tx.execute(
        INSERT,
        &[&session.id.0, &token_hash, &session.agent.0, &session.created_at, &session.seen_at, &session.expires_at, &address, &device],
    )?;
    Ok(())
}

/// Notes that it is in use, and how long it lives from here.
pub fn seen(tx: &mut Tx<'_>, id: SessionId, at: i64, expires_at: i64) -> Result<(), Error> {
    tx.execute(SEEN, &[&id.0, &at, &expires_at])?;
    Ok(())
}

/// Ends one of an agent's sessions; says whether there was one.
pub fn delete(tx: &mut Tx<'_>, agent: AgentId, id: SessionId) -> Result<bool, Error> {
    Ok(tx.execute(DELETE, &[&id.0, &agent.0])? > 0)
}

/// Ends all but one.
pub fn delete_others(tx: &mut Tx<'_>, agent: AgentId, kept: SessionId) -> Result<u64, Error> {
    tx.execute(DELETE_OTHERS, &[&agent.0, &kept.0])
}

pub fn delete_all(tx: &mut Tx<'_>, agent: AgentId) -> Result<u64, Error> {
    tx.execute(DELETE_ALL, &[&agent.0])
}

/// Keeps the 20 that were used last.
pub fn trim(tx: &mut Tx<'_>, agent: AgentId) -> Result<(), Error> {
    tx.execute(TRIM, &[&agent.0])?;
    Ok(())
}

/// Forgets up to 100 that ran out.
pub fn delete_ended(tx: &mut Tx<'_>, now: i64) -> Result<u64, Error> {
    tx.execute(DELETE_ENDED, &[&now])
}
