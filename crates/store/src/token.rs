//! API tokens of integrations. The secret itself is never here, only its hash.

use crate::Error;
use crate::query::Query;
use crate::role::{join_permissions, split_permissions};
use crate::tx::Tx;
use crate::value::Row;
use candor_domain::id::{AgentId, InboxId, TokenId};
use candor_domain::permission::{Grant, Permission, Rights};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub id: TokenId,
    pub name: String,
    pub permissions: BTreeSet<Permission>,
    /// Where they hold; none: everywhere.
    pub inboxes: Vec<InboxId>,
    /// Whose rights bound it; none: made by the operator.
    pub created_by: Option<AgentId>,
    pub created_at: i64,
    pub expires_at: Option<i64>,
    pub used_at: Option<i64>,
}

impl Token {
    /// What the token says it may do.
    pub fn rights(&self) -> Rights {
        let everywhere = [None];
        let inboxes = self.inboxes.iter().copied().map(Some).collect::<Vec<_>>();
        let places = if inboxes.is_empty() { &everywhere[..] } else { &inboxes[..] };
        Rights { grants: places.iter().map(|inbox| Grant { permissions: self.permissions.clone(), inbox: *inbox, team: None }).collect() }
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT id, name, permissions, inboxes, created_by, created_at, expires_at, used_at FROM api_token ", $rest)
    };
}

const BY_HASH: &str = select!("WHERE token_hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)");
const GET: &str = select!("WHERE id = $1 AND revoked_at IS NULL");
const LIST: &str = select!("WHERE revoked_at IS NULL ORDER BY id");
const INSERT: &str = "INSERT INTO api_token (id, name, token_hash, permissions, inboxes, created_by, created_at, expires_at, used_at, revoked_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, NULL)";
const USED: &str = "UPDATE api_token SET used_at = $2 WHERE id = $1 AND (used_at IS NULL OR used_at < $2)";
const REVOKE: &str = "UPDATE api_token SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
const OF_AGENT: &str = "SELECT id FROM api_token WHERE created_by = $1 AND revoked_at IS NULL ORDER BY id";

const NAMES: &str = "SELECT id, name FROM api_token";

fn read(row: &Row<'_>) -> Result<Token, Error> {
    let inboxes = row.get::<String>(3)?;
    let inboxes = inboxes.split_ascii_whitespace().map(str::parse).collect::<Result<_, _>>();
    Ok(Token {
        id: TokenId(row.get(0)?),
        name: row.get(1)?,
        permissions: split_permissions(&row.get::<String>(2)?),
        inboxes: inboxes.map_err(|error| Error::Corrupt(format!("api_token.inboxes: {error}")))?,
        created_by: row.get::<Option<Uuid>>(4)?.map(AgentId),
        created_at: row.get(5)?,
        expires_at: row.get(6)?,
        used_at: row.get(7)?,
    })
}

/// A token that can be used now.
pub fn by_hash(q: &mut impl Query, token_hash: &[u8], now: i64) -> Result<Option<Token>, Error> {
    q.optional(BY_HASH, &[&token_hash, &now], read)
}

pub fn get(q: &mut impl Query, id: TokenId) -> Result<Token, Error> {
    q.one(GET, &[&id.0], read)
}

/// All that were not revoked, run out or not.
pub fn list(q: &mut impl Query) -> Result<Vec<Token>, Error> {
    q.list(LIST, &[], read)
}

/// The names of all that ever were.
pub fn names(q: &mut impl Query) -> Result<HashMap<TokenId, String>, Error> {
    Ok(q.list(NAMES, &[], |row| Ok((TokenId(row.get(0)?), row.get(1)?)))?.into_iter().collect())
}

/// The tokens an agent made.
pub fn of_agent(q: &mut impl Query, agent: AgentId) -> Result<Vec<TokenId>, Error> {
    q.list(OF_AGENT, &[&agent.0], |row| Ok(TokenId(row.get(0)?)))
}

pub fn insert(tx: &mut Tx<'_>, token: &Token, token_hash: &[u8]) -> Result<(), Error> {
    let inboxes = token.inboxes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    tx.execute(
        INSERT,
        &[
            &token.id.0,
            &token.name,
            &token_hash,
            &join_permissions(&token.permissions),
            &inboxes,
            &token.created_by.map(|id| id.0),
            &token.created_at,
            &token.expires_at,
        ],
    )?;
    Ok(())
}

pub fn used(tx: &mut Tx<'_>, id: TokenId, at: i64) -> Result<(), Error> {
    tx.execute(USED, &[&id.0, &at])?;
    Ok(())
}

/// Says whether it was still good.
pub fn revoke(tx: &mut Tx<'_>, id: TokenId, at: i64) -> Result<bool, Error> {
    Ok(tx.execute(REVOKE, &[&id.0, &at])? > 0)
}
