//! What a list shows of a conversation: the state, the opened preview and subject, the customer's displayed name.
//!
//! One statement a page: the wrapped key comes along, so that opening 50 previews asks for nothing more.

use super::{STATE_COLUMNS, Stored, preview_cell, read, state_columns, subject_cell};
use crate::Error;
use crate::contact;
use crate::keys::KeyId;
use crate::query::Query;
use crate::value::{Row as Cells, Value};
use candor_domain::event::Proof;
use candor_domain::id::{AgentId, ConversationId};
use std::collections::HashMap;
use uuid::Uuid;

/// A line of a list, as one agent sees it.
#[derive(Clone, Debug)]
pub struct Row {
    pub stored: Stored,
    pub contact_name: Option<String>,
    pub proof: Proof,
    pub subject: Option<String>,
    pub preview: String,
    /// The agent's read mark.
    pub read_seq: i64,
    /// `seq` of the newest mention of this agent, 0 without one.
    pub mentioned_seq: i64,
}

macro_rules! select {
    () => {
        concat!(
            "SELECT ",
            state_columns!(),
            ", c.subject_sealed, c.preview_sealed, p.proof, p.name_sealed, p.key_id, pk.wrapped, ck.wrapped, \
             COALESCE(r.seq, 0), COALESCE((SELECT MAX(m.seq) FROM mention m WHERE m.agent_id = $1 AND m.conversation_id = c.id), 0) \
             FROM conversation c JOIN contact p ON p.id = c.contact_id \
             LEFT JOIN customer_key pk ON pk.id = p.key_id LEFT JOIN customer_key ck ON ck.id = c.key_id \
             LEFT JOIN read_mark r ON r.conversation_id = c.id AND r.agent_id = $1 "
        )
    };
}

/// How many ids one statement asks for: few shapes, so that few statements are prepared.
const SHAPES: [usize; 3] = [10, 50, 100];
/// One is asked for most often.
const ONE: &str = concat!(select!(), "WHERE c.id = $2");

/// The rows of these conversations as `agent` sees them, in the order asked for; what is gone is left out.
pub fn rows(q: &mut impl Query, agent: AgentId, ids: &[ConversationId]) -> Result<Vec<Row>, Error> {
    let mut found = Vec::with_capacity(ids.len());
    for part in ids.chunks(SHAPES[SHAPES.len() - 1]) {
        if let [id] = part {
            let line = q.optional(ONE, &[&agent.0, &id.0], cells)?;
            found.extend(line.map(|line| open(q, line)).transpose()?);
            continue;
        }
        let width = SHAPES.into_iter().find(|width| *width >= part.len()).unwrap_or(part.len());
        let places: Vec<String> = (0..width).map(|place| format!("${}", place + 2)).collect();
        let tail = format!("WHERE c.id IN ({})", places.join(", "));
        // The last id fills the places that are left; an id that stands twice is found once.
        let values: Vec<Uuid> = (0..width).filter_map(|place| part.get(place).or(part.last())).map(|id| id.0).collect();
        let bound: Vec<&dyn Value> = values.iter().map(|id| id as &dyn Value).collect();
        found.extend(page(q, agent, &tail, &bound)?);
    }
    let place: HashMap<ConversationId, usize> = ids.iter().enumerate().map(|(place, id)| (*id, place)).collect();
    found.sort_by_key(|row| place.get(&row.stored.case.id).copied());
    Ok(found)
}

/// One page of rows: `tail` is the `WHERE … ORDER BY … LIMIT …` of a list, whose values stand from `$2` on.
pub fn page(q: &mut impl Query, agent: AgentId, tail: &str, values: &[&dyn Value]) -> Result<Vec<Row>, Error> {
    let sql = format!("{}{tail}", select!());
    let mut bound: Vec<&dyn Value> = vec![&agent.0];
    bound.extend_from_slice(values);
    let lines = q.list_shaped(&sql, &bound, cells)?;
    lines.into_iter().map(|line| open(q, line)).collect()
}

/// Whether there is a conversation that a tail lets through: the same tails as [`page`] takes.
pub fn matches(q: &mut impl Query, agent: AgentId, tail: &str, values: &[&dyn Value]) -> Result<bool, Error> {
    let sql = format!("SELECT 1 FROM conversation c LEFT JOIN read_mark r ON r.conversation_id = c.id AND r.agent_id = $1 {tail}");
    let mut bound: Vec<&dyn Value> = vec![&agent.0];
    bound.extend_from_slice(values);
    Ok(!q.list_shaped(&sql, &bound, |_| Ok(()))?.is_empty())
}

/// The ids of what a tail lets through: the same tails as [`page`] takes.
pub fn ids(q: &mut impl Query, agent: AgentId, tail: &str, values: &[&dyn Value]) -> Result<Vec<ConversationId>, Error> {
    let sql = format!("SELECT c.id FROM conversation c LEFT JOIN read_mark r ON r.conversation_id = c.id AND r.agent_id = $1 {tail}");
    let mut bound: Vec<&dyn Value> = vec![&agent.0];
    bound.extend_from_slice(values);
    q.list_shaped(&sql, &bound, |row| Ok(ConversationId(row.get(0)?)))
}

/// A row before its sealed cells are opened.
struct Line {
    stored: Stored,
    subject: Option<Vec<u8>>,
    preview: Option<Vec<u8>>,
    proof: i64,
    name: Option<Vec<u8>>,
    contact_key: Uuid,
    contact_wrapped: Option<Vec<u8>>,
    case_wrapped: Option<Vec<u8>>,
    read_seq: i64,
    mentioned_seq: i64,
}

fn cells(row: &Cells<'_>) -> Result<Line, Error> {
    let at = |column: usize| STATE_COLUMNS + column;
    Ok(Line {
        stored: read(row)?,
        subject: row.get(at(0))?,
        preview: row.get(at(1))?,
        proof: row.get(at(2))?,
        name: row.get(at(3))?,
        contact_key: row.get(at(4))?,
        contact_wrapped: row.get(at(5))?,
        case_wrapped: row.get(at(6))?,
        read_seq: row.get(at(7))?,
        mentioned_seq: row.get(at(8))?,
    })
}

fn open(q: &mut impl Query, line: Line) -> Result<Row, Error> {
    if let Some(wrapped) = &line.contact_wrapped {
        q.offer_key(KeyId(line.contact_key), wrapped);
    }
    if let Some(wrapped) = &line.case_wrapped {
        q.offer_key(line.stored.key, wrapped);
    }
    let (id, contact) = (line.stored.case.id, line.stored.case.contact);
    let preview = match line.preview {
        Some(sealed) => q.open_kept(preview_cell(id), &sealed)?.unwrap_or_default(),
        None => String::new(),
    };
    let subject = line.subject.map(|sealed| q.open_kept(subject_cell(id), &sealed)).transpose()?.flatten();
    let contact_name = line.name.map(|sealed| q.open_kept(contact::name_cell(contact), &sealed)).transpose()?.flatten();
    let proof = Proof::from_level(line.proof).ok_or_else(|| Error::Corrupt(format!("contact.proof holds {}", line.proof)))?;
    Ok(Row { stored: line.stored, contact_name, proof, subject, preview, read_seq: line.read_seq, mentioned_seq: line.mentioned_seq })
}

/// Opened bytes as text.
pub fn read_text(bytes: Vec<u8>) -> Result<String, Error> {
    String::from_utf8(bytes).map_err(|_| Error::Corrupt("a sealed text is not UTF-8".into()))
}
