//! Addresses the desk writes to by itself: whether mail to one came back, and how often it was written to lately. Kept blind.

use crate::Error;
use crate::query::Query;
use crate::tx::Tx;
use candor_domain::id::ContactId;

const BOUNCED: &str = "SELECT 1 FROM mail_address WHERE address_blind = $1 AND bounced_at IS NOT NULL";
const BOUNCE: &str = "INSERT INTO mail_address (address_blind, contact_id, bounced_at, told, told_since) VALUES ($1, $2, $3, 0, $3) \
     ON CONFLICT (address_blind) DO UPDATE SET bounced_at = excluded.bounced_at";
const ALIVE: &str = "UPDATE mail_address SET bounced_at = NULL WHERE address_blind = $1 AND bounced_at IS NOT NULL";
const TELL: &str = "INSERT INTO mail_address (address_blind, contact_id, told, told_since) VALUES ($1, $2, 1, $3) \
     ON CONFLICT (address_blind) DO UPDATE SET contact_id = excluded.contact_id, \
     told = CASE WHEN mail_address.told_since < $4 THEN 1 ELSE mail_address.told + 1 END, \
     told_since = CASE WHEN mail_address.told_since < $4 THEN excluded.told_since ELSE mail_address.told_since END \
     RETURNING told";

/// Whether mail to it came back and nothing has come from it since.
pub fn has_bounced(q: &mut impl Query, address: &str) -> Result<bool, Error> {
    let blind = blind(q, address);
    Ok(q.optional(BOUNCED, &[&blind], |_| Ok(()))?.is_some())
}

/// Mail to it came back for good.
pub fn bounced(tx: &mut Tx<'_>, contact: ContactId, address: &str) -> Result<(), Error> {
    let (blind, now) = (blind(tx, address), tx.now());
    tx.execute(BOUNCE, &[&blind, &contact.0, &now])?;
    Ok(())
}

/// Mail came from it, so it is there.
pub fn alive(tx: &mut Tx<'_>, address: &str) -> Result<(), Error> {
    let blind = blind(tx, address);
    tx.execute(ALIVE, &[&blind])?;
    Ok(())
}

/// Counts one more automatic mail to it; says how many there were within `window` milliseconds, this one included.
pub fn tell(tx: &mut Tx<'_>, contact: ContactId, address: &str, window: i64) -> Result<i64, Error> {
    let (blind, now) = (blind(tx, address), tx.now());
    tx.one(TELL, &[&blind, &contact.0, &now, &(now - window)], |row| row.get(0))
}

/// Whoever it belonged to is somebody else now.
pub(crate) fn move_all(tx: &mut Tx<'_>, from: ContactId, to: ContactId) -> Result<(), Error> {
    tx.execute("UPDATE mail_address SET contact_id = $2 WHERE contact_id = $1", &[&from.0, &to.0])?;
    Ok(())
}

/// Takes away what is known of an erased customer's addresses.
pub(crate) fn forget(tx: &mut Tx<'_>, contact: ContactId) -> Result<(), Error> {
    tx.execute("DELETE FROM mail_address WHERE contact_id = $1", &[&contact.0])?;
    Ok(())
}

/// `address` is in its normal form.
fn blind(q: &impl Query, address: &str) -> Vec<u8> {
    q.blind("mail.address", address)
}
