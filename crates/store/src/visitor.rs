//! Visitors' sessions, and the one-time marks of the tokens they were opened with.
//!
//! A session is found by the hash of its token; the token itself is never kept.

use crate::Error;
use crate::conversation::read_text;
use crate::keys::Cell;
use crate::query::Query;
use crate::tx::Tx;
use crate::value::Row;
use candor_domain::event::Proof;
use candor_domain::id::{ContactId, InboxId, VisitorSessionId};

/// A signed-in browser or app of a visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    pub id: VisitorSessionId,
    pub inbox: InboxId,
    pub contact: ContactId,
    /// How the session itself was opened: anonymous or signed.
    pub proof: Proof,
    pub created_at: i64,
    pub seen_at: i64,
    pub expires_at: i64,
}

/// Keeps a session. `address` is where it was begun from, sealed in [`address_cell`].
pub fn insert(tx: &mut Tx<'_>, session: &Session, token_hash: &[u8], address: &[u8]) -> Result<(), Error> {
    const INSERT: &str = "INSERT INTO visitor_session (id, token_hash, inbox_id, contact_id, proof, created_at, seen_at, expires_at, \
         address_sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let Session { id, inbox, contact, proof, created_at, seen_at, expires_at } = session;
    tx.execute(INSERT, &[&id.0, &token_hash, &inbox.0, &contact.0, &proof.level(), created_at, seen_at, expires_at, &address])?;
    Ok(())
}

/// Notes where a session goes on from.
pub fn came_from(tx: &mut Tx<'_>, id: VisitorSessionId, address: &[u8]) -> Result<(), Error> {
    tx.execute("UPDATE visitor_session SET address_sealed = $2 WHERE id = $1", &[&id.0, &address])?;
    Ok(())
}

/// Where a contact came from last, opened; `None` when no session of theirs is left.
pub fn last_address(q: &mut impl Query, contact: ContactId) -> Result<Option<String>, Error> {
    const LAST: &str = "SELECT id, address_sealed FROM visitor_session WHERE contact_id = $1 AND address_sealed IS NOT NULL \
         ORDER BY seen_at DESC LIMIT 1";
    let found = q.optional(LAST, &[&contact.0], |row| Ok((VisitorSessionId(row.get(0)?), row.get::<Vec<u8>>(1)?)))?;
    found.map(|(id, sealed)| q.open(address_cell(id), &sealed).and_then(read_text)).transpose()
}

/// The cell that holds where a session came from.
pub fn address_cell(id: VisitorSessionId) -> Cell<'static> {
    Cell { table: "visitor_session", column: "address", row: id.0 }
}

const BY_TOKEN: &str = "SELECT id, inbox_id, contact_id, proof, created_at, seen_at, expires_at FROM visitor_session \
     WHERE token_hash = $1 AND expires_at > $2";
const BY_TOKEN_LOCK: &str = "SELECT id, inbox_id, contact_id, proof, created_at, seen_at, expires_at FROM visitor_session \
     WHERE token_hash = $1 AND expires_at > $2 /*lock*/";

/// The session of this token, if it lives.
pub fn by_token(q: &mut impl Query, token_hash: &[u8]) -> Result<Option<Session>, Error> {
    let now = q.now();
    q.optional(BY_TOKEN, &[&token_hash, &now], read)
}

/// A session by its id, if it lives.
pub fn by_id(q: &mut impl Query, id: VisitorSessionId) -> Result<Option<Session>, Error> {
    const BY_ID: &str =
        "SELECT id, inbox_id, contact_id, proof, created_at, seen_at, expires_at FROM visitor_session WHERE id = $1 AND expires_at > $2";
    let now = q.now();
    q.optional(BY_ID, &[&id.0, &now], read)
}

/// A session by its token with its lock, for whoever changes it.
pub fn lock_by_token(tx: &mut Tx<'_>, token_hash: &[u8]) -> Result<Option<Session>, Error> {
    let now = tx.now();
    tx.optional(BY_TOKEN_LOCK, &[&token_hash, &now], read)
}

/// Notes that the session was used, and until when it lives now.
pub fn touch(tx: &mut Tx<'_>, id: VisitorSessionId, expires_at: i64) -> Result<(), Error> {
    let now = tx.now();
    tx.execute("UPDATE visitor_session SET seen_at = $2, expires_at = $3 WHERE id = $1", &[&id.0, &now, &expires_at])?;
    Ok(())
}

/// The session goes on as another person's under another token. What was begun in it stays repeatable.
pub fn rise(tx: &mut Tx<'_>, session: &Session, token_hash: &[u8]) -> Result<(), Error> {
    const RISE: &str =
        "UPDATE visitor_session SET token_hash = $2, contact_id = $3, proof = $4, seen_at = $5, expires_at = $6 WHERE id = $1";
    let Session { id, contact, proof, seen_at, expires_at, .. } = session;
    tx.execute(RISE, &[&id.0, &token_hash, &contact.0, &proof.level(), seen_at, expires_at])?;
    Ok(())
}

/// Ends a session; false when it had ended.
pub fn delete(tx: &mut Tx<'_>, id: VisitorSessionId) -> Result<bool, Error> {
    Ok(tx.execute("DELETE FROM visitor_session WHERE id = $1", &[&id.0])? > 0)
}

/// Gives the sessions of one contact to another.
pub fn move_all(tx: &mut Tx<'_>, from: ContactId, to: ContactId) -> Result<u64, Error> {
    tx.execute("UPDATE visitor_session SET contact_id = $2 WHERE contact_id = $1", &[&from.0, &to.0])
}

/// Uses a token's one-time mark up; false when it was used before.
pub fn use_once(tx: &mut Tx<'_>, inbox: InboxId, jti: &str, expires_at: i64) -> Result<bool, Error> {
    const USE: &str =
        "INSERT INTO visitor_jti (inbox_id, jti_hash, expires_at) VALUES ($1, $2, $3) ON CONFLICT (inbox_id, jti_hash) DO NOTHING";
    let hash = tx.blind("visitor_jti", jti);
    Ok(tx.execute(USE, &[&inbox.0, &hash, &expires_at])? > 0)
}

/// Removes sessions and one-time marks that ran out, at most `limit` of each; says how many went.
pub fn delete_ended(tx: &mut Tx<'_>, limit: i64) -> Result<u64, Error> {
    const SESSIONS: &str = "DELETE FROM visitor_session WHERE id IN (SELECT id FROM visitor_session WHERE expires_at <= $1 LIMIT $2)";
    const MARKS: &str = "DELETE FROM visitor_jti WHERE (inbox_id, jti_hash) IN \
         (SELECT inbox_id, jti_hash FROM visitor_jti WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";
    let now = tx.now();
    Ok(tx.execute(SESSIONS, &[&now, &limit])? + tx.execute(MARKS, &[&now, &limit])?)
}

fn read(row: &Row<'_>) -> Result<Session, Error> {
    let proof: i64 = row.get(3)?;
    Ok(Session {
        id: VisitorSessionId(row.get(0)?),
        inbox: InboxId(row.get(1)?),
        contact: ContactId(row.get(2)?),
        proof: Proof::from_level(proof).ok_or_else(|| Error::Corrupt(format!("visitor_session.proof holds {proof}")))?,
        created_at: row.get(4)?,
        seen_at: row.get(5)?,
        expires_at: row.get(6)?,
    })
}
