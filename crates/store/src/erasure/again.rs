//! A restored copy knows nothing of what was erased since: keys on the list outside the database are destroyed before
//! anybody is served, and whoever held one is erased again.

use super::order::begin;
use crate::job::{self, NewJob};
use crate::keys::KeyId;
use crate::query::Query;
use crate::seat::Seat;
use crate::{Error, Tx};
use candor_domain::actor::ActorRef;
use candor_domain::id::ContactId;
use uuid::Uuid;

/// The queue, kind and key of the job that carries an erasure out; `app` works on it.
pub const QUEUE: &str = "keys";
pub const ERASE: &str = "erase";

const HOLDER: &str = "SELECT contact_id FROM customer_key WHERE id = $1";
const DESTROY: &str = "DELETE FROM customer_key WHERE id = $1";
const REMEMBER: &str = "INSERT INTO erased_key (id, at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";

/// Destroys the listed keys that this database still holds, and orders the erasure of their holders. Says how many went.
pub(crate) fn destroy_listed(seat: &mut Seat, keys: &[KeyId]) -> Result<u64, Error> {
    let mut gone = 0;
    for key in keys {
        let mut tx = Tx::new(seat);
        let Some(holder) = tx.optional(HOLDER, &[&key.0], |row| row.get::<Option<Uuid>>(0))? else { continue };
        let now = tx.now();
        gone += tx.execute(DESTROY, &[&key.0])?;
        tx.execute(REMEMBER, &[&key.0, &now])?;
        if let Some(contact) = holder {
            order_again(&mut tx, ContactId(contact), *key)?;
        }
    }
    Ok(gone)
}

fn order_again(tx: &mut Tx<'_>, contact: ContactId, key: KeyId) -> Result<(), Error> {
    // One erasure a key is enough for an id: a contact has one row, and the first key makes it.
    match begin(tx, key.0, contact, ActorRef::SYSTEM) {
        Ok((erasure, _)) => add_job(tx, erasure.id).map(|_| ()),
        // The key is older than its contact's row, or outlived it: there is nobody left to erase.
        Err(Error::NotFound) => Ok(()),
        Err(other) => Err(other),
    }
}

/// Leaves the job that carries an erasure out.
pub fn add_job(tx: &mut Tx<'_>, erasure: Uuid) -> Result<bool, Error> {
    let (key, now) = (format!("erase {erasure}"), tx.now());
    let new = NewJob {
        id: erasure,
        queue: QUEUE,
        kind: ERASE,
        unique_key: Some(&key),
        stream: None,
        body: &erasure.to_string(),
        due_at: now,
        max_tries: i64::MAX,
    };
    job::insert(tx, &new)
}
