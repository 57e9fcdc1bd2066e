//! One contact becomes part of another: its cases, identities, files and keys move, and its empty row goes.
//!
//! Sealed cells stay as they are: each names its key, and the key now belongs to the person.

use super::{Contact, identities, remove_identity, update};
use crate::Error;
use crate::query::Query;
use crate::tx::Tx;
use crate::{block, mail_address};
use candor_domain::event::Proof;
use candor_domain::id::{ContactId, ConversationId};

/// What moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    pub cases: u64,
    pub keys: u64,
}

/// The cases of a contact in the order in which they are locked.
pub fn cases(q: &mut impl Query, id: ContactId) -> Result<Vec<ConversationId>, Error> {
    q.list("SELECT id FROM conversation WHERE contact_id = $1 ORDER BY id", &[&id.0], |row| row.get(0).map(ConversationId))
}

/// Moves these cases of `from` to `to`, and the keys that open them: whoever erases the person erases what was moved. All of
/// them and both contacts are locked by now. Says how many keys moved.
pub fn move_cases(tx: &mut Tx<'_>, from: ContactId, to: ContactId, cases: &[ConversationId]) -> Result<u64, Error> {
    const CASE: &str = "UPDATE conversation SET contact_id = $3 WHERE id = $1 AND contact_id = $2";
    const KEYS: &str = "UPDATE customer_key SET contact_id = $2 WHERE contact_id = $1";
    for id in cases {
        tx.execute(CASE, &[&id.0, &from.0, &to.0])?;
    }
    tx.execute(KEYS, &[&from.0, &to.0])
}

/// Moves all that `from` has to `to` and removes its row. The cases and both contacts are locked by now; sessions of
/// `from` have been moved or ended.
pub fn absorb(tx: &mut Tx<'_>, from: &Contact, to: &Contact) -> Result<Moved, Error> {
    const CASES: &str = "UPDATE conversation SET contact_id = $2 WHERE contact_id = $1";
    const IDENTITIES: &str = "UPDATE contact_identity SET contact_id = $2 WHERE contact_id = $1";
    const FILES: &str = "UPDATE file SET owner_id = $2 WHERE owner_kind = 'contact' AND owner_id = $1 AND conversation_id IS NULL";
    const KEYS: &str = "UPDATE customer_key SET contact_id = $2 WHERE contact_id = $1";
    const SEEN: &str = "UPDATE contact SET first_seen_at = $2 WHERE id = $1 AND first_seen_at > $2";
    let ids: [&dyn crate::Value; 2] = [&from.id.0, &to.id.0];
    let cases = tx.execute(CASES, &ids)?;
    block::move_all(tx, from.id, to.id)?;
    mail_address::move_all(tx, from.id, to.id)?;
    tx.execute(IDENTITIES, &ids)?;
    tx.execute(FILES, &ids)?;
    let keys = tx.execute(KEYS, &ids)?;
    tx.execute(SEEN, &[&to.id.0, &from.first_seen_at])?;
    tx.execute("DELETE FROM contact WHERE id = $1", &[&from.id.0])?;
    Ok(Moved { cases, keys })
}

/// Takes away the name and the addresses of somebody of whom nothing else is left: what they said went to `to`. Whether mail reaches
/// their address goes there as well.
pub fn empty(tx: &mut Tx<'_>, from: &Contact, to: ContactId) -> Result<(), Error> {
    for known in identities(tx, from.id)? {
        remove_identity(tx, known.id)?;
    }
    mail_address::move_all(tx, from.id, to)?;
    update(tx, &Contact { name: None, fields: None, device: None, proof: Proof::Anonymous, ..from.clone() })
}
