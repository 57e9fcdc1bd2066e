//! Mailboxes that are read over IMAP: the one process that reads each of them, how that goes, and how far each folder is read.
//!
//! Whoever holds a [`Lease`] reads; what a reader notes counts only with its lease, so that one that was late moves nothing.

use crate::Error;
use crate::query::Query;
use crate::tx::Tx;
use crate::value::Row;
use candor_domain::id::ChannelId;
use std::collections::HashMap;

/// The right to read a mailbox, until it ends or somebody else has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    channel: ChannelId,
    number: i64,
}

/// How reading goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// When all folders were read last without a problem.
    pub read_at: Option<i64>,
    /// What the mail server said, or what happened on the way there, since then.
    pub problem: Option<String>,
    pub problem_at: Option<i64>,
}

/// How far a folder is read, in the numbers its server gives (RFC 3501, 2.3.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Folder {
    /// The numbers mean something as long as the server says this one.
    pub validity: u32,
    /// Mails up to this one are kept.
    pub kept: u32,
    /// Of mails up to this one the server was told what becomes of them.
    pub settled: u32,
}

const TAKE: &str = "INSERT INTO mailbox (channel_id, lease, lease_until) VALUES ($1, 1, $3) \
     ON CONFLICT (channel_id) DO UPDATE SET lease = mailbox.lease + 1, lease_until = $3 WHERE mailbox.lease_until <= $2 RETURNING lease";
const BUSY: &str = "SELECT 1 FROM mailbox WHERE channel_id = $1 AND lease_until > $2";
const HOLD: &str = "UPDATE mailbox SET lease_until = $3 WHERE channel_id = $1 AND lease = $2";
const SUCCEEDED: &str = "UPDATE mailbox SET read_at = $3, problem = NULL, problem_at = NULL WHERE channel_id = $1 AND lease = $2";
const FAILED: &str = "UPDATE mailbox SET problem = $3, problem_at = $4 WHERE channel_id = $1 AND lease = $2";
const HELD: &str = "SELECT 1 FROM mailbox WHERE channel_id = $1 AND lease = $2 /*lock*/";
const READINGS: &str = "SELECT channel_id, read_at, problem, problem_at FROM mailbox";
const FOLDER: &str = "SELECT validity, kept, settled FROM mailbox_folder WHERE channel_id = $1 AND name = $2";
const CAME_TO: &str = "INSERT INTO mailbox_folder (channel_id, name, validity, kept, settled) VALUES ($1, $2, $3, $4, $5) \
     ON CONFLICT (channel_id, name) DO UPDATE SET validity = $3, kept = $4, settled = $5";

/// Whether nobody reads it now.
pub fn is_free(q: &mut impl Query, channel: ChannelId) -> Result<bool, Error> {
    let now = q.now();
    Ok(q.optional(BUSY, &[&channel.0, &now], |_| Ok(()))?.is_none())
}

/// Takes the right to read it for so long; `None` while somebody else has it.
pub fn take(tx: &mut Tx<'_>, channel: ChannelId, for_ms: i64) -> Result<Option<Lease>, Error> {
    let now = tx.now();
    tx.optional(TAKE, &[&channel.0, &now, &(now + for_ms)], |row| Ok(Lease { channel, number: row.get(0)? }))
}

/// Keeps the right for so long from now.
pub fn hold(tx: &mut Tx<'_>, lease: Lease, for_ms: i64) -> Result<(), Error> {
    let until = tx.now() + for_ms;
    held(tx.execute(HOLD, &[&lease.channel.0, &lease.number, &until])?)
}

/// Gives it back before its time.
pub fn let_go(tx: &mut Tx<'_>, lease: Lease) -> Result<(), Error> {
    tx.execute(HOLD, &[&lease.channel.0, &lease.number, &0_i64])?;
    Ok(())
}

/// Nobody reads any of them: the one process that did has just begun anew.
pub fn free_all(tx: &mut Tx<'_>) -> Result<(), Error> {
    tx.execute("UPDATE mailbox SET lease_until = 0", &[])?;
    Ok(())
}

/// All folders were read.
pub fn succeeded(tx: &mut Tx<'_>, lease: Lease) -> Result<(), Error> {
    let now = tx.now();
    held(tx.execute(SUCCEEDED, &[&lease.channel.0, &lease.number, &now])?)
}

/// Something kept it from being read; the words name no customer and hold no secret.
pub fn failed(tx: &mut Tx<'_>, lease: Lease, problem: &str) -> Result<(), Error> {
    let now = tx.now();
    held(tx.execute(FAILED, &[&lease.channel.0, &lease.number, &problem, &now])?)
}

/// How reading goes, for all mailboxes that were ever read.
pub fn readings(q: &mut impl Query) -> Result<HashMap<ChannelId, Reading>, Error> {
    let read =
        |row: &Row<'_>| Ok((ChannelId(row.get(0)?), Reading { read_at: row.get(1)?, problem: row.get(2)?, problem_at: row.get(3)? }));
    Ok(q.list(READINGS, &[], read)?.into_iter().collect())
}

/// How far a folder is read; `None`: nobody has looked yet.
pub fn folder(q: &mut impl Query, channel: ChannelId, name: &str) -> Result<Option<Folder>, Error> {
    q.optional(FOLDER, &[&channel.0, &name], |row| {
        Ok(Folder { validity: number(row.get(0)?)?, kept: number(row.get(1)?)?, settled: number(row.get(2)?)? })
    })
}

/// Notes how far it is read. `Error::LeaseLost`: somebody else reads by now, and nothing was noted.
pub fn came_to(tx: &mut Tx<'_>, lease: Lease, name: &str, folder: Folder) -> Result<(), Error> {
    let held = tx.optional(HELD, &[&lease.channel.0, &lease.number], |_| Ok(()))?;
    held.ok_or(Error::LeaseLost)?;
    let (validity, kept, settled) = (i64::from(folder.validity), i64::from(folder.kept), i64::from(folder.settled));
    tx.execute(CAME_TO, &[&lease.channel.0, &name, &validity, &kept, &settled])?;
    Ok(())
}

/// Goes with its channel.
pub(crate) fn delete(tx: &mut Tx<'_>, channel: ChannelId) -> Result<(), Error> {
    tx.execute("DELETE FROM mailbox_folder WHERE channel_id = $1", &[&channel.0])?;
    tx.execute("DELETE FROM mailbox WHERE channel_id = $1", &[&channel.0])?;
    Ok(())
}

fn held(rows: u64) -> Result<(), Error> {
    if rows == 1 { Ok(()) } else { Err(Error::LeaseLost) }
}

fn number(kept: i64) -> Result<u32, Error> {
    u32::try_from(kept).map_err(|_| Error::Corrupt(format!("mailbox_folder holds the number {kept}")))
}
