//! A lane of the audit log: its own gap-free numbers, one connection that writes it.

/// The head of the lane a connection writes; goes back when its savepoint does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lane {
    pub(crate) lane: i64,
    pub(crate) number: i64,
    pub(crate) hash: [u8; 32],
}

use crate::Error;
use crate::seat::Seat;
use crate::text::Sql;
use std::ops::ControlFlow;

const HEAD: &str = "SELECT number, hash FROM audit_entry WHERE lane = $1 ORDER BY number DESC LIMIT 1";

impl Lane {
    /// The head of a lane as it stands in the database.
    pub(crate) fn read(seat: &mut Seat, lane: i64) -> Result<Lane, Error> {
        let mut head = Lane { lane, number: 0, hash: [0; 32] };
        seat.conn.each(Sql::Fixed(HEAD), &[&lane], &mut |row| {
            head.number = row.get(0)?;
            let hash: Vec<u8> = row.get(1)?;
            head.hash = hash.try_into().map_err(|_| Error::Corrupt("an audit hash has not 32 bytes".to_owned()))?;
            Ok(ControlFlow::Break(()))
        })?;
        Ok(head)
    }
}

impl Seat {
    /// Reads again what this connection keeps in memory about the database, after a commit whose outcome is unknown.
    pub(crate) fn read_again(&mut self) -> Result<(), Error> {
        if let Some(lane) = self.lane {
            self.lane = Some(Lane::read(self, lane.lane)?);
        }
        Ok(())
    }
}
