//! Addresses that wait for a word of whoever reads there. A row is good for one link, once, until its end; it holds no address.

use crate::Error;
use crate::query::Query;
use crate::tx::Tx;
use crate::value::Row;
use candor_domain::id::ContactId;
use candor_domain::locale::Locale;
use uuid::Uuid;

/// An address that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confirmation {
    pub id: Uuid,
    /// Whose address it would be.
    pub contact: ContactId,
    pub identity: Uuid,
    pub locale: Locale,
    pub expires_at: i64,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT c.id, i.contact_id, c.identity_id, c.locale, c.expires_at FROM mail_confirmation c \
             JOIN contact_identity i ON i.id = c.identity_id ",
            $rest
        )
    };
}

const GET: &str = select!("WHERE c.id = $1");
const OF_CONTACT: &str = select!("WHERE i.contact_id = $1 AND c.expires_at > $2 ORDER BY c.asked_at DESC LIMIT 1");
const INSERT: &str = "INSERT INTO mail_confirmation (id, identity_id, locale, asked_at, expires_at) VALUES ($1, $2, $3, $4, $5)";
const ENDED: &str =
    "DELETE FROM mail_confirmation WHERE id IN (SELECT id FROM mail_confirmation WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

/// Lets an address wait for `life` milliseconds. What was asked for it before counts no more.
pub fn insert(tx: &mut Tx<'_>, id: Uuid, identity: Uuid, locale: Locale, life: i64) -> Result<(), Error> {
    forget(tx, identity)?;
    let now = tx.now();
    tx.execute(INSERT, &[&id, &identity, &locale.as_str(), &now, &(now + life)])?;
    Ok(())
}

pub fn get(q: &mut impl Query, id: Uuid) -> Result<Option<Confirmation>, Error> {
    q.optional(GET, &[&id], read)
}

/// What a contact waits for now.
pub fn of_contact(q: &mut impl Query, contact: ContactId) -> Result<Option<Confirmation>, Error> {
    let now = q.now();
    q.optional(OF_CONTACT, &[&contact.0, &now], read)
}

/// Uses it up; false when it was used, or the address is gone.
pub fn take(tx: &mut Tx<'_>, id: Uuid) -> Result<bool, Error> {
    Ok(tx.execute("DELETE FROM mail_confirmation WHERE id = $1", &[&id])? > 0)
}

/// Nothing waits for this address any more.
pub(crate) fn forget(tx: &mut Tx<'_>, identity: Uuid) -> Result<(), Error> {
    tx.execute("DELETE FROM mail_confirmation WHERE identity_id = $1", &[&identity])?;
    Ok(())
}

/// The same for all addresses of a contact.
pub(crate) fn forget_all(tx: &mut Tx<'_>, contact: ContactId) -> Result<(), Error> {
    const ALL: &str = "DELETE FROM mail_confirmation WHERE identity_id IN (SELECT id FROM contact_identity WHERE contact_id = $1)";
    tx.execute(ALL, &[&contact.0])?;
    Ok(())
}

/// Removes what nobody confirmed in time, at most `limit`; says how many went.
pub fn delete_ended(tx: &mut Tx<'_>, limit: i64) -> Result<u64, Error> {
    let now = tx.now();
    tx.execute(ENDED, &[&now, &limit])
}

fn read(row: &Row<'_>) -> Result<Confirmation, Error> {
    let locale: String = row.get(3)?;
    Ok(Confirmation {
        id: row.get(0)?,
        contact: ContactId(row.get(1)?),
        identity: row.get(2)?,
        locale: Locale::parse(&locale).ok_or_else(|| Error::Corrupt(format!("mail_confirmation.locale holds {locale}")))?,
        expires_at: row.get(4)?,
    })
}
