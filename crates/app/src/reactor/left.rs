//! What followers leave for the end of a turn: sums and pieces of the outside feed, written last, once, in order.

use crate::Result;
use candor_store::rollup::{self, Key, Sums};
use candor_store::{Tx, feed};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What a turn has gathered so far. What a failed follower added is taken back by length.
#[derive(Debug, Default)]
pub struct Left {
    sums: Vec<(Key, Sums)>,
    fed: Vec<(Uuid, i64)>,
    /// What moved the case in hand: known for the turn, part of nothing that is written.
    pub(super) moves: Option<super::place::Moves>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Mark(usize, usize);

impl Left {
    /// Adds to a sum.
    pub fn sum(&mut self, key: Key, sums: Sums) {
        self.sums.push((key, sums));
    }

    /// Tells programs outside of an event; events of a stream come in order.
    pub fn tell(&mut self, stream: Uuid, seq: i64) {
        self.fed.push((stream, seq));
    }

    pub(super) fn mark(&self) -> Mark {
        Mark(self.sums.len(), self.fed.len())
    }

    pub(super) fn back_to(&mut self, mark: Mark) {
        self.sums.truncate(mark.0);
        self.fed.truncate(mark.1);
    }

    /// How many rows writing it will touch.
    pub(super) fn rows(&self) -> usize {
        self.sums.iter().map(|(key, _)| key).collect::<BTreeSet<_>>().len() + self.pieces().len()
    }

    /// Whether something waits for a number of the outside feed.
    pub(super) fn tells(&self) -> bool {
        !self.fed.is_empty()
    }

    /// Writes it. Sums are added in the connection's own lane and in key order, so that two reactors wait for each other neither
    /// here nor crosswise.
    pub(super) fn write(self, tx: &mut Tx<'_>) -> Result<()> {
        for (stream, seq, upto) in self.pieces() {
            feed::put(tx, stream, seq, upto)?;
        }
        let mut sums: BTreeMap<Key, Sums> = BTreeMap::new();
        for (key, more) in self.sums {
            *sums.entry(key).or_default() += more;
        }
        let lane = tx.lane();
        for (key, sum) in sums {
            rollup::add(tx, lane, key, sum)?;
        }
        Ok(())
    }

    /// Neighbouring events of a stream are one piece.
    fn pieces(&self) -> Vec<(Uuid, i64, i64)> {
        let mut pieces: Vec<(Uuid, i64, i64)> = Vec::new();
        for (stream, seq) in &self.fed {
            match pieces.last_mut() {
                Some((last, from, upto)) if last == stream && *upto + 1 == *seq && seq - *from < feed::PIECE => *upto = *seq,
                _ => pieces.push((*stream, *seq, *seq)),
            }
        }
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_events_are_one_piece_up_to_its_size() {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mut left = Left::default();
        for seq in [3, 4, 6] {
            left.tell(one, seq);
        }
        let before = left.mark();
        left.tell(one, 7);
        left.back_to(before);
        for seq in 1..=feed::PIECE + 1 {
            left.tell(other, seq);
        }
        assert_eq!(left.pieces(), [(one, 3, 4), (one, 6, 6), (other, 1, feed::PIECE), (other, feed::PIECE + 1, feed::PIECE + 1)]);
    }
}
