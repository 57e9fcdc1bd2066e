//! The record as it is shown: everything personal masked, and named as masked.

use super::{enter, look};
use crate::{App, Error, Result};
use candor_domain::actor::Actor;
use candor_domain::contact::{IdentityKind, personal_field};
use candor_domain::event::Proof;
use candor_domain::id::{ContactId, ConversationId};
use candor_domain::mask::{PersonalKind, mask};
use candor_domain::permission::Permission;
use candor_store::contact::{self, Contact, Known};
use candor_store::{Pool, Query};
use uuid::Uuid;

/// A value as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub value: String,
    pub masked: bool,
}

/// Something the customer is known by.
#[derive(Clone, Debug)]
pub struct Line {
    pub id: Uuid,
    pub kind: IdentityKind,
    pub shown: Shown,
    pub proof: Proof,
}

/// A noted field.
#[derive(Clone, Debug)]
pub struct Field {
    pub name: String,
    pub shown: Shown,
}

/// A customer's record. The name stands in every list of cases, so it is not masked here.
#[derive(Clone, Debug)]
pub struct Record {
    pub id: ContactId,
    pub name: Option<String>,
    pub locale: Option<String>,
    pub proof: Proof,
    pub identities: Vec<Line>,
    pub fields: Vec<Field>,
    /// Browser, system, language and time zone, as JSON.
    pub device: Option<String>,
    pub first_seen_at: i64,
    pub seen_at: i64,
    pub version: i64,
}

/// Opens the record of a case's customer. The look is on record before this answers.
pub async fn record(app: &App, actor: &Actor, id: ConversationId) -> Result<Record> {
    let asker = actor.clone();
    let record = app
        .db
        .read(Pool::Quick, move |rx| {
            let stored = enter(rx, &asker, Permission::ContactRead, id)?;
            let contact = contact::get(rx, stored.case.contact)?;
            read(rx, contact)
        })
        .await?;
    look(app, actor, "contact.viewed", ("contact", record.id.0), id).await?;
    Ok(record)
}

pub(super) fn read(q: &mut impl Query, contact: Contact) -> Result<Record, Error> {
    let identities = contact::identities(q, contact.id)?.into_iter().map(identity).collect();
    let fields = contact.fields()?.into_iter().map(|(name, value)| {
        let shown = shown(personal_field(&name, &value), value);
        Field { name, shown }
    });
    Ok(Record {
        fields: fields.collect(),
        id: contact.id,
        name: contact.name,
        locale: contact.locale,
        proof: contact.proof,
        identities,
        device: contact.device,
        first_seen_at: contact.first_seen_at,
        seen_at: contact.seen_at,
        version: contact.version,
    })
}

fn identity(known: Known) -> Line {
    let kind = known.identity.kind;
    Line { id: known.id, kind, shown: shown(Some(kind.personal()), known.identity.value), proof: known.identity.proof }
}

fn shown(kind: Option<PersonalKind>, value: String) -> Shown {
    match kind {
        Some(kind) => Shown { value: mask(kind, &value), masked: true },
        None => Shown { value, masked: false },
    }
}
