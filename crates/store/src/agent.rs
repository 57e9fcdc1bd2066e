//! Members of staff. The address is sealed and blind under the workspace's key; the password is a hash and leaves only
//! with [`credentials`].

use crate::Error;
use crate::keys::Cell;
use crate::query::Query;
use crate::tx::Tx;
use crate::value::Row;
use candor_domain::id::AgentId;
use candor_domain::locale::Locale;
use candor_domain::staff::{AgentState, Presence};
use std::collections::HashMap;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    pub id: AgentId,
    /// The number customers are told.
    pub number: i64,
    /// Opened; in the form that signs in.
    pub email: String,
    pub name: String,
    /// The name customers see.
    pub public_name: String,
    pub state: AgentState,
    pub locale: Locale,
    pub presence: Presence,
    /// A JSON document: how their screen is set.
    pub settings: String,
    pub created_at: i64,
    pub seen_at: Option<i64>,
    pub version: i64,
}

/// What colleagues see of each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colleague {
    pub id: AgentId,
    pub number: i64,
    pub name: String,
    pub public_name: String,
    pub state: AgentState,
    pub presence: Presence,
}

/// What a sign-in is checked against.
#[derive(Clone)]
pub struct Credentials {
    pub id: AgentId,
    pub state: AgentState,
    pub password_hash: Option<String>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT id, number, email_sealed, name, public_name, state, locale, presence, settings, created_at, seen_at, version FROM agent ", $rest)
    };
}

const GET: &str = select!("WHERE id = $1");
const LOCK: &str = select!("WHERE id = $1 /*lock*/");
const LIST: &str = select!("ORDER BY number");
const COLLEAGUES: &str = "SELECT id, number, name, public_name, state, presence FROM agent ORDER BY number";
const BY_EMAIL: &str = "SELECT id, state, password_hash FROM agent WHERE email_blind = $1";
const BY_ID: &str = "SELECT id, state, password_hash FROM agent WHERE id = $1";
const EXISTS: &str = "SELECT 1 FROM agent WHERE state = 'active' LIMIT 1";
const INSERT: &str = "INSERT INTO agent (id, number, email_sealed, email_blind, name, public_name, password_hash, state, locale, presence, \
     settings, created_at, seen_at, version) VALUES ($1, $2, $3, $4, $5, $6, NULL, $7, $8, $9, $10, $11, NULL, 1)";
const UPDATE: &str =
    "UPDATE agent SET name = $2, public_name = $3, state = $4, locale = $5, settings = $6, version = version + 1 WHERE id = $1";
const SET_EMAIL: &str = "UPDATE agent SET email_sealed = $2, email_blind = $3 WHERE id = $1";
const SET_PASSWORD: &str = "UPDATE agent SET password_hash = $2 WHERE id = $1";
const SET_PRESENCE: &str = "UPDATE agent SET presence = $2 WHERE id = $1 AND presence <> $2";
const SEEN: &str = "UPDATE agent SET seen_at = $2 WHERE id = $1 AND (seen_at IS NULL OR seen_at < $2)";

fn email_cell(id: AgentId) -> Cell<'static> {
    Cell { table: "agent", column: "email", row: id.0 }
}

fn word<T>(row: &Row<'_>, column: usize, parse: fn(&str) -> Option<T>) -> Result<T, Error> {
    let text = row.get::<String>(column)?;
    parse(&text).ok_or_else(|| Error::Corrupt(format!("agent holds the word {text}")))
}

/// An agent whose address is still sealed.
fn read(row: &Row<'_>) -> Result<(Agent, Vec<u8>), Error> {
    let agent = Agent {
        id: AgentId(row.get(0)?),
        number: row.get(1)?,
        email: String::new(),
        name: row.get(3)?,
        public_name: row.get(4)?,
        state: word(row, 5, AgentState::parse)?,
        locale: word(row, 6, Locale::parse)?,
        presence: word(row, 7, Presence::parse)?,
        settings: row.get(8)?,
        created_at: row.get(9)?,
        seen_at: row.get(10)?,
        version: row.get(11)?,
    };
    Ok((agent, row.get(2)?))
}

fn opened(q: &mut impl Query, found: (Agent, Vec<u8>)) -> Result<Agent, Error> {
    let (mut agent, sealed) = found;
    let email = q.open(email_cell(agent.id), &sealed)?;
    agent.email = String::from_utf8(email).map_err(|_| Error::Corrupt("agent.email is not text".to_owned()))?;
    Ok(agent)
}

pub fn get(q: &mut impl Query, id: AgentId) -> Result<Agent, Error> {
    let found = q.one(GET, &[&id.0], read)?;
    opened(q, found)
}

/// Reads it and holds it until the command ends.
pub fn lock(tx: &mut Tx<'_>, id: AgentId) -> Result<Agent, Error> {
    let found = tx.one(LOCK, &[&id.0], read)?;
    opened(tx, found)
}

/// All, by number.
pub fn list(q: &mut impl Query) -> Result<Vec<Agent>, Error> {
    let found = q.list(LIST, &[], read)?;
    found.into_iter().map(|found| opened(q, found)).collect()
}

/// All, without anything sealed.
pub fn colleagues(q: &mut impl Query) -> Result<Vec<Colleague>, Error> {
    q.list(COLLEAGUES, &[], |row| {
        Ok(Colleague {
            id: AgentId(row.get(0)?),
            number: row.get(1)?,
            name: row.get(2)?,
            public_name: row.get(3)?,
            state: word(row, 4, AgentState::parse)?,
            presence: word(row, 5, Presence::parse)?,
        })
    })
}

fn read_credentials(row: &Row<'_>) -> Result<Credentials, Error> {
    Ok(Credentials { id: AgentId(row.get(0)?), state: word(row, 1, AgentState::parse)?, password_hash: row.get(2)? })
}

/// By address, in the form that signs in.
pub fn credentials(q: &mut impl Query, email: &str) -> Result<Option<Credentials>, Error> {
    let blind = q.blind("agent_email", email);
    q.optional(BY_EMAIL, &[&blind], read_credentials)
}

pub fn credentials_of(q: &mut impl Query, id: AgentId) -> Result<Credentials, Error> {
    q.one(BY_ID, &[&id.0], read_credentials)
}

/// Whether anybody can sign in at all.
pub fn any_active(q: &mut impl Query) -> Result<bool, Error> {
    Ok(q.optional(EXISTS, &[], |_| Ok(()))?.is_some())
}

/// A new one without a password. `Error::Unique` on `agent (email_blind)`.
pub fn insert(tx: &mut Tx<'_>, agent: &Agent) -> Result<(), Error> {
    let (sealed, blind) = sealed_email(tx, agent.id, &agent.email)?;
    tx.execute(
        INSERT,
        &[
            &agent.id.0,
            &agent.number,
            &sealed,
            &blind,
            &agent.name,
            &agent.public_name,
            &agent.state.as_str(),
            &agent.locale.as_str(),
            &agent.presence.as_str(),
            &agent.settings,
            &agent.created_at,
        ],
    )?;
    Ok(())
}

fn sealed_email(tx: &mut Tx<'_>, id: AgentId, email: &str) -> Result<(Vec<u8>, Vec<u8>), Error> {
    let key = tx.workspace_key();
    Ok((tx.seal(key, email_cell(id), email.as_bytes())?, tx.blind("agent_email", email)))
}

/// Writes names, state, locale and settings, and raises the version.
pub fn update(tx: &mut Tx<'_>, agent: &Agent) -> Result<(), Error> {
    tx.execute(UPDATE, &[&agent.id.0, &agent.name, &agent.public_name, &agent.state.as_str(), &agent.locale.as_str(), &agent.settings])?;
    Ok(())
}

/// `Error::Unique` on `agent (email_blind)`.
pub fn set_email(tx: &mut Tx<'_>, id: AgentId, email: &str) -> Result<(), Error> {
    let (sealed, blind) = sealed_email(tx, id, email)?;
    tx.execute(SET_EMAIL, &[&id.0, &sealed, &blind])?;
    Ok(())
}

pub fn set_password(tx: &mut Tx<'_>, id: AgentId, hash: &str) -> Result<(), Error> {
    tx.execute(SET_PASSWORD, &[&id.0, &hash])?;
    Ok(())
}

/// Whether anything changed.
pub fn set_presence(tx: &mut Tx<'_>, id: AgentId, presence: Presence) -> Result<bool, Error> {
    Ok(tx.execute(SET_PRESENCE, &[&id.0, &presence.as_str()])? > 0)
}

pub fn seen(tx: &mut Tx<'_>, id: AgentId, at: i64) -> Result<(), Error> {
    tx.execute(SEEN, &[&id.0, &at])?;
    Ok(())
}

/// What timelines show of an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    pub name: String,
    pub public_name: String,
    pub number: i64,
}

/// How many ids one look-up of names asks for: few shapes, so that few statements are prepared.
const NAME_SHAPES: [usize; 3] = [1, 8, 64];

/// The names of these agents; one statement for up to 64.
pub fn names(q: &mut impl Query, ids: &[AgentId]) -> Result<HashMap<AgentId, Name>, Error> {
    let mut found = HashMap::new();
    for part in ids.chunks(NAME_SHAPES[NAME_SHAPES.len() - 1]) {
        let width = NAME_SHAPES.into_iter().find(|width| *width >= part.len()).unwrap_or(part.len());
        let places: Vec<String> = (1..=width).map(|place| format!("${place}")).collect();
        let sql = format!("SELECT id, name, public_name, number FROM agent WHERE id IN ({})", places.join(", "));
        let values: Vec<uuid::Uuid> = (0..width).filter_map(|place| part.get(place).or(part.last())).map(|id| id.0).collect();
        let bound: Vec<&dyn crate::Value> = values.iter().map(|id| id as &dyn crate::Value).collect();
        found.extend(q.list_shaped(&sql, &bound, |row| {
            Ok((AgentId(row.get(0)?), Name { name: row.get(1)?, public_name: row.get(2)?, number: row.get(3)? }))
        })?);
    }
    Ok(found)
}
