//! The follower that has answers in chats mailed to customers who do not see them.

use super::follower::Follow;
use super::left::Left;
use crate::Result;
use crate::mail::out::{AFTER, may_follow};
use crate::timers::{self, Kind};
use candor_domain::event::{Event, MessageKind, Recorded};
use candor_store::Tx;
use candor_store::conversation::Stored;

pub(super) struct FollowUp;

impl Follow for FollowUp {
    fn name(&self) -> &'static str {
        "follow_up"
    }

    fn needs_order(&self) -> bool {
        false
    }

    fn follow(&self, tx: &mut Tx<'_>, stored: &Stored, recorded: &Recorded, _: &mut Left) -> Result<()> {
        let seen = recorded.public_seq.is_none_or(|number| number <= stored.case.visitor_read_seq);
        if seen || !matches!(recorded.event, Event::Message { kind: MessageKind::Reply, .. }) || !may_follow(tx, stored)? {
            return Ok(());
        }
        timers::arm(tx, stored.case.id, Kind::FollowUp, recorded.at + AFTER)
    }
}
