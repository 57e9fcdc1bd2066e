//! Reading the audit log back, newest first, with details opened where their key still lives.

use super::entry::detail_cell;
use crate::Error;
use crate::keys::SealError;
use crate::query::Query;
use crate::value::{Row, Value};
use uuid::Uuid;

/// An entry as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub place: Place,
    pub actor_kind: String,
    pub actor_id: Option<Uuid>,
    pub action: String,
    pub subject_kind: String,
    pub subject_id: Option<Uuid>,
    /// JSON.
    pub data: String,
    /// Words about a person; gone with their key.
    pub detail: Option<String>,
}

/// Where an entry stands among all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub at: i64,
    pub lane: i64,
    pub number: i64,
}

impl Place {
    /// Before everything that was ever written: where reading begins.
    pub const NEWEST: Self = Self { at: i64::MAX, lane: i64::MAX, number: i64::MAX };
}

/// Which entries are asked for.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub actor: Option<Uuid>,
    pub subject: Option<Uuid>,
    /// An action, or the first part of several: `agent` means `agent.changed` and all its like.
    pub action: Option<String>,
}

macro_rules! select {
    ($($more:literal)?) => {
        concat!(
            "SELECT at, lane, number, actor_kind, actor_id, action, subject_kind, subject_id, data, detail FROM audit_entry \
             WHERE (at, lane, number) < ($1, $2, $3) AND (action = $4 OR action LIKE $5)",
            $($more,)?
            " ORDER BY at DESC, lane DESC, number DESC LIMIT $6"
        )
    };
}

const ALL: &str = select!();
const OF_ACTOR: &str = select!(" AND actor_id = $7");
const OF_SUBJECT: &str = select!(" AND subject_id = $7");
const OF_BOTH: &str = select!(" AND actor_id = $7 AND subject_id = $8");

fn read(row: &Row<'_>) -> Result<(Entry, Option<Vec<u8>>), Error> {
    let entry = Entry {
        place: Place { at: row.get(0)?, lane: row.get(1)?, number: row.get(2)? },
        actor_kind: row.get(3)?,
        actor_id: row.get(4)?,
        action: row.get(5)?,
        subject_kind: row.get(6)?,
        subject_id: row.get(7)?,
        data: row.get(8)?,
        detail: None,
    };
    Ok((entry, row.get(9)?))
}

/// At most `limit` entries older than `before`.
pub fn page(q: &mut impl Query, asked: &Asked, before: Place, limit: i64) -> Result<Vec<Entry>, Error> {
    let action = asked.action.clone().unwrap_or_default();
    let like = if action.is_empty() { "%".to_owned() } else { format!("{action}.%") };
    let mut values: Vec<&dyn Value> = vec![&before.at, &before.lane, &before.number, &action, &like, &limit];
    values.extend(asked.actor.iter().map(|id| id as &dyn Value));
    values.extend(asked.subject.iter().map(|id| id as &dyn Value));
    let sql = match (asked.actor, asked.subject) {
        (None, None) => ALL,
        (Some(_), None) => OF_ACTOR,
        (None, Some(_)) => OF_SUBJECT,
        (Some(_), Some(_)) => OF_BOTH,
    };
    let found = q.list(sql, &values, read)?;
    found.into_iter().map(|found| opened(q, found)).collect()
}

fn opened(q: &mut impl Query, found: (Entry, Option<Vec<u8>>)) -> Result<Entry, Error> {
    let (mut entry, sealed) = found;
    let (Some(sealed), Some(subject)) = (sealed, entry.subject_id) else { return Ok(entry) };
    entry.detail = match q.open(detail_cell(subject), &sealed) {
        Ok(words) => String::from_utf8(words).ok(),
        // What cannot be opened any more is still listed: the entry counts, its words are gone.
        Err(Error::Sealed(SealError::Destroyed)) => None,
        Err(error) => return Err(error),
    };
    Ok(entry)
}
