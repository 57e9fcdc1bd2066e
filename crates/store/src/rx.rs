//! The reading side: one consistent picture of the database for the length of a query.

use crate::query::Query;
use crate::seat::Seat;

pub struct Rx<'a> {
    seat: &'a mut Seat,
}

impl Query for Rx<'_> {
    fn seat(&mut self) -> &mut Seat {
        self.seat
    }

    fn seat_ref(&self) -> &Seat {
        self.seat
    }
}

impl<'a> Rx<'a> {
    pub(crate) fn new(seat: &'a mut Seat) -> Rx<'a> {
        Rx { seat }
    }
}

/// Which readers answer: short look-ups for screens, or work that may take seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pool {
    Quick,
    Slow,
}
