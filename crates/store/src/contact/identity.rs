//! Identities of a contact: sealed, and blind for equality. One that the exchange signed belongs to one contact only.

use crate::Error;
use crate::keys::{Cell, KeyId};
use crate::query::Query;
use crate::tx::Tx;
use candor_domain::contact::{Identity, IdentityKind};
use candor_domain::event::Proof;
use candor_domain::id::ContactId;
use uuid::Uuid;

/// An identity as it stands with a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub id: Uuid,
    pub identity: Identity,
    pub created_at: i64,
}

/// Adds an identity in its normal form. `Error::Unique` when the exchange has signed it for somebody else.
pub fn add_identity(tx: &mut Tx<'_>, id: Uuid, contact: ContactId, key: KeyId, identity: &Identity) -> Result<(), Error> {
    const INSERT: &str = "INSERT INTO contact_identity (id, contact_id, kind, proof, value_sealed, value_blind, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let sealed = tx.seal(key, value_cell(id), identity.value.as_bytes())?;
    let (blind, now) = (identity_blind(tx, identity.kind, &identity.value), tx.now());
    tx.execute(INSERT, &[&id, &contact.0, &identity.kind.as_str(), &identity.proof.level(), &sealed, &blind, &now])?;
    Ok(())
}

/// All identities of a contact, the best proven first.
pub fn identities(q: &mut impl Query, contact: ContactId) -> Result<Vec<Known>, Error> {
    const LIST: &str =
        "SELECT id, kind, proof, created_at, value_sealed FROM contact_identity WHERE contact_id = $1 ORDER BY proof DESC, created_at, id";
    let lines = q.list(LIST, &[&contact.0], |row| {
        Ok((row.get::<Uuid>(0)?, row.get::<String>(1)?, row.get::<i64>(2)?, row.get::<i64>(3)?, row.get::<Vec<u8>>(4)?))
    })?;
    let mut open = |(id, kind, proof, created_at, sealed): (Uuid, String, i64, i64, Vec<u8>)| {
        let kind = IdentityKind::parse(&kind).ok_or_else(|| Error::Corrupt(format!("contact_identity.kind holds {kind}")))?;
        let proof = Proof::from_level(proof).ok_or_else(|| Error::Corrupt(format!("contact_identity.proof holds {proof}")))?;
        let Some(value) = q.open_kept(value_cell(id), &sealed)? else { return Ok(None) };
        Ok(Some(Known { id, identity: Identity { kind, value, proof }, created_at }))
    };
    lines.into_iter().filter_map(|line| open(line).transpose()).collect()
}

/// Whether a contact has an identity of this kind that is confirmed or signed.
pub fn has_proven(q: &mut impl Query, contact: ContactId, kind: IdentityKind) -> Result<bool, Error> {
    const HAS: &str = "SELECT 1 FROM contact_identity WHERE contact_id = $1 AND kind = $2 AND proof >= 2 LIMIT 1";
    Ok(q.optional(HAS, &[&contact.0, &kind.as_str()], |_| Ok(()))?.is_some())
}

/// For whom the exchange has signed this identity, and its row.
pub fn proven(q: &mut impl Query, kind: IdentityKind, value: &str) -> Result<Option<(ContactId, Uuid)>, Error> {
    const PROVEN: &str = "SELECT contact_id, id FROM contact_identity WHERE kind = $1 AND value_blind = $2 AND proof >= 3";
    let blind = identity_blind(q, kind, value);
    q.optional(PROVEN, &[&kind.as_str(), &blind], |row| Ok((ContactId(row.get(0)?), row.get(1)?)))
}

/// Whoever reads at this address has said that it is theirs.
pub fn confirm_identity(tx: &mut Tx<'_>, id: Uuid) -> Result<(), Error> {
    let (confirmed, typed) = (Proof::Confirmed.level(), Proof::Typed.level());
    tx.execute("UPDATE contact_identity SET proof = $2 WHERE id = $1 AND proof = $3", &[&id, &confirmed, &typed])?;
    Ok(())
}

pub fn remove_identity(tx: &mut Tx<'_>, id: Uuid) -> Result<(), Error> {
    crate::confirmation::forget(tx, id)?;
    tx.execute("DELETE FROM contact_identity WHERE id = $1", &[&id])?;
    Ok(())
}

/// What stands in `value_blind`, here and wherever else an identity must be recognised.
pub fn identity_blind(q: &impl Query, kind: IdentityKind, value: &str) -> Vec<u8> {
    q.blind(&format!("contact_identity.{}", kind.as_str()), value)
}

fn value_cell(id: Uuid) -> Cell<'static> {
    Cell { table: "contact_identity", column: "value", row: id }
}
