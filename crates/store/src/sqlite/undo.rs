//! How a command is undone in a group of them: its part of the transaction, or all of it.
//!
//! A savepoint costs every command a copy of the pages it writes. The first command of a transaction needs none, and neither does
//! any other as long as all do well or fail before they write.

use super::group::sqlite;
use crate::Error;
use crate::seat::Seat;

#[derive(Clone, Copy)]
pub(super) enum Undo {
    /// Nothing else is in the transaction.
    Transaction,
    /// What others wrote goes with it, if it has written anything: beside so many rows.
    Group {
        beside: u64,
    },
    Savepoint,
}

impl Undo {
    pub(super) fn begin(self, seat: &mut Seat) -> Result<(), Error> {
        match self {
            Self::Transaction | Self::Group { .. } => Ok(()),
            Self::Savepoint => sqlite(seat).control("SAVEPOINT command"),
        }
    }

    pub(super) fn keep(self, seat: &mut Seat) -> Result<(), Error> {
        match self {
            Self::Transaction | Self::Group { .. } => Ok(()),
            Self::Savepoint => sqlite(seat).control("RELEASE command"),
        }
    }

    /// False: the transaction must go.
    pub(super) fn back(self, seat: &mut Seat) -> bool {
        let conn = sqlite(seat);
        match self {
            Self::Transaction => conn.control("ROLLBACK").and_then(|()| conn.control("BEGIN IMMEDIATE")).is_ok(),
            Self::Group { beside } => conn.rows_written() == beside,
            Self::Savepoint => conn.control("ROLLBACK TO command").and_then(|()| conn.control("RELEASE command")).is_ok(),
        }
    }
}
