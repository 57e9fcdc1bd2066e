//! Agents correct a customer's name and notes.

use super::enter;
use super::record::{Record, read};
use crate::{App, Error, Result, audit};
use candor_domain::actor::Actor;
use candor_domain::contact::{MAX_NAME, is_phishing_code};
use candor_domain::id::ConversationId;
use candor_domain::permission::Permission;
use candor_domain::text::clean_line;
use candor_store::{Queue, contact};
use serde_json::json;
use std::collections::BTreeMap;

/// A change: absent keeps, `Some(None)` clears.
#[derive(Clone, Debug, Default)]
pub struct Patch {
    pub name: Option<Option<String>>,
    pub fields: BTreeMap<String, Option<String>>,
}

const MAX_FIELDS: usize = 64;
const MAX_FIELD_NAME: usize = 64;
const MAX_FIELD: usize = 500;

/// Changes the record of a case's customer. Which fields changed is on record, not what stands in them.
pub async fn change(app: &App, actor: &Actor, id: ConversationId, patch: Patch, expected: Option<i64>) -> Result<Record> {
    let patch = checked(patch)?;
    let actor = actor.clone();
    app.db
        .write(Queue::People, move |tx| {
            let stored = enter(tx, &actor, Permission::ContactEdit, id)?;
            if patch.fields.keys().any(|name| is_phishing_code(name)) {
                return Err(Error::invalid("fields", "the exchange alone sets the anti-phishing code"));
            }
            let mut contact = contact::lock(tx, stored.case.contact)?;
            if expected.is_some_and(|expected| expected != contact.version) {
                return Err(Error::Stale);
            }
            let mut fields = contact.fields()?;
            for (name, value) in &patch.fields {
                match value {
                    Some(value) => fields.insert(name.clone(), value.clone()),
                    None => fields.remove(name),
                };
            }
            if fields.len() > MAX_FIELDS {
                return Err(Error::invalid("fields", format!("at most {MAX_FIELDS}")));
            }
            contact.set_fields(&fields);
            if let Some(name) = &patch.name {
                contact.name.clone_from(name);
            }
            contact::update(tx, &contact)?;
            contact.version += 1;
            let data = json!({ "case": id, "name": patch.name.is_some(), "fields": patch.fields.len() });
            audit::record(tx, &actor, "contact.changed", ("contact", contact.id.0), data)?;
            // Lists show the name.
            tx.wake(id.0, stored.case.seq);
            read(tx, contact)
        })
        .await
}

fn checked(patch: Patch) -> Result<Patch> {
    let name = patch.name.map(|name| name.map(|name| clean_line(&name, MAX_NAME)).filter(|name| !name.is_empty()));
    let mut fields = BTreeMap::new();
    for (name, value) in patch.fields {
        let clean = clean_line(&name, MAX_FIELD_NAME);
        if clean.is_empty() {
            return Err(Error::invalid("fields", "a field has a name"));
        }
        if value.as_ref().is_some_and(|value| value.chars().count() > MAX_FIELD) {
            return Err(Error::invalid("fields", format!("at most {MAX_FIELD} characters each")));
        }
        fields.insert(clean, value.map(|value| clean_line(&value, MAX_FIELD)).filter(|value| !value.is_empty()));
    }
    Ok(Patch { name, fields })
}
