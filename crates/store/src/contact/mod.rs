//! Customers: one row each with its sealed name, fields and device, and the key that seals all that is theirs.
//!
//! Identities stand in [`identity`]. A contact is the second lock in the order conversation, contact, counter.

mod history;
mod identity;
mod merge;

pub use history::{Before, history, ids_after, shown_history};
pub use identity::{Known, add_identity, confirm_identity, has_proven, identities, identity_blind, proven, remove_identity};
pub use merge::{Moved, absorb, cases, empty, move_cases};

use crate::Error;
use crate::keys::{Cell, KeyId, SealError};
use crate::query::Query;
use crate::tx::Tx;
use crate::value::Row;
use candor_domain::event::Proof;
use candor_domain::id::ContactId;
use std::collections::BTreeMap;
use uuid::Uuid;

/// A contact with its cells opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    pub id: ContactId,
    pub key: KeyId,
    pub proof: Proof,
    pub name: Option<String>,
    /// What the exchange and the agents noted, as a JSON object of texts.
    pub fields: Option<String>,
    /// Browser, system, language and time zone, as JSON.
    pub device: Option<String>,
    pub locale: Option<String>,
    pub first_seen_at: i64,
    pub seen_at: i64,
    pub version: i64,
}

impl Contact {
    /// What is noted of the customer, by name.
    pub fn fields(&self) -> Result<BTreeMap<String, String>, Error> {
        let read = |text: &String| serde_json::from_str(text).map_err(|error| Error::Corrupt(format!("contact.fields: {error}")));
        self.fields.as_ref().map_or_else(|| Ok(BTreeMap::new()), read)
    }

    pub fn set_fields(&mut self, fields: &BTreeMap<String, String>) {
        self.fields = (!fields.is_empty()).then(|| serde_json::to_string(fields).expect("texts always serialise"));
    }
}

/// A row before its cells are opened.
struct Line {
    contact: Contact,
    name: Option<Vec<u8>>,
    fields: Option<Vec<u8>>,
    device: Option<Vec<u8>>,
}

const GET: &str = "SELECT id, key_id, proof, locale, first_seen_at, seen_at, version, name_sealed, fields_sealed, device_sealed \
     FROM contact WHERE id = $1";
const LOCK: &str = "SELECT id, key_id, proof, locale, first_seen_at, seen_at, version, name_sealed, fields_sealed, device_sealed \
     FROM contact WHERE id = $1 /*lock*/";

/// Makes a contact of somebody unknown, and the key of all that will be theirs.
pub fn insert(tx: &mut Tx<'_>, id: ContactId, locale: Option<&str>) -> Result<Contact, Error> {
    const INSERT: &str =
        "INSERT INTO contact (id, key_id, proof, locale, first_seen_at, seen_at, version) VALUES ($1, $2, $3, $4, $5, $5, 1)";
    let key = tx.new_key(Some(id.0))?;
    let (now, proof) = (tx.now(), Proof::Anonymous);
    tx.execute(INSERT, &[&id.0, &key.0, &proof.level(), &locale, &now])?;
    let locale = locale.map(str::to_owned);
    Ok(Contact { id, key, proof, name: None, fields: None, device: None, locale, first_seen_at: now, seen_at: now, version: 1 })
}

pub fn get(q: &mut impl Query, id: ContactId) -> Result<Contact, Error> {
    let line = q.one(GET, &[&id.0], read)?;
    open(q, line)
}

/// Takes the contact's lock: nobody starts a conversation for it or merges it meanwhile. Whoever was erased is refused with
/// [`SealError::Destroyed`].
pub fn lock(tx: &mut Tx<'_>, id: ContactId) -> Result<Contact, Error> {
    let line = tx.one(LOCK, &[&id.0], read)?;
    if line.contact.key == KeyId::NONE {
        return Err(SealError::Destroyed.into());
    }
    open(tx, line)
}

/// The key of a contact, whose lock is taken: a start must not race with a merge.
pub fn key(tx: &mut Tx<'_>, id: ContactId) -> Result<KeyId, Error> {
    let key = tx.one("SELECT key_id FROM contact WHERE id = $1 /*lock*/", &[&id.0], |row| row.get(0).map(KeyId))?;
    if key == KeyId::NONE { Err(SealError::Destroyed.into()) } else { Ok(key) }
}

/// Writes a contact back and raises its version.
pub fn update(tx: &mut Tx<'_>, contact: &Contact) -> Result<(), Error> {
    const UPDATE: &str = "UPDATE contact SET proof = $2, locale = $3, seen_at = $4, version = version + 1, name_sealed = $5, \
         fields_sealed = $6, device_sealed = $7 WHERE id = $1";
    let mut sealed =
        |cell: Cell<'static>, value: &Option<String>| value.as_ref().map(|value| tx.seal(contact.key, cell, value.as_bytes())).transpose();
    let name = sealed(name_cell(contact.id), &contact.name)?;
    let fields = sealed(fields_cell(contact.id), &contact.fields)?;
    let device = sealed(device_cell(contact.id), &contact.device)?;
    tx.execute(UPDATE, &[&contact.id.0, &contact.proof.level(), &contact.locale, &contact.seen_at, &name, &fields, &device])?;
    Ok(())
}

/// Notes that the customer was here.
pub fn seen(tx: &mut Tx<'_>, id: ContactId) -> Result<(), Error> {
    let now = tx.now();
    tx.execute("UPDATE contact SET seen_at = $2 WHERE id = $1 AND seen_at < $2", &[&id.0, &now])?;
    Ok(())
}

fn read(row: &Row<'_>) -> Result<Line, Error> {
    let proof: i64 = row.get(2)?;
    let contact = Contact {
        id: ContactId(row.get(0)?),
        key: KeyId(row.get::<Uuid>(1)?),
        proof: Proof::from_level(proof).ok_or_else(|| Error::Corrupt(format!("contact.proof holds {proof}")))?,
        name: None,
        fields: None,
        device: None,
        locale: row.get(3)?,
        first_seen_at: row.get(4)?,
        seen_at: row.get(5)?,
        version: row.get(6)?,
    };
    Ok(Line { contact, name: row.get(7)?, fields: row.get(8)?, device: row.get(9)? })
}

fn open(q: &mut impl Query, line: Line) -> Result<Contact, Error> {
    let id = line.contact.id;
    let mut opened = |cell: Cell<'static>, sealed: Option<Vec<u8>>| match sealed {
        Some(sealed) => q.open_kept(cell, &sealed),
        None => Ok(None),
    };
    let name = opened(name_cell(id), line.name)?;
    let fields = opened(fields_cell(id), line.fields)?;
    let device = opened(device_cell(id), line.device)?;
    Ok(Contact { name, fields, device, ..line.contact })
}

const NAME: &str = "SELECT name_sealed FROM contact WHERE id = $1";

/// The displayed name alone, for timelines.
pub fn name(q: &mut impl Query, id: ContactId) -> Result<Option<String>, Error> {
    let sealed = q.one(NAME, &[&id.0], |row| row.get::<Option<Vec<u8>>>(0))?;
    Ok(sealed.map(|sealed| q.open_kept(name_cell(id), &sealed)).transpose()?.flatten())
}

/// The cell that holds a contact's displayed name.
pub fn name_cell(id: ContactId) -> Cell<'static> {
    Cell { table: "contact", column: "name", row: id.0 }
}

fn fields_cell(id: ContactId) -> Cell<'static> {
    Cell { table: "contact", column: "fields", row: id.0 }
}

fn device_cell(id: ContactId) -> Cell<'static> {
    Cell { table: "contact", column: "device", row: id.0 }
}
