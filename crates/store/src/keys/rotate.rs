//! Changing the master key while the desk runs: the desk's own keys at once, customers' keys in pieces.
//! Both master keys open until the last piece; the old one is then named as removable, never removed here.

use super::cell::{KeyId, SealError};
use super::master::MasterKey;
use super::vault::{SECRET_ID, SECRETS};
use crate::query::Query;
use crate::value::Row;
use crate::{Db, Error, Tx};
use rand::Rng;
use uuid::Uuid;

/// A master key as the database knows it: by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Master {
    pub name: String,
    pub current: bool,
    pub since: i64,
    /// Since when no key in this database needs it.
    pub removable_at: Option<i64>,
}

const LIST: &str = "SELECT id, state, since, removable_at FROM master_key ORDER BY since, id";
const SECRET: &str = "SELECT wrapped FROM secret WHERE name = $1 /*lock*/";
const SET_SECRET: &str = "UPDATE secret SET wrapped = $2 WHERE name = $1";
const RETIRE: &str = "UPDATE master_key SET state = 'old', removable_at = NULL WHERE state = 'current'";
const LEAD: &str = "INSERT INTO master_key (id, state, since) VALUES ($1, 'current', $2) \
     ON CONFLICT (id) DO UPDATE SET state = 'current', since = $2, removable_at = NULL";
const PIECE: &str = "SELECT id, wrapped FROM customer_key WHERE id > $1 ORDER BY id LIMIT $2";
const REWRAP: &str = "UPDATE customer_key SET wrapped = $2 WHERE id = $1";
const REMOVABLE: &str = "UPDATE master_key SET removable_at = $1 WHERE state = 'old' AND removable_at IS NULL";

fn read(row: &Row<'_>) -> Result<Master, Error> {
    let state: String = row.get(1)?;
    Ok(Master { name: row.get(0)?, current: state == "current", since: row.get(2)?, removable_at: row.get(3)? })
}

/// The master keys this database knows, oldest first.
pub fn masters(q: &mut impl Query) -> Result<Vec<Master>, Error> {
    q.list(LIST, &[], read)
}

/// Makes the first of these keys the one that wraps; the one in use must be among the others. The desk's own keys are
/// wrapped anew at once. After the commit the caller hands the keys to [`Db::use_master`].
pub fn begin_rotation(tx: &mut Tx<'_>, to: &MasterKey) -> Result<(), Error> {
    let known = masters(tx)?;
    let current = known.iter().find(|one| one.current).ok_or(SealError::WrongMaster)?;
    let name = to.name().to_string();
    if current.name == name {
        return Err(Error::Invalid(format!("{name} is the master key in use")));
    }
    if to.led_by(&current.name).is_none() {
        return Err(Error::Invalid(format!("the master key in use, {}, must be given beside the new one", current.name)));
    }
    for secret in SECRETS {
        let wrapped: Vec<u8> = tx.one(SECRET, &[&secret], |row| row.get(0))?;
        let raw = to.unwrap(secret, SECRET_ID, &wrapped)?;
        let nonce = nonce(tx);
        tx.execute(SET_SECRET, &[&secret, &to.wrap(secret, SECRET_ID, &raw, nonce)])?;
    }
    let now = tx.now();
    tx.execute(RETIRE, &[])?;
    tx.execute(LEAD, &[&name, &now])?;
    Ok(())
}

/// What a piece of wrapping anew did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rewrapped {
    /// The last key looked at; `None` after the last one.
    pub last: Option<KeyId>,
    pub changed: usize,
}

/// Wraps the next customers' keys with the master key in use, where another wrapped them.
pub fn rewrap(tx: &mut Tx<'_>, after: KeyId, limit: i64) -> Result<Rewrapped, Error> {
    let piece = tx.list(PIECE, &[&after.0, &limit], |row| Ok((KeyId(row.get::<Uuid>(0)?), row.get::<Vec<u8>>(1)?)))?;
    let mut changed = 0;
    for (id, wrapped) in &piece {
        if tx.seat().shared.vault().master().wrapped(wrapped) {
            continue;
        }
        let raw = tx.seat().shared.vault().unwrap(*id, wrapped)?;
        let nonce = nonce(tx);
        let anew = tx.seat().shared.vault().wrap(*id, &raw, nonce);
        // A key that was destroyed meanwhile has no row.
        changed += usize::try_from(tx.execute(REWRAP, &[&id.0, &anew])?).unwrap_or(0);
    }
    Ok(Rewrapped { last: piece.last().map(|(id, _)| *id), changed })
}

/// A whole pass found nothing that an older master key wraps: they are needed for older copies only.
pub fn end_rotation(tx: &mut Tx<'_>) -> Result<(), Error> {
    let now = tx.now();
    tx.execute(REMOVABLE, &[&now])?;
    Ok(())
}

fn nonce(tx: &mut Tx<'_>) -> [u8; super::cell::NONCE] {
    let mut nonce = [0; super::cell::NONCE];
    tx.seat().random.fill_bytes(&mut nonce);
    nonce
}

impl Db {
    /// The master keys this process has, the wrapping one first.
    pub fn master(&self) -> MasterKey {
        self.house.shared.vault().master().clone()
    }

    /// From now on the first of these wraps; after [`begin_rotation`] was committed.
    pub fn use_master(&self, master: MasterKey) {
        self.house.shared.vault().set_master(master);
    }
}
