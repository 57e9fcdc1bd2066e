//! A new key for a customer while the desk runs: their cells are sealed anew in pieces, each under the lock its writers take.
//! The old keys go when nothing names them; what the audit log says under one keeps it, because the log never changes.

use super::cell::{self, Cell, KeyId};
use crate::query::Query;
use crate::{Error, Tx};
use candor_domain::id::{ContactId, ConversationId};
use std::collections::BTreeSet;
use uuid::Uuid;

/// A customer who has a new key, and the keys it replaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renewal {
    pub contact: ContactId,
    pub key: KeyId,
    pub old: Vec<KeyId>,
}

/// A sealed column: its statement finds (row id, cell) by an owner, the other writes it back.
struct Column {
    table: &'static str,
    column: &'static str,
    find: &'static str,
    put: &'static str,
}

macro_rules! column {
    ($table:literal, $column:literal, $id:literal, $owner:literal) => {
        Column {
            table: $table,
            column: $column,
            find: concat!(
                "SELECT ",
                $id,
                ", ",
                $column,
                "_sealed FROM ",
                $table,
                " WHERE ",
                $owner,
                " = $1 AND ",
                $column,
                "_sealed IS NOT NULL"
            ),
            put: concat!("UPDATE ", $table, " SET ", $column, "_sealed = $2 WHERE ", $id, " = $1"),
        }
    };
}

const OF_CONTACT: [Column; 5] = [
    column!("contact", "name", "id", "id"),
    column!("contact", "fields", "id", "id"),
    column!("contact", "device", "id", "id"),
    column!("contact_identity", "value", "id", "contact_id"),
    column!("inbound", "envelope", "id", "contact_id"),
];
const OF_CASE: [Column; 8] = [
    column!("conversation", "subject", "id", "id"),
    column!("conversation", "preview", "id", "id"),
    column!("conversation", "origin", "id", "id"),
    column!("draft", "text", "id", "conversation_id"),
    column!("draft", "mail", "id", "conversation_id"),
    column!("held_reply", "text", "id", "conversation_id"),
    column!("held_reply", "mail", "id", "conversation_id"),
    column!("rating", "comment", "conversation_id", "conversation_id"),
];

/// Stands beside a message, which may be one of very many in a case.
const OF_MAIL: [Column; 2] = [column!("mail", "head", "message_id", "message_id"), column!("mail", "problem", "message_id", "message_id")];

/// Gives a contact a new key and seals its record with it. `None`: it was erased, or became part of somebody else.
pub fn renew_contact(tx: &mut Tx<'_>, contact: ContactId) -> Result<Option<Renewal>, Error> {
    let found = tx.optional("SELECT key_id FROM contact WHERE id = $1 /*lock*/", &[&contact.0], |row| row.get(0).map(KeyId))?;
    if found.is_none_or(|key| key == KeyId::NONE) {
        return Ok(None);
    }
    let old = crate::erasure::keys_of(tx, contact)?;
    let key = tx.new_key(Some(contact.0))?;
    tx.execute("UPDATE contact SET key_id = $2, version = version + 1 WHERE id = $1", &[&contact.0, &key.0])?;
    seal_anew(tx, key, &OF_CONTACT, contact.0)?;
    Ok(Some(Renewal { contact, key, old }))
}

/// Gives a case its customer's new key and seals with it what stands beside the messages. False: it is not theirs any more.
pub fn renew_case(tx: &mut Tx<'_>, renewal: &Renewal, id: ConversationId) -> Result<bool, Error> {
    // A side thread lies under the key of the case it is about.
    const LOCK: &str = "SELECT COALESCE((SELECT p.contact_id FROM conversation p WHERE p.id = c.parent_id), c.contact_id), c.key_id \
         FROM conversation c WHERE c.id = $1 /*lock*/";
    let (contact, key) = tx.one(LOCK, &[&id.0], |row| Ok((ContactId(row.get(0)?), KeyId(row.get(1)?))))?;
    if contact != renewal.contact || key == KeyId::NONE {
        return Ok(false);
    }
    tx.execute("UPDATE conversation SET key_id = $2 WHERE id = $1", &[&id.0, &renewal.key.0])?;
    seal_anew(tx, renewal.key, &OF_CASE, id.0)?;
    Ok(true)
}

/// Seals the next messages after `seq` anew; answers the last one's number, `None` after the last. The case has its new key.
pub fn renew_messages(tx: &mut Tx<'_>, renewal: &Renewal, id: ConversationId, seq: i64, limit: i64) -> Result<Option<i64>, Error> {
    const FIND: &str = "SELECT id, seq, body_sealed FROM message WHERE conversation_id = $1 AND seq > $2 ORDER BY seq LIMIT $3";
    let held = tx.one("SELECT key_id FROM conversation WHERE id = $1 /*lock*/", &[&id.0], |row| row.get(0).map(KeyId))?;
    if held != renewal.key {
        return Ok(None);
    }
    let piece =
        tx.list(FIND, &[&id.0, &seq, &limit], |row| Ok((row.get::<Uuid>(0)?, row.get::<i64>(1)?, row.get::<Option<Vec<u8>>>(2)?)))?;
    for (message, _, sealed) in &piece {
        seal_anew(tx, renewal.key, &OF_MAIL, *message)?;
        let Some(sealed) = sealed else { continue };
        let at = Cell { table: "message", column: "body", row: *message };
        if let Some(anew) = anew(tx, renewal.key, at, sealed)? {
            tx.execute("UPDATE message SET body_sealed = $2 WHERE id = $1", &[message, &anew])?;
        }
    }
    Ok(piece.last().map(|(_, seq, _)| *seq))
}

/// Wraps the keys of the next files after `after` anew, with their names: those in the contact's cases and those it has not sent.
pub fn renew_files(tx: &mut Tx<'_>, renewal: &Renewal, after: Uuid, limit: i64) -> Result<Option<Uuid>, Error> {
    const FIND: &str = "SELECT f.id, f.wrapped_key, f.name_sealed FROM file f LEFT JOIN conversation c ON c.id = f.conversation_id \
         WHERE f.id > $2 AND ((c.contact_id = $1 AND c.parent_id IS NULL) \
         OR c.parent_id IN (SELECT p.id FROM conversation p WHERE p.contact_id = $1) OR (f.owner_kind = 'contact' AND f.owner_id = $1 AND f.conversation_id IS NULL)) \
         ORDER BY f.id LIMIT $3";
    const PUT: &str = "UPDATE file SET key_id = $2, wrapped_key = $3, name_sealed = $4 WHERE id = $1";
    tx.one("SELECT 1 FROM contact WHERE id = $1 /*lock*/", &[&renewal.contact.0], |_| Ok(()))?;
    let piece = tx.list(FIND, &[&renewal.contact.0, &after, &limit], |row| {
        Ok((row.get::<Uuid>(0)?, row.get::<Vec<u8>>(1)?, row.get::<Vec<u8>>(2)?))
    })?;
    for (id, wrapped, name) in &piece {
        let key = anew(tx, renewal.key, Cell { table: "file", column: "wrapped_key", row: *id }, wrapped)?;
        let name = anew(tx, renewal.key, Cell { table: "file", column: "name", row: *id }, name)?;
        if let (Some(key), Some(name)) = (key, name) {
            tx.execute(PUT, &[id, &renewal.key.0, &key, &name])?;
        }
    }
    Ok(piece.last().map(|(id, _, _)| *id))
}

/// Removes the keys that were replaced, all but those under which the audit log says something. Says how many stay.
/// They are not put on the list of the erased: an older copy still opens with them.
pub fn retire_keys(tx: &mut Tx<'_>, renewal: &Renewal) -> Result<usize, Error> {
    const DETAILS: &str = "SELECT detail FROM audit_entry WHERE detail IS NOT NULL AND (subject_id = $1 \
         OR subject_id IN (SELECT id FROM conversation WHERE contact_id = $1) \
         OR subject_id IN (SELECT s.id FROM conversation s JOIN conversation p ON p.id = s.parent_id WHERE p.contact_id = $1))";
    const REMOVE: &str = "DELETE FROM customer_key WHERE id = $1 AND contact_id = $2";
    let held = tx.optional("SELECT key_id FROM contact WHERE id = $1 /*lock*/", &[&renewal.contact.0], |row| row.get(0).map(KeyId))?;
    if held != Some(renewal.key) {
        return Ok(0);
    }
    let said = tx.list(DETAILS, &[&renewal.contact.0], |row| row.get::<Vec<u8>>(0))?;
    let named: BTreeSet<KeyId> = said.iter().filter_map(|detail| cell::key_of(detail).ok()).collect();
    let mut kept = 0;
    for key in &renewal.old {
        if named.contains(key) {
            kept += 1;
        } else {
            tx.execute(REMOVE, &[&key.0, &renewal.contact.0])?;
        }
    }
    Ok(kept)
}

fn seal_anew(tx: &mut Tx<'_>, key: KeyId, columns: &[Column], owner: Uuid) -> Result<(), Error> {
    for column in columns {
        let cells = tx.list(column.find, &[&owner], |row| Ok((row.get::<Uuid>(0)?, row.get::<Vec<u8>>(1)?)))?;
        for (row, sealed) in cells {
            let at = Cell { table: column.table, column: column.column, row };
            if let Some(anew) = anew(tx, key, at, &sealed)? {
                tx.execute(column.put, &[&row, &anew])?;
            }
        }
    }
    Ok(())
}

/// The cell under the new key; `None` when it is.
fn anew(tx: &mut Tx<'_>, key: KeyId, at: Cell<'_>, sealed: &[u8]) -> Result<Option<Vec<u8>>, Error> {
    if cell::key_of(sealed)? == key {
        return Ok(None);
    }
    let plain = zeroize::Zeroizing::new(tx.open(at, sealed)?);
    tx.seal(key, at, &plain).map(Some)
}
