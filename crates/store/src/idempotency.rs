//! What was answered to an `Idempotency-Key`: per owner, 24 hours, status and id, never a body.

use crate::query::Query;
use crate::{Error, Tx};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// An HMAC of the request: the same key with another body is refused.
    pub body_mac: Vec<u8>,
    pub status: i64,
    pub item: Option<Uuid>,
}

const FIND: &str = "SELECT body_mac, status, item_id FROM idempotency WHERE owner_id = $1 AND unique_key = $2 AND created_at > $3";
const KEEP: &str = "INSERT INTO idempotency (owner_id, unique_key, body_mac, status, item_id, created_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (owner_id, unique_key) DO UPDATE SET body_mac = excluded.body_mac, status = excluded.status,
    item_id = excluded.item_id, created_at = excluded.created_at WHERE idempotency.created_at <= $7";
const FINISH: &str = "UPDATE idempotency SET status = $3, item_id = $4 WHERE owner_id = $1 AND unique_key = $2";
const FREE: &str = "DELETE FROM idempotency WHERE owner_id = $1 AND unique_key = $2";
const FORGET: &str = "DELETE FROM idempotency WHERE (owner_id, unique_key) IN
    (SELECT owner_id, unique_key FROM idempotency WHERE created_at <= $1 LIMIT $2)";

/// How long an answer is remembered.
pub const KEPT_MS: i64 = 24 * 60 * 60 * 1000;

pub fn find(q: &mut impl Query, owner: Uuid, key: &str) -> Result<Option<Answered>, Error> {
    let after = q.now() - KEPT_MS;
    q.optional(FIND, &[&owner, &key, &after], |row| Ok(Answered { body_mac: row.get(0)?, status: row.get(1)?, item: row.get(2)? }))
}

/// Keeps an answer, in the transaction of what was asked. False: another request with this key was first.
pub fn keep(tx: &mut Tx<'_>, owner: Uuid, key: &str, answer: &Answered) -> Result<bool, Error> {
    let now = tx.now();
    let values: [&dyn crate::Value; 7] = [&owner, &key, &answer.body_mac, &answer.status, &answer.item, &now, &(now - KEPT_MS)];
    Ok(tx.execute(KEEP, &values)? > 0)
}

/// Completes an answer that was kept before its request ran.
pub fn finish(tx: &mut Tx<'_>, owner: Uuid, key: &str, status: i64, item: Option<Uuid>) -> Result<(), Error> {
    tx.execute(FINISH, &[&owner, &key, &status, &item])?;
    Ok(())
}

/// Frees a key whose request had no effect.
pub fn free(tx: &mut Tx<'_>, owner: Uuid, key: &str) -> Result<(), Error> {
    tx.execute(FREE, &[&owner, &key])?;
    Ok(())
}

/// Forgets up to `limit` answers that are too old; says how many.
pub fn forget_old(tx: &mut Tx<'_>, limit: i64) -> Result<u64, Error> {
    let before = tx.now() - KEPT_MS;
    tx.execute(FORGET, &[&before, &limit])
}
