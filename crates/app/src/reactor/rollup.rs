//! The rollup follower: turns events into sums, held in memory for a turn and written last, in key order.

use super::Lane;
use crate::Result;
use candor_domain::actor::ActorKind;
use candor_domain::conversation::Category;
use candor_domain::event::{Event, MessageKind, Recorded};
use candor_store::Tx;
use candor_store::conversation::Stored;
use candor_store::rollup::{self, Key, Sums};
use std::collections::BTreeMap;
use uuid::Uuid;

const QUARTER: i64 = 15 * 60 * 1000;
const DAY: i64 = 24 * 60 * 60 * 1000;

/// What a turn has counted so far; what a failed follower added is taken back by length.
#[derive(Debug, Default)]
pub(super) struct Totals(Vec<(Key, Sums)>);

impl Totals {
    pub(super) fn mark(&self) -> usize {
        self.0.len()
    }

    pub(super) fn back_to(&mut self, mark: usize) {
        self.0.truncate(mark);
    }

    /// Writes each sum once, in key order, so that two reactors never wait for each other crosswise.
    pub(super) fn write(self, tx: &mut Tx<'_>, lane: Lane) -> Result<()> {
        let mut sums: BTreeMap<Key, Sums> = BTreeMap::new();
        for (key, more) in self.0 {
            *sums.entry(key).or_default() += more;
        }
        for (key, sum) in sums {
            rollup::add(tx, lane.0, key, sum)?;
        }
        Ok(())
    }
}

pub(super) fn follow(tx: &mut Tx<'_>, stored: &Stored, recorded: &Recorded, totals: &mut Totals) -> Result<()> {
    let mut sums = Sums::default();
    match &recorded.event {
        Event::Started { .. } => sums.started = 1,
        Event::Message { kind: MessageKind::Customer, .. } => sums.received = 1,
        Event::Message { kind: MessageKind::Reply, .. } => {
            sums.replied = 1;
            if stored.case.first_reply_at == Some(recorded.at) {
                let waited = (recorded.at - stored.case.created_at).max(0);
                sums.first_replies = 1;
                sums.first_reply_ms = waited;
                rollup::sample(tx, stored.case.id.0, stored.case.inbox.0, recorded.at, waited)?;
            }
        }
        Event::StatusChanged { category: Category::Resolved | Category::Closed, .. } => sums.resolved = 1,
        // Only the customer's own message opens a case again by itself.
        Event::StatusChanged { category: Category::Open, .. } if recorded.actor.kind == ActorKind::Contact => sums.reopened = 1,
        Event::Rated { score, .. } => {
            sums.ratings = 1;
            sums.rating_sum = *score;
        }
        _ => return Ok(()),
    }
    let agent = match recorded.actor.kind {
        ActorKind::Agent => recorded.actor.id,
        _ => stored.case.assignee.map(|id| id.0),
    };
    for span in [QUARTER, DAY] {
        let bucket = recorded.at.div_euclid(span) * span;
        let key = Key {
            bucket,
            span,
            inbox: stored.case.inbox.0,
            team: stored.case.team.map_or(Uuid::nil(), |id| id.0),
            agent: agent.unwrap_or(Uuid::nil()),
        };
        totals.0.push((key, sums));
    }
    Ok(())
}
