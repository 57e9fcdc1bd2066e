//! Keys with which a sender signs its mail. The private half is sealed and leaves only with [`key`].

use crate::Error;
use crate::keys::Cell;
use crate::query::Query;
use crate::tx::Tx;
use crate::value::Row;
use candor_domain::id::{ChannelId, SigningId};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signing {
    pub id: SigningId,
    pub channel: ChannelId,
    pub domain: String,
    pub selector: String,
    /// What the domain publishes at `SELECTOR._domainkey.DOMAIN`.
    pub record: String,
    pub made_at: i64,
    /// Since when the record is known to be published.
    pub seen_at: Option<i64>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT id, channel_id, domain, selector, record, made_at, seen_at FROM signing ", $rest)
    };
}

const GET: &str = select!("WHERE id = $1");
const LIST: &str = select!("WHERE channel_id = $1 ORDER BY id");
const USED: &str = select!("WHERE channel_id = $1 AND domain = $2 AND seen_at IS NOT NULL ORDER BY seen_at DESC, id DESC LIMIT 1");
const TAKEN: &str = "SELECT 1 FROM signing WHERE domain = $1 AND selector = $2";
const INSERT: &str =
    "INSERT INTO signing (id, channel_id, domain, selector, record, key_sealed, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";

pub fn get(q: &mut impl Query, id: SigningId) -> Result<Signing, Error> {
    q.one(GET, &[&id.0], read)
}

/// All of a sender's keys, the oldest first.
pub fn list(q: &mut impl Query, channel: ChannelId) -> Result<Vec<Signing>, Error> {
    q.list(LIST, &[&channel.0], read)
}

/// The key that signs for this domain now: the one that was seen last.
pub fn used(q: &mut impl Query, channel: ChannelId, domain: &str) -> Result<Option<Signing>, Error> {
    q.optional(USED, &[&channel.0, &domain], read)
}

pub fn is_taken(q: &mut impl Query, domain: &str, selector: &str) -> Result<bool, Error> {
    Ok(q.optional(TAKEN, &[&domain, &selector], |_| Ok(()))?.is_some())
}

/// `Error::Unique` on `signing (domain, selector)`.
pub fn insert(tx: &mut Tx<'_>, made: &Signing, key: &[u8]) -> Result<(), Error> {
    let under = tx.workspace_key();
    let sealed = tx.seal(under, cell(made.id), key)?;
    tx.execute(INSERT, &[&made.id.0, &made.channel.0, &made.domain, &made.selector, &made.record, &sealed, &made.made_at])?;
    Ok(())
}

/// Its record is published from now on.
pub fn seen(tx: &mut Tx<'_>, id: SigningId) -> Result<(), Error> {
    let now = tx.now();
    tx.execute("UPDATE signing SET seen_at = $2 WHERE id = $1", &[&id.0, &now])?;
    Ok(())
}

pub fn delete(tx: &mut Tx<'_>, id: SigningId) -> Result<(), Error> {
    tx.execute("DELETE FROM signing WHERE id = $1", &[&id.0])?;
    Ok(())
}

pub(crate) fn delete_of(tx: &mut Tx<'_>, channel: ChannelId) -> Result<(), Error> {
    tx.execute("DELETE FROM signing WHERE channel_id = $1", &[&channel.0])?;
    Ok(())
}

/// The private key, as PKCS #8.
pub fn key(q: &mut impl Query, id: SigningId) -> Result<Vec<u8>, Error> {
    let sealed = q.one("SELECT key_sealed FROM signing WHERE id = $1", &[&id.0], |row| row.get::<Vec<u8>>(0))?;
    q.open(cell(id), &sealed)
}

fn cell(id: SigningId) -> Cell<'static> {
    Cell { table: "signing", column: "key", row: id.0 }
}

fn read(row: &Row<'_>) -> Result<Signing, Error> {
    Ok(Signing {
        id: SigningId(row.get(0)?),
        channel: ChannelId(row.get(1)?),
        domain: row.get(2)?,
        selector: row.get(3)?,
        record: row.get(4)?,
        made_at: row.get(5)?,
        seen_at: row.get(6)?,
    })
}
