//! The audit log: one way to write a row about staff and settings, and reading it back.
//!
//! A row names ids, words and numbers. Secrets never stand in it; what identifies a person is sealed in its detail.

use crate::rights::require_everywhere;
use crate::{App, Result};
use candor_domain::actor::{Actor, ActorKind};
use candor_domain::id::{AgentId, TokenId};
use candor_domain::permission::Permission;
use candor_store::audit::{self, Asked, AuditEntry, Entry, Place, detail_cell};
use candor_store::{Pool, Query, Tx, agent, token};
use serde_json::{Map, Value};
use uuid::Uuid;

/// Writes a row in the command's own transaction.
pub(crate) fn record(tx: &mut Tx<'_>, actor: &Actor, action: &'static str, subject: (&'static str, Uuid), data: Value) -> Result<()> {
    write(tx, actor, action, subject, data, None)
}

/// The same with words about a person, which are sealed.
pub(crate) fn record_words(
    tx: &mut Tx<'_>,
    actor: &Actor,
    action: &'static str,
    subject: (&'static str, Uuid),
    data: Value,
    words: &Value,
) -> Result<()> {
    let key = tx.workspace_key();
    let sealed = tx.seal(key, detail_cell(subject.1), words.to_string().as_bytes())?;
    write(tx, actor, action, subject, data, Some(&sealed))
}

fn write(
    tx: &mut Tx<'_>,
    actor: &Actor,
    action: &'static str,
    subject: (&'static str, Uuid),
    mut data: Value,
    detail: Option<&[u8]>,
) -> Result<()> {
    if let (Actor::Machine { name }, Value::Object(fields)) = (actor, &mut data) {
        fields.insert("machine".to_owned(), Value::from(*name));
    }
    let (who, data) = (actor.as_ref(), data.to_string());
    let entry = AuditEntry::new(who.kind.as_str(), who.id, action).subject(subject.0, subject.1).data(&data);
    tx.audit(match detail {
        Some(sealed) => entry.detail(sealed),
        None => entry,
    })?;
    Ok(())
}

/// An entry with the name of who did it.
#[derive(Clone, Debug)]
pub struct Item {
    pub entry: Entry,
    pub actor_name: Option<String>,
    /// What it says, words included.
    pub detail: Map<String, Value>,
}

/// Reads the log, newest first, from `before` on.
pub async fn list(app: &App, actor: &Actor, asked: Asked, before: Place, limit: i64) -> Result<Vec<Item>> {
    require_everywhere(actor, Permission::AuditRead)?;
    app.db
        .read(Pool::Slow, move |rx| {
            let entries = audit::page(rx, &asked, before, limit)?;
            let mut agents: Vec<AgentId> = of_kind(&entries, ActorKind::Agent).map(AgentId).collect();
            agents.sort();
            agents.dedup();
            let names = agent::names(rx, &agents)?;
            let by_token = of_kind(&entries, ActorKind::Token).next().is_some();
            let tokens = if by_token { token::names(rx)? } else { Default::default() };
            let name = |entry: &Entry| {
                let id = entry.actor_id?;
                names.get(&AgentId(id)).map(|agent| agent.name.clone()).or_else(|| tokens.get(&TokenId(id)).cloned())
            };
            Ok(entries.into_iter().map(|entry| Item { actor_name: name(&entry), detail: said(&entry), entry }).collect())
        })
        .await
}

fn of_kind(entries: &[Entry], kind: ActorKind) -> impl Iterator<Item = Uuid> {
    entries.iter().filter(move |entry| entry.actor_kind == kind.as_str()).filter_map(|entry| entry.actor_id)
}

/// The entry's own fields and its words; words that are no document stand under `words`.
fn said(entry: &Entry) -> Map<String, Value> {
    let mut said = match serde_json::from_str(&entry.data) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    match entry.detail.as_deref().map(|words| (serde_json::from_str(words), words)) {
        Some((Ok(Value::Object(fields)), _)) => said.extend(fields),
        Some((_, words)) => drop(said.insert("words".to_owned(), Value::from(words))),
        None => {}
    }
    said
}
