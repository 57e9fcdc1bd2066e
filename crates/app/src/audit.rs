//! The audit log: one way to write a row about staff and settings, and reading it back.
//!
//! A row names ids, words and numbers. Secrets never stand in it; what identifies a person is sealed in its detail.

use crate::Result;
use candor_domain::actor::Actor;
use candor_store::audit::{AuditEntry, detail_cell};
use candor_store::{Query, Tx};
use serde_json::Value;
use uuid::Uuid;

/// Writes a row in the command's own transaction.
pub(crate) fn record(tx: &mut Tx<'_>, actor: &Actor, action: &'static str, subject: (&'static str, Uuid), data: Value) -> Result<()> {
    write(tx, actor, action, subject, data, None)
}

/// The same with words about a person, which are sealed.
pub(crate) fn record_words(tx: &mut Tx<'_>, actor: &Actor, action: &'static str, subject: (&'static str, Uuid), data: Value, words: &Value) -> Result<()> {
    let key = tx.workspace_key();
    let sealed = tx.seal(key, detail_cell(subject.1), words.to_string().as_bytes())?;
    write(tx, actor, action, subject, data, Some(&sealed))
}

fn write(tx: &mut Tx<'_>, actor: &Actor, action: &'static str, subject: (&'static str, Uuid), mut data: Value, detail: Option<&[u8]>) -> Result<()> {
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
