//! What commands and reading queries share: statements that give rows, sealed cells, blind words, the time.
//! Nothing here changes a row; that is `Tx`'s alone.

use crate::keys::{Cell, KeyId, SealError};
use crate::seat::Seat;
use crate::text::Sql;
use crate::value::{Row, Value};
use crate::{Backend, Error};
use std::ops::ControlFlow;

pub trait Query {
    #[doc(hidden)]
    fn seat(&mut self) -> &mut Seat;
    #[doc(hidden)]
    fn seat_ref(&self) -> &Seat;

    /// The first row; `Error::NotFound` when there is none.
    fn one<T>(&mut self, sql: &'static str, values: &[&dyn Value], map: impl FnOnce(&Row<'_>) -> Result<T, Error>) -> Result<T, Error> {
        self.optional(sql, values, map)?.ok_or(Error::NotFound)
    }

    fn optional<T>(
        &mut self,
        sql: &'static str,
        values: &[&dyn Value],
        map: impl FnOnce(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let (mut map, mut found) = (Some(map), None);
        self.seat().each(Sql::Fixed(sql), values, &mut |row| {
            found = map.take().map(|map| map(row)).transpose()?;
            Ok(ControlFlow::Break(()))
        })?;
        Ok(found)
    }

    fn list<T>(
        &mut self,
        sql: &'static str,
        values: &[&dyn Value],
        map: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        collect(self.seat(), Sql::Fixed(sql), values, map)
    }

    /// Like `list`, for texts built by filter and search. The text must depend on the shape of the question only,
    /// never on its values: prepared statements are kept by text.
    fn list_shaped<T>(&mut self, sql: &str, values: &[&dyn Value], map: impl FnMut(&Row<'_>) -> Result<T, Error>) -> Result<Vec<T>, Error> {
        collect(self.seat(), Sql::Shaped(sql), values, map)
    }

    /// Seals a cell with this key; the key's id stands in the result.
    fn seal(&mut self, key: KeyId, cell: Cell<'_>, plain: &[u8]) -> Result<Vec<u8>, Error> {
        self.seat().seal(key, cell, plain)
    }

    /// Opens a sealed cell. `SealError::Destroyed` when its key is gone.
    fn open(&mut self, cell: Cell<'_>, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        self.seat().open(cell, sealed)
    }

    /// Opens a cell of a customer as text. `None` when its key was destroyed: the customer was erased, and the row is wiped soon.
    fn open_kept(&mut self, cell: Cell<'_>, sealed: &[u8]) -> Result<Option<String>, Error> {
        match self.open(cell, sealed) {
            Err(Error::Sealed(SealError::Destroyed)) => Ok(None),
            opened => opened.and_then(crate::conversation::read_text).map(Some),
        }
    }

    /// Hands over a wrapped key read beside the cells it opens, so that a list needs no look-up for each row.
    fn offer_key(&mut self, key: KeyId, wrapped: &[u8]) {
        self.seat().offer_key(key, wrapped);
    }

    /// What stands in a blind column: equal for equal values of the same kind, and says nothing else.
    fn blind(&self, kind: &str, value: &str) -> Vec<u8> {
        self.seat_ref().shared.vault().blind(kind, value)
    }

    /// A word as the search index keeps it: 8 characters of a-z2-7.
    fn mark(&self, word: &str) -> String {
        self.seat_ref().shared.vault().mark(word)
    }

    /// The time of this command, the same in every run of it.
    fn now(&self) -> i64 {
        self.seat_ref().at
    }

    fn backend(&self) -> Backend {
        self.seat_ref().conn.backend()
    }
}

fn collect<T>(
    seat: &mut Seat,
    sql: Sql<'_>,
    values: &[&dyn Value],
    mut map: impl FnMut(&Row<'_>) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    let mut out = Vec::new();
    seat.each(sql, values, &mut |row| {
        out.push(map(row)?);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(out)
}
