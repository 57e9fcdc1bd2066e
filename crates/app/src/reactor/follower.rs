//! Who follows the events. A closed list: a follower is one variant here and one file beside it.

use super::rollup::{self, Totals};
use crate::Result;
use candor_domain::event::Recorded;
use candor_store::Tx;
use candor_store::conversation::Stored;

/// A part of the desk that reacts to events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follower {
    /// Sums for boards and reports, and the samples behind "usually answers within …".
    Rollup,
}

/// Everybody who follows, in the order they are run.
pub const FOLLOWERS: &[Follower] = &[Follower::Rollup];

impl Follower {
    /// The name under which its failures are parked.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rollup => "rollup",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        FOLLOWERS.iter().copied().find(|follower| follower.name() == name)
    }

    /// Whether a parked event holds back the later ones of its stream.
    pub fn needs_order(self) -> bool {
        match self {
            Self::Rollup => true,
        }
    }

    pub(super) fn follow(self, tx: &mut Tx<'_>, stored: &Stored, recorded: &Recorded, totals: &mut Totals) -> Result<()> {
        match self {
            Self::Rollup => rollup::follow(tx, stored, recorded, totals),
        }
    }
}
