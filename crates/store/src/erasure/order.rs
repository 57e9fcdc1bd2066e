//! The order itself and the destruction of the keys.

use super::{Erasure, of_contact};
use crate::Error;
use crate::keys::KeyId;
use crate::notes::Note;
use crate::query::Query;
use crate::tx::Tx;
use candor_domain::actor::ActorRef;
use candor_domain::id::{ContactId, FileId};
use uuid::Uuid;

/// Sessions one command ends; more are ended by the commands that follow.
const SESSIONS: i64 = 100;

const LOCK: &str = "SELECT key_id FROM contact WHERE id = $1 /*lock*/";
const EMPTY: &str = "UPDATE contact SET key_id = $2, proof = 0, name_sealed = NULL, fields_sealed = NULL, device_sealed = NULL, \
     locale = NULL, version = version + 1 WHERE id = $1";
const INSERT: &str = "INSERT INTO erasure (id, contact_id, actor_kind, actor_id, state, asked_at, cases, messages, files, identities, \
     keys, copies) VALUES ($1, $2, $3, $4, 'asked', $5, 0, 0, 0, $6, 0, '[]')";

/// Orders the erasure of a contact: its sessions end, its record is empty, nothing can be sealed for it or merged into it
/// from now on. A contact whose erasure was asked for before answers that one and false.
pub fn begin(tx: &mut Tx<'_>, id: Uuid, contact: ContactId, actor: ActorRef) -> Result<(Erasure, bool), Error> {
    // Sessions come first: whoever signs in locks them before the contact.
    drop_sessions(tx, contact)?;
    tx.one(LOCK, &[&contact.0], |_| Ok(()))?;
    if let Some(known) = of_contact(tx, contact)? {
        empty(tx, contact)?;
        return Ok((known, false));
    }
    let identities = empty(tx, contact)?;
    let now = tx.now();
    tx.execute(INSERT, &[&id, &contact.0, &actor.kind.as_str(), &actor.id, &now, &identities])?;
    let made = of_contact(tx, contact)?.ok_or(Error::NotFound)?;
    Ok((made, true))
}

fn empty(tx: &mut Tx<'_>, contact: ContactId) -> Result<i64, Error> {
    tx.execute(EMPTY, &[&contact.0, &KeyId::NONE.0])?;
    crate::block::forget(tx, contact)?;
    crate::inbound::forget(tx, contact)?;
    crate::mail_address::forget(tx, contact)?;
    crate::confirmation::forget_all(tx, contact)?;
    let gone = tx.execute("DELETE FROM contact_identity WHERE contact_id = $1", &[&contact.0])?;
    Ok(i64::try_from(gone).unwrap_or(i64::MAX))
}

/// Ends sessions of a contact, so many at a time; their open sockets are told. Says how many.
pub fn drop_sessions(tx: &mut Tx<'_>, contact: ContactId) -> Result<usize, Error> {
    const DROP: &str = "DELETE FROM visitor_session WHERE id IN (SELECT id FROM visitor_session WHERE contact_id = $1 ORDER BY id LIMIT $2) \
         RETURNING id";
    let ended = tx.list(DROP, &[&contact.0, &SESSIONS], |row| row.get::<Uuid>(0))?;
    for session in &ended {
        tx.note(Note::VisitorLeft { session: *session });
    }
    Ok(ended.len())
}

/// All keys a contact holds, its own and those of who was merged into it. After [`begin`] none is added.
pub fn keys_of(q: &mut impl Query, contact: ContactId) -> Result<Vec<KeyId>, Error> {
    q.list("SELECT id FROM customer_key WHERE contact_id = $1 ORDER BY id", &[&contact.0], |row| row.get(0).map(KeyId))
}

const DESTROY: &str = "DELETE FROM customer_key WHERE id = $1 AND contact_id = $2";
const REMEMBER: &str = "INSERT INTO erased_key (id, at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";
const TOLD: &str =
    "INSERT INTO counter (name, value) VALUES ('keys_destroyed', 1) ON CONFLICT (name) DO UPDATE SET value = counter.value + 1";
const SET: &str = "UPDATE erasure SET state = 'destroyed', destroyed_at = COALESCE(destroyed_at, $2), keys = keys + $3, copies = $4 \
     WHERE id = $1 AND state IN ('asked', 'destroyed')";

/// Destroys these keys of a contact for good; all nodes forget what they opened with them. The caller has put them on the
/// list outside the database before, and shut the contact's cases. `copies` names older copies of the database, as JSON.
pub fn destroy(tx: &mut Tx<'_>, erasure: &Erasure, keys: &[KeyId], copies: &str) -> Result<(), Error> {
    let now = tx.now();
    let mut gone = 0;
    for key in keys {
        gone += i64::try_from(tx.execute(DESTROY, &[&key.0, &erasure.contact.0])?).unwrap_or(0);
        tx.execute(REMEMBER, &[&key.0, &now])?;
    }
    tx.execute(TOLD, &[])?;
    tx.execute(SET, &[&erasure.id, &now, &gone, &copies])?;
    tx.note(Note::KeysDestroyed);
    Ok(())
}

/// Files of a contact: those in its cases and in the side threads about them, and those it sent that no message carries.
pub fn files(q: &mut impl Query, contact: ContactId, limit: i64) -> Result<Vec<FileId>, Error> {
    const FILES: &str = "SELECT f.id FROM file f JOIN conversation c ON c.id = f.conversation_id WHERE c.contact_id = $1 \
         UNION SELECT f.id FROM file f JOIN conversation s ON s.id = f.conversation_id JOIN conversation p ON p.id = s.parent_id \
         WHERE p.contact_id = $1 ORDER BY 1 LIMIT $2";
    const UNSENT: &str =
        "SELECT id FROM file WHERE owner_kind = 'contact' AND owner_id = $1 AND conversation_id IS NULL ORDER BY id LIMIT $2";
    let mut found = q.list(FILES, &[&contact.0, &limit], |row| row.get(0).map(FileId))?;
    if found.is_empty() {
        found = q.list(UNSENT, &[&contact.0, &limit], |row| row.get(0).map(FileId))?;
    }
    Ok(found)
}

/// Removes the row of a file whose bytes are gone, and counts it.
pub fn forget_file(tx: &mut Tx<'_>, erasure: Uuid, id: FileId) -> Result<(), Error> {
    if crate::file::forget(tx, id)? {
        tx.execute("UPDATE erasure SET files = files + 1 WHERE id = $1", &[&erasure])?;
    }
    Ok(())
}
