//! How one command of a group is undone without its neighbours.

use super::group::sqlite;
use crate::Error;
use crate::seat::Seat;

/// What undoes a command. A savepoint keeps a copy of every page it touches; the first of a transaction, which is most often the
/// only one, needs none, because nothing else goes with it.
#[derive(Clone, Copy)]
pub(super) enum Undo {
    Transaction,
    Savepoint,
}

impl Undo {
    pub(super) fn begin(self, seat: &mut Seat) -> Result<(), Error> {
        match self {
            Self::Transaction => Ok(()),
            Self::Savepoint => sqlite(seat).control("SAVEPOINT command"),
        }
    }

    pub(super) fn keep(self, seat: &mut Seat) -> Result<(), Error> {
        match self {
            Self::Transaction => Ok(()),
            Self::Savepoint => sqlite(seat).control("RELEASE command"),
        }
    }

    pub(super) fn back(self, seat: &mut Seat) -> Result<(), Error> {
        let (undo, on) = match self {
            Self::Transaction => ("ROLLBACK", "BEGIN IMMEDIATE"),
            Self::Savepoint => ("ROLLBACK TO command", "RELEASE command"),
        };
        sqlite(seat).control(undo)?;
        sqlite(seat).control(on)
    }
}
