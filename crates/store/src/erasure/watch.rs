//! What every node does about keys that any node destroyed: forgets what it opened with them within a second or two, and keeps
//! the list outside the database whole. Notes say the same sooner and may be lost; this reads the database.

use crate::keys::{Erased, KeyId};
use crate::seat::Seat;
use crate::text::Sql;
use crate::{Db, Error};
use std::collections::HashSet;
use std::ops::ControlFlow;
use uuid::Uuid;

const TOLD: &str = "SELECT value FROM counter WHERE name = 'keys_destroyed'";
const ALL: &str = "SELECT id FROM erased_key ORDER BY at, id";

/// What was seen last.
#[derive(Default)]
pub(crate) struct Watch {
    seen: Option<i64>,
}

impl Watch {
    pub(crate) fn look(&mut self, seat: &mut Seat) -> Result<(), Error> {
        let mut told = 0i64;
        seat.conn.each(Sql::Fixed(TOLD), &[], &mut |row| {
            told = row.get(0)?;
            Ok(ControlFlow::Break(()))
        })?;
        if self.seen == Some(told) {
            return Ok(());
        }
        seat.shared.vault().forget_opened_keys();
        let mut keys = Vec::new();
        seat.conn.each(Sql::Fixed(ALL), &[], &mut |row| {
            keys.push(KeyId(row.get::<Uuid>(0)?));
            Ok(ControlFlow::Continue(()))
        })?;
        seat.shared.erased().add_missing(&keys)?;
        self.seen = Some(told);
        Ok(())
    }
}

impl Erased {
    /// Adds those keys that the list lacks.
    pub(crate) fn add_missing(&self, keys: &[KeyId]) -> Result<(), Error> {
        let known: HashSet<KeyId> = self.list()?.into_iter().collect();
        let missing: Vec<KeyId> = keys.iter().filter(|key| !known.contains(key)).copied().collect();
        if missing.is_empty() { Ok(()) } else { self.add(&missing) }
    }
}

impl Db {
    /// Puts keys on the list outside the database, before they are destroyed: on disk when this returns.
    pub fn list_as_erased(&self, keys: &[KeyId]) -> Result<(), Error> {
        self.house.shared.erased().add_missing(keys)
    }
}
