//! The follower of the outside feed: every event goes out, by stream and number alone.

use super::follower::Follow;
use super::left::Left;
use crate::Result;
use candor_domain::event::Recorded;
use candor_store::Tx;
use candor_store::conversation::Stored;

pub(super) struct OutsideFeed;

impl Follow for OutsideFeed {
    fn name(&self) -> &'static str {
        "feed"
    }

    fn needs_order(&self) -> bool {
        true
    }

    fn follow(&self, _: &mut Tx<'_>, stored: &Stored, recorded: &Recorded, left: &mut Left) -> Result<()> {
        left.tell(stored.case.id.0, recorded.seq);
        Ok(())
    }
}
