//! What both databases can bind and read. A closed list: whole numbers, truth, text, ids and bytes, each also as NULL.
//! Fractions and times have no place here: money is a whole number with a unit, a time is milliseconds UTC.

use crate::Error;
use postgres::types as pg;
use rusqlite::types as sq;
use uuid::Uuid;

/// A value to bind: `&[&dyn Value]`.
pub trait Value: Sync {
    #[doc(hidden)]
    fn sqlite(&self) -> &dyn sq::ToSql;
    #[doc(hidden)]
    fn postgres(&self) -> &(dyn pg::ToSql + Sync);
}

macro_rules! values {
    ($($kind:ty),* $(,)?) => { $(
        impl Value for $kind {
            fn sqlite(&self) -> &dyn sq::ToSql { self }
            fn postgres(&self) -> &(dyn pg::ToSql + Sync) { self }
        }
        impl Value for Option<$kind> {
            fn sqlite(&self) -> &dyn sq::ToSql { self }
            fn postgres(&self) -> &(dyn pg::ToSql + Sync) { self }
        }
    )* };
}
values!(i64, bool, String, &str, Uuid, Vec<u8>, &[u8]);

/// A column to read.
pub trait Column: sq::FromSql + for<'r> pg::FromSql<'r> {}
impl<T: sq::FromSql + for<'r> pg::FromSql<'r>> Column for T {}

/// One row of an answer; columns are read by position, in the order of the statement's list.
pub struct Row<'r>(pub(crate) Cells<'r>);

pub(crate) enum Cells<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r postgres::Row),
}

impl Row<'_> {
    pub fn get<T: Column>(&self, column: usize) -> Result<T, Error> {
        match &self.0 {
            Cells::Sqlite(row) => Ok(row.get(column)?),
            Cells::Postgres(row) => Ok(row.try_get(column)?),
        }
    }
}
