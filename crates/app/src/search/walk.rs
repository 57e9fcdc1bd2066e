//! The search itself.

use super::words_of;
use crate::conversation::permitted;
use crate::conversation::view::Names;
use crate::{App, Error, Result};
use candor_domain::actor::{Actor, ActorKind};
use candor_domain::filter::Filter;
use candor_domain::id::{AgentId, ConversationId};
use candor_domain::permission::{Door, Permission, Rights, Scope};
use candor_domain::text::{Evidence, Query as Words, Span, rank};
use candor_store::conversation::{Row, Stored};
use candor_store::filter::Shaped;
use candor_store::{Pool, Query, Rx, agent, conversation, message, scope_moved};
use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Where the walk stops.
const PERMITTED: usize = 200;
const VISITED: usize = 20_000;
const LONGEST: Duration = Duration::from_millis(30);
/// Documents one look into the index brings.
const PIECE: usize = 200;
/// Conversations that moved and of each the messages that are read while their index rows are old.
const MOVED: i64 = 20;
const MOVED_MESSAGES: i64 = 100;
/// The longest snippet, in characters as people count.
const SNIPPET: usize = 160;

/// What is looked for.
#[derive(Clone, Debug)]
pub struct Asked {
    pub query: String,
    pub filter: Option<Filter>,
    /// Among spam, and there alone; otherwise spam is found by its number only.
    pub spam: bool,
    pub limit: usize,
    /// The document the search goes on behind.
    pub before: Option<i64>,
}

/// A message that matches, or a conversation by its number.
#[derive(Clone, Debug)]
pub struct Hit {
    pub row: Row,
    pub message: Option<message::Stored>,
    pub snippet: String,
    pub marks: Vec<Span>,
    /// The name of whoever wrote it.
    pub names: Names,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Found {
    pub hits: Vec<Hit>,
    /// Where to search further back; `None` when everything was looked at.
    pub next: Option<i64>,
    /// Whether the index is being rebuilt, so that older words may be missing.
    pub rebuilding: bool,
}

/// Searches what `actor` may read.
pub async fn search(app: &App, actor: &Actor, asked: Asked) -> Result<Found> {
    let scope = match actor {
        Actor::Agent { rights, .. } | Actor::Token { rights, .. } => Rights::scope(rights, Permission::ConversationRead),
        _ => return Err(Error::NotFound),
    };
    let rebuilding = app.db.health().search_rebuilding;
    let (actor, now) = (actor.clone(), app.now());
    if scope.is_empty() {
        return Ok(Found { hits: vec![], next: None, rebuilding });
    }
    app.db
        .read(Pool::Quick, move |rx| {
            let words = Words::new(&asked.query);
            let mut hits = if asked.before.is_none() { by_number(rx, &actor, &asked.query)? } else { vec![] };
            let (mut candidates, next) = walk(rx, &actor, &scope, &words, &asked)?;
            if asked.before.is_none() {
                candidates.extend(moved(rx, &actor, &scope, &words, &asked, &candidates)?);
            }
            hits.extend(open(rx, &actor, &words, candidates, asked.limit, now)?);
            Ok(Found { hits, next, rebuilding })
        })
        .await
}

/// A conversation by the number people say aloud: `#20817` or `20817`.
fn by_number(rx: &mut Rx<'_>, actor: &Actor, query: &str) -> Result<Vec<Hit>> {
    let Ok(number) = query.trim().trim_start_matches('#').parse::<i64>() else { return Ok(vec![]) };
    let Some(id) = conversation::by_number(rx, number)? else { return Ok(vec![]) };
    let stored = conversation::get(rx, id)?;
    if !permitted(rx, actor, Permission::ConversationRead, Door::Text, &stored)? {
        return Ok(vec![]);
    }
    let rows = conversation::rows(rx, viewer(actor), &[id])?;
    Ok(rows
        .into_iter()
        .map(|row| Hit { snippet: row.preview.clone(), row, message: None, marks: vec![], names: Names::default() })
        .collect())
}

/// Walks the index newest first and keeps what may be seen and passes the filter.
fn walk(rx: &mut Rx<'_>, actor: &Actor, scope: &Scope, words: &Words, asked: &Asked) -> Result<(Vec<message::Stored>, Option<i64>)> {
    let all: Vec<String> = words.words().iter().map(|word| rx.mark(word)).collect();
    if all.is_empty() {
        return Ok((vec![], None));
    }
    let any: Vec<String> = words_of(scope).iter().map(|word| rx.mark(word)).collect();
    let (started, mut visited, mut before) = (Instant::now(), 0, asked.before);
    let mut known: HashMap<ConversationId, bool> = HashMap::new();
    let mut found = Vec::new();
    loop {
        let docs = rx.search_docs(&all, &any, before, PIECE)?;
        let Some(last) = docs.last().copied() else { return Ok((found, None)) };
        visited += docs.len();
        let full = docs.len() == PIECE;
        for candidate in message::by_docs(rx, &docs)? {
            let id = candidate.conversation;
            let allowed = match known.get(&id) {
                Some(allowed) => *allowed,
                None => {
                    let allowed = passes(rx, actor, asked, id)?;
                    known.insert(id, allowed);
                    allowed
                }
            };
            if allowed && candidate.redacted_at.is_none() {
                found.push(candidate);
            }
        }
        before = Some(last);
        if found.len() >= PERMITTED || visited >= VISITED || started.elapsed() >= LONGEST {
            return Ok((found, full.then_some(last)));
        }
        if !full {
            return Ok((found, None));
        }
    }
}

/// Conversations that moved to another inbox or team a moment ago: their index rows still name the old place, so their
/// newest messages are read instead. There are few, and only for the seconds until a job has rewritten them.
fn moved(
    rx: &mut Rx<'_>,
    actor: &Actor,
    scope: &Scope,
    words: &Words,
    asked: &Asked,
    known: &[message::Stored],
) -> Result<Vec<message::Stored>> {
    if *scope == Scope::Everywhere {
        return Ok(vec![]);
    }
    let mut found = Vec::new();
    for id in scope_moved::list(rx, MOVED)? {
        if !passes(rx, actor, asked, id)? {
            continue;
        }
        for one in message::newest(rx, id, MOVED_MESSAGES)? {
            let Some(body) = one.body.as_ref().filter(|_| known.iter().all(|other| other.id != one.id)) else { continue };
            let Some(text) = rx.open_kept(message::body_cell(one.id), body)? else { continue };
            let evidence = words.evidence(&text);
            if evidence.wanted > 0 && evidence.found == evidence.wanted {
                found.push(one);
            }
        }
    }
    Ok(found)
}

/// Whether a candidate's conversation may be seen and passes the filter: its row decides, never the index.
fn passes(rx: &mut Rx<'_>, actor: &Actor, asked: &Asked, id: ConversationId) -> Result<bool> {
    let stored: Stored = match conversation::get(rx, id) {
        Err(candor_store::Error::NotFound) => return Ok(false),
        other => other?,
    };
    if stored.case.spam != asked.spam || !permitted(rx, actor, Permission::ConversationRead, Door::Text, &stored)? {
        return Ok(false);
    }
    let Some(filter) = &asked.filter else { return Ok(true) };
    let mut tail = Shaped::new(2);
    tail.push("WHERE c.id = ").id(id.0).push(" AND ").filter(filter);
    Ok(conversation::matches(rx, viewer(actor), &tail.text, &tail.values())?)
}

/// Opens what was found, ranks it and keeps the best.
fn open(rx: &mut Rx<'_>, actor: &Actor, words: &Words, found: Vec<message::Stored>, limit: usize, now: i64) -> Result<Vec<Hit>> {
    let mut opened: Vec<(message::Stored, String, Evidence)> = Vec::with_capacity(found.len());
    for mut one in found {
        let Some(body) = one.body.take() else { continue };
        let Some(text) = rx.open_kept(message::body_cell(one.id), &body)? else { continue };
        let evidence = words.evidence(&text);
        opened.push((one, text, evidence));
    }
    // Blind words can only agree by chance in one of a trillion; the opened text has the last word.
    opened.retain(|(_, _, evidence)| evidence.found > 0);
    rank(&mut opened, now, |(one, _, evidence)| (*evidence, one.at));
    opened.truncate(limit);
    let ids: Vec<ConversationId> = opened.iter().map(|(one, _, _)| one.conversation).collect();
    let rows: HashMap<ConversationId, Row> =
        conversation::rows(rx, viewer(actor), &ids)?.into_iter().map(|row| (row.stored.case.id, row)).collect();
    let authors: BTreeSet<AgentId> = opened
        .iter()
        .filter(|(one, _, _)| one.author.kind == ActorKind::Agent)
        .filter_map(|(one, _, _)| one.author.id.map(AgentId))
        .collect();
    let agents = agent::names(rx, &authors.into_iter().collect::<Vec<_>>())?;
    Ok(opened
        .into_iter()
        .filter_map(|(one, text, _)| {
            let row = rows.get(&one.conversation)?.clone();
            let (snippet, marks) = words.snippet(&text, SNIPPET);
            let names = Names { agents: agents.clone(), contact: row.contact_name.clone() };
            Some(Hit { row, message: Some(one), snippet, marks, names })
        })
        .collect())
}

fn viewer(actor: &Actor) -> AgentId {
    actor.agent().unwrap_or(AgentId(Uuid::nil()))
}
