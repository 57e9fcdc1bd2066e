//! Channels: the ways of mail into an inbox and out of it. What one signs in with elsewhere is sealed and leaves only with
//! [`secret`].

use crate::Error;
use crate::keys::Cell;
use crate::query::Query;
use crate::tx::Tx;
use crate::value::Row;
use candor_domain::channel::{ChannelKind, ChannelSettings};
use candor_domain::id::{ChannelId, InboxId};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    pub id: ChannelId,
    pub inbox: InboxId,
    pub kind: ChannelKind,
    pub name: String,
    pub enabled: bool,
    pub settings: ChannelSettings,
    pub secret_set: bool,
    pub created_at: i64,
    pub version: i64,
}

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT id, inbox_id, kind, name, enabled, settings, secret_sealed IS NOT NULL, created_at, version FROM channel ", $rest)
    };
}

const GET: &str = select!("WHERE id = $1");
const LOCK: &str = select!("WHERE id = $1 /*lock*/");
const LIST: &str = select!("ORDER BY id");
const INSERT: &str =
    "INSERT INTO channel (id, inbox_id, kind, name, enabled, settings, created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, 1)";
const UPDATE: &str = "UPDATE channel SET name = $2, enabled = $3, settings = $4, version = version + 1 WHERE id = $1";
const DELETE: &str = "DELETE FROM channel WHERE id = $1";
const USED: &str = "SELECT 1 FROM inbound WHERE channel_id = $1 LIMIT 1";

pub fn get(q: &mut impl Query, id: ChannelId) -> Result<Channel, Error> {
    q.one(GET, &[&id.0], read)
}

/// Reads it and holds it until the command ends.
pub fn lock(tx: &mut Tx<'_>, id: ChannelId) -> Result<Channel, Error> {
    tx.one(LOCK, &[&id.0], read)
}

pub fn list(q: &mut impl Query) -> Result<Vec<Channel>, Error> {
    q.list(LIST, &[], read)
}

/// `Error::Unique` on `channel (name)`.
pub fn insert(tx: &mut Tx<'_>, channel: &Channel) -> Result<(), Error> {
    let settings = settings(&channel.settings);
    let values: [&dyn crate::Value; 7] =
        [&channel.id.0, &channel.inbox.0, &channel.kind.as_str(), &channel.name, &channel.enabled, &settings, &channel.created_at];
    tx.execute(INSERT, &values)?;
    Ok(())
}

/// Name, switch and settings; inbox and kind never change.
pub fn update(tx: &mut Tx<'_>, channel: &Channel) -> Result<(), Error> {
    tx.execute(UPDATE, &[&channel.id.0, &channel.name, &channel.enabled, &settings(&channel.settings)])?;
    Ok(())
}

/// Sets the password, or takes it away.
pub fn set_secret(tx: &mut Tx<'_>, id: ChannelId, secret: Option<&str>) -> Result<(), Error> {
    let key = tx.workspace_key();
    let sealed = secret.map(|secret| tx.seal(key, secret_cell(id), secret.as_bytes())).transpose()?;
    tx.execute("UPDATE channel SET secret_sealed = $2, version = version + 1 WHERE id = $1", &[&id.0, &sealed])?;
    Ok(())
}

/// The other server gave out a new secret for the one it was shown. False: somebody has set up the channel anew since `version`.
pub fn replace_secret(tx: &mut Tx<'_>, id: ChannelId, version: i64, secret: &str) -> Result<bool, Error> {
    let key = tx.workspace_key();
    let sealed = tx.seal(key, secret_cell(id), secret.as_bytes())?;
    Ok(tx.execute("UPDATE channel SET secret_sealed = $3 WHERE id = $1 AND version = $2", &[&id.0, &version, &sealed])? > 0)
}

pub fn secret(q: &mut impl Query, id: ChannelId) -> Result<Option<String>, Error> {
    let sealed = q.one("SELECT secret_sealed FROM channel WHERE id = $1", &[&id.0], |row| row.get::<Option<Vec<u8>>>(0))?;
    Ok(sealed.map(|sealed| q.open_kept(secret_cell(id), &sealed)).transpose()?.flatten())
}

fn secret_cell(id: ChannelId) -> Cell<'static> {
    Cell { table: "channel", column: "secret", row: id.0 }
}

/// Whether anything sends mail at all.
pub fn any_sends(q: &mut impl Query) -> Result<bool, Error> {
    const SENDS: &str = "SELECT 1 FROM channel WHERE kind = 'sender' AND enabled LIMIT 1";
    Ok(q.optional(SENDS, &[], |_| Ok(()))?.is_some())
}

/// Whether anything ever came in on it.
pub fn is_used(q: &mut impl Query, id: ChannelId) -> Result<bool, Error> {
    Ok(q.optional(USED, &[&id.0], |_| Ok(()))?.is_some())
}

pub fn delete(tx: &mut Tx<'_>, id: ChannelId) -> Result<(), Error> {
    crate::mailbox::delete(tx, id)?;
    crate::signing::delete_of(tx, id)?;
    tx.execute(DELETE, &[&id.0])?;
    Ok(())
}

fn settings(settings: &ChannelSettings) -> String {
    serde_json::to_string(settings).expect("settings of words and numbers are always JSON")
}

fn read(row: &Row<'_>) -> Result<Channel, Error> {
    let (kind, settings) = (row.get::<String>(2)?, row.get::<String>(5)?);
    Ok(Channel {
        id: ChannelId(row.get(0)?),
        inbox: InboxId(row.get(1)?),
        kind: ChannelKind::parse(&kind).ok_or_else(|| Error::Corrupt(format!("channel.kind holds {kind}")))?,
        name: row.get(3)?,
        enabled: row.get(4)?,
        settings: serde_json::from_str(&settings).map_err(|error| Error::Corrupt(format!("channel.settings: {error}")))?,
        secret_set: row.get(6)?,
        created_at: row.get(7)?,
        version: row.get(8)?,
    })
}
