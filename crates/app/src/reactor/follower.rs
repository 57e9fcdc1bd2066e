//! Who follows the events: a closed list, one file each. Tests bring their own.

use super::left::Left;
use super::{feed, follow_up, rollup};
use crate::Result;
use crate::conversation::TellParent;
use candor_domain::event::{Cause, Event, Recorded};
use candor_store::Tx;
use candor_store::conversation::Stored;

/// A part of the desk that reacts to events.
pub trait Follow: Send + Sync {
    /// The name under which its failures are parked, and its events' cause.
    fn name(&self) -> &'static str;

    /// Whether a parked event holds back the later ones of its stream.
    fn needs_order(&self) -> bool;

    /// Whether it may change the case and so cause events itself.
    fn reacts(&self) -> bool {
        false
    }

    /// Takes one event of a stream whose row is locked. It may run more than once; only the last run counts.
    fn follow(&self, tx: &mut Tx<'_>, stored: &Stored, recorded: &Recorded, left: &mut Left) -> Result<()>;
}

/// Everybody who follows, in the order they are run.
pub type Followers = Vec<Box<dyn Follow>>;

/// Those of a desk.
pub fn standard() -> Followers {
    vec![Box::new(rollup::Rollup), Box::new(feed::OutsideFeed), Box::new(follow_up::FollowUp), Box::new(TellParent)]
}

/// Whether a follower is shown an event: what reacts never sees what it caused itself, and nothing that lies too deep.
pub(super) fn sees(follower: &dyn Follow, recorded: &Recorded) -> bool {
    !follower.reacts() || (would_see(follower, recorded) && recorded.depth < Cause::DEEPEST)
}

/// Whether only its depth keeps an event from somebody: then the chain was cut here.
pub(super) fn is_cut(followers: &[Box<dyn Follow>], recorded: &Recorded) -> bool {
    recorded.depth >= Cause::DEEPEST && followers.iter().any(|one| one.reacts() && would_see(one.as_ref(), recorded))
}

fn would_see(follower: &dyn Follow, recorded: &Recorded) -> bool {
    recorded.cause.as_deref() != Some(follower.name()) && !matches!(recorded.event, Event::ReactionsStopped { .. })
}
