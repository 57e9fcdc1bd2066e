//! Inboxes: where conversations arrive. The secret that signs customers' identities is sealed and leaves only with [`identity`].

use crate::Error;
use crate::keys::Cell;
use crate::query::Query;
use crate::tx::Tx;
use crate::value::Row;
use candor_domain::hours::Hours;
use candor_domain::id::{InboxId, TeamId};
use candor_domain::inbox::{Channel, IdentityAlgorithm, WidgetSettings};
use serde::Serialize;
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inbox {
    pub id: InboxId,
    pub name: String,
    pub channel: Channel,
    pub enabled: bool,
    /// Who gets new conversations.
    pub team: Option<TeamId>,
    pub widget: WidgetSettings,
    pub hours: Hours,
    pub algorithm: IdentityAlgorithm,
    /// Whether only signed customers may write.
    pub identity_required: bool,
    /// The Ed25519 key customers' tokens are signed with: 32 bytes in base64url.
    pub public_key: Option<String>,
    pub secret_set: bool,
    pub created_at: i64,
    pub version: i64,
}

/// What signs the identity of an inbox's customers.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    pub algorithm: IdentityAlgorithm,
    pub public_key: Option<String>,
    /// The bytes of the HMAC key.
    pub secret: Option<Vec<u8>>,
    /// The key before it, while it still counts.
    pub old_secret: Option<Vec<u8>>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, channel, enabled, team_id, widget, hours, identity_algorithm, identity_required, identity_public_key, \
             identity_secret_sealed IS NOT NULL, created_at, version FROM inbox ",
            $rest
        )
    };
}

const GET: &str = select!("WHERE id = $1");
const LOCK: &str = select!("WHERE id = $1 /*lock*/");
const LIST: &str = select!("ORDER BY id");
const IDENTITY: &str = "SELECT identity_algorithm, identity_public_key, identity_secret_sealed, identity_old_secret_sealed, identity_old_until \
     FROM inbox WHERE id = $1";
const INSERT: &str = "INSERT INTO inbox (id, name, channel, enabled, team_id, widget, hours, identity_algorithm, identity_required, \
     identity_public_key, created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1)";
const UPDATE: &str = "UPDATE inbox SET name = $2, enabled = $3, team_id = $4, widget = $5, hours = $6, identity_algorithm = $7, \
     identity_required = $8, identity_public_key = $9, version = version + 1 WHERE id = $1";
const SET_SECRET: &str = "UPDATE inbox SET identity_secret_sealed = $2, identity_old_secret_sealed = $3, identity_old_until = $4, \
     version = version + 1 WHERE id = $1";
const FORGET_OLD: &str = "UPDATE inbox SET identity_old_secret_sealed = NULL, identity_old_until = NULL WHERE identity_old_until <= $1";
const DELETE: &str = "DELETE FROM inbox WHERE id = $1";
const OF_TEAM: &str = "SELECT 1 FROM inbox WHERE team_id = $1 LIMIT 1";
const HAS_SESSIONS: &str = "SELECT 1 FROM visitor_session WHERE inbox_id = $1 LIMIT 1";
const USED_BY_PAGE: &str = "SELECT 1 FROM visitor_session LIMIT 1";

fn secret_cell(id: InboxId) -> Cell<'static> {
    Cell { table: "inbox", column: "identity_secret", row: id.0 }
}

fn old_secret_cell(id: InboxId) -> Cell<'static> {
    Cell { table: "inbox", column: "identity_old_secret", row: id.0 }
}

fn word<T>(row: &Row<'_>, column: usize, parse: fn(&str) -> Option<T>) -> Result<T, Error> {
    let text = row.get::<String>(column)?;
    parse(&text).ok_or_else(|| Error::Corrupt(format!("inbox holds the word {text}")))
}

fn read(row: &Row<'_>) -> Result<Inbox, Error> {
    let (widget, hours) = (row.get::<String>(5)?, row.get::<String>(6)?);
    Ok(Inbox {
        id: InboxId(row.get(0)?),
        name: row.get(1)?,
        channel: word(row, 2, Channel::parse)?,
        enabled: row.get(3)?,
        team: row.get::<Option<Uuid>>(4)?.map(TeamId),
        widget: serde_json::from_str(&widget).map_err(|error| Error::Corrupt(format!("inbox.widget: {error}")))?,
        hours: serde_json::from_str(&hours).map_err(|error| Error::Corrupt(format!("inbox.hours: {error}")))?,
        algorithm: word(row, 7, IdentityAlgorithm::parse)?,
        identity_required: row.get(8)?,
        public_key: row.get(9)?,
        secret_set: row.get(10)?,
        created_at: row.get(11)?,
        version: row.get(12)?,
    })
}

pub fn get(q: &mut impl Query, id: InboxId) -> Result<Inbox, Error> {
    q.one(GET, &[&id.0], read)
}

/// Reads it and holds it until the command ends.
pub fn lock(tx: &mut Tx<'_>, id: InboxId) -> Result<Inbox, Error> {
    tx.one(LOCK, &[&id.0], read)
}

pub fn list(q: &mut impl Query) -> Result<Vec<Inbox>, Error> {
    q.list(LIST, &[], read)
}

/// The keys that count now.
pub fn identity(q: &mut impl Query, id: InboxId, now: i64) -> Result<Identity, Error> {
    let (algorithm, public_key, secret, old, until) = q.one(IDENTITY, &[&id.0], |row| {
        let (secret, old) = (row.get::<Option<Vec<u8>>>(2)?, row.get::<Option<Vec<u8>>>(3)?);
        Ok((word(row, 0, IdentityAlgorithm::parse)?, row.get(1)?, secret, old, row.get::<Option<i64>>(4)?))
    })?;
    let old = old.filter(|_| until.is_some_and(|until| until > now));
    let secret = secret.map(|sealed| q.open(secret_cell(id), &sealed)).transpose()?;
    let old_secret = old.map(|sealed| q.open(old_secret_cell(id), &sealed)).transpose()?;
    Ok(Identity { algorithm, public_key, secret, old_secret })
}

fn json(settings: &impl Serialize) -> String {
    serde_json::to_string(settings).expect("settings of words, times and flags are always JSON")
}

/// A new one without a secret. `Error::Unique` on `inbox (name)`.
pub fn insert(tx: &mut Tx<'_>, inbox: &Inbox) -> Result<(), Error> {
    tx.execute(
        INSERT,
        &[
            &inbox.id.0,
            &inbox.name,
            &inbox.channel.as_str(),
            &inbox.enabled,
            &inbox.team.map(|id| id.0),
            &json(&inbox.widget),
            &json(&inbox.hours),
            &inbox.algorithm.as_str(),
            &inbox.identity_required,
            &inbox.public_key,
            &inbox.created_at,
        ],
    )?;
    Ok(())
}

/// Writes everything but channel and secret, and raises the version.
pub fn update(tx: &mut Tx<'_>, inbox: &Inbox) -> Result<(), Error> {
    tx.execute(
        UPDATE,
        &[
            &inbox.id.0,
            &inbox.name,
            &inbox.enabled,
            &inbox.team.map(|id| id.0),
            &json(&inbox.widget),
            &json(&inbox.hours),
            &inbox.algorithm.as_str(),
            &inbox.identity_required,
            &inbox.public_key,
        ],
    )?;
    Ok(())
}

/// Sets a new secret; the one before counts until `old_until`.
pub fn set_secret(tx: &mut Tx<'_>, id: InboxId, secret: &[u8], old_until: i64) -> Result<(), Error> {
    let now = tx.now();
    let key = tx.workspace_key();
    let before = identity(tx, id, now)?.secret;
    let old = before.map(|before| tx.seal(key, old_secret_cell(id), &before)).transpose()?;
    let until = old.is_some().then_some(old_until);
    let secret = tx.seal(key, secret_cell(id), secret)?;
    tx.execute(SET_SECRET, &[&id.0, &secret, &old, &until])?;
    Ok(())
}

/// Removes replaced secrets that no longer count.
pub fn forget_old_secrets(tx: &mut Tx<'_>, now: i64) -> Result<u64, Error> {
    tx.execute(FORGET_OLD, &[&now])
}

pub fn delete(tx: &mut Tx<'_>, id: InboxId) -> Result<(), Error> {
    tx.execute(DELETE, &[&id.0])?;
    Ok(())
}

/// Whether new conversations of some inbox go to this team.
pub fn of_team(q: &mut impl Query, team: TeamId) -> Result<bool, Error> {
    Ok(q.optional(OF_TEAM, &[&team.0], |_| Ok(()))?.is_some())
}

/// Whether a visitor has ever used it.
pub fn has_sessions(q: &mut impl Query, id: InboxId) -> Result<bool, Error> {
    Ok(q.optional(HAS_SESSIONS, &[&id.0], |_| Ok(()))?.is_some())
}

/// Whether any inbox has been used by a visitor.
pub fn any_sessions(q: &mut impl Query) -> Result<bool, Error> {
    Ok(q.optional(USED_BY_PAGE, &[], |_| Ok(()))?.is_some())
}
