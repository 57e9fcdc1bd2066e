//! What visitors say of themselves: believed by nobody, shown as typed.

use super::identity::clean_name;
use super::person::unblocked;
use super::session::Visitor;
use crate::{App, Error, Result, audit};
use candor_domain::contact::{Identity, IdentityKind, is_phishing_code};
use candor_domain::event::Proof;
use candor_domain::locale::Locale;
use candor_domain::text;
use candor_store::contact::{self, Contact};
use candor_store::{Queue, Tx};
use serde_json::json;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What a visitor typed. Absent: as it was.
#[derive(Clone, Debug, Default)]
pub struct Details {
    pub locale: Option<Locale>,
    pub name: Option<String>,
    pub email: Option<String>,
    /// What the page around the widget says; never in the place of what the exchange signed.
    pub fields: BTreeMap<String, String>,
}

const MAX_FIELDS: usize = 32;
const MAX_FIELD_NAME: usize = 64;
const MAX_FIELD: usize = 500;

/// Keeps what a visitor typed. A name that the exchange signed stays.
pub async fn change(app: &App, visitor: &Visitor, details: Details) -> Result<Contact> {
    let name =
        details.name.map(|name| clean_name(&name).ok_or_else(|| Error::invalid("name", "a name has 1 to 100 characters"))).transpose()?;
    let email = details
        .email
        .map(|email| IdentityKind::Email.normal(&email).ok_or_else(|| Error::invalid("email", "write it as name@example.com")))
        .transpose()?;
    let fields = clean_fields(details.fields);
    let (id, actor, locale, identity) = (visitor.contact.id, visitor.actor(), details.locale, app.ids.make());
    app.db
        .write(Queue::People, move |tx| {
            let mut contact = contact::lock(tx, id)?;
            if let Some(locale) = locale {
                contact.locale = Some(locale.as_str().to_owned());
            }
            let renamed = name.is_some() && contact.proof < Proof::Signed && contact.name != name;
            if renamed {
                contact.name.clone_from(&name);
            }
            let addressed = match &email {
                Some(email) => typed_address(tx, &contact, email, identity)?.1,
                None => false,
            };
            let noted = note_fields(&mut contact, &fields)?;
            if renamed || addressed || noted {
                contact.proof = contact.proof.max(Proof::Typed);
                audit::record(tx, &actor, "contact.described", ("contact", id.0), json!({ "by": "visitor" }))?;
            }
            contact::update(tx, &contact)?;
            contact.version += 1;
            Ok(contact)
        })
        .await
}

fn clean_fields(fields: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let clean = |(name, value): (String, String)| {
        let name = text::clean_line(&name, MAX_FIELD_NAME);
        (!name.is_empty() && !is_phishing_code(&name)).then(|| (name, text::clean_line(&value, MAX_FIELD)))
    };
    fields.into_iter().filter_map(clean).take(MAX_FIELDS).collect()
}

/// Notes fields; false when nothing is new.
fn note_fields(contact: &mut Contact, new: &BTreeMap<String, String>) -> Result<bool> {
    let mut fields = contact.fields()?;
    let before = fields.clone();
    for (name, value) in new {
        let known = fields.contains_key(name);
        if known && contact.proof >= Proof::Signed || !known && fields.len() >= MAX_FIELDS {
            continue;
        }
        fields.insert(name.clone(), value.clone());
    }
    let changed = fields != before;
    if changed {
        contact.set_fields(&fields);
    }
    Ok(changed)
}

/// The identity of an address, typed in the place of the last typed one, and whether it is new.
pub(super) fn typed_address(tx: &mut Tx<'_>, contact: &Contact, email: &str, id: Uuid) -> Result<(Uuid, bool)> {
    let known = contact::identities(tx, contact.id)?;
    let mut addresses = known.iter().filter(|known| known.identity.kind == IdentityKind::Email);
    if let Some(same) = addresses.clone().find(|known| known.identity.value == email) {
        return Ok((same.id, false));
    }
    unblocked(tx, IdentityKind::Email, email)?;
    if let Some(typed) = addresses.find(|known| known.identity.proof == Proof::Typed) {
        contact::remove_identity(tx, typed.id)?;
    }
    let identity = Identity { kind: IdentityKind::Email, value: email.to_owned(), proof: Proof::Typed };
    contact::add_identity(tx, id, contact.id, contact.key, &identity)?;
    Ok((id, true))
}
