//! The rollup follower: turns events into sums, held in memory for a turn and written last, in key order.

use super::follower::Follow;
use super::left::Left;
use super::place::{self, Place};
use crate::Result;
use candor_domain::actor::ActorKind;
use candor_domain::conversation::Category;
use candor_domain::event::{Event, MessageKind, Recorded};
use candor_store::conversation::Stored;
use candor_store::rollup::{self, Key, Sums};
use candor_store::{Tx, conversation, event};
use uuid::Uuid;

pub(super) const QUARTER: i64 = 15 * 60 * 1000;
const DAY: i64 = 24 * 60 * 60 * 1000;
/// Events one look at a stream brings.
const PAGE: i64 = 100;

pub(super) struct Rollup;

impl Follow for Rollup {
    fn name(&self) -> &'static str {
        "rollup"
    }

    fn needs_order(&self) -> bool {
        true
    }

    fn follow(&self, tx: &mut Tx<'_>, stored: &Stored, recorded: &Recorded, left: &mut Left) -> Result<()> {
        follow(tx, stored, recorded, left)
    }
}

fn follow(tx: &mut Tx<'_>, stored: &Stored, recorded: &Recorded, left: &mut Left) -> Result<()> {
    match recorded.event {
        // A case that ended in another one is in no figure, whatever it is called afterwards.
        Event::SpamChanged { .. } if ended(tx, stored, recorded.seq)? => return Ok(()),
        Event::SpamChanged { spam } => return recount(tx, stored, recorded.seq, spam, left),
        Event::MailJoined { emptied: true, .. } => return recount(tx, stored, recorded.seq, true, left),
        _ => {}
    }
    let Some(sums) = counted(stored, recorded) else { return Ok(()) };
    let place = place::in_turn(tx, stored, recorded.seq, left)?;
    if place.spam {
        return Ok(());
    }
    if sums.first_replies > 0 {
        rollup::sample(tx, stored.case.id.0, place.inbox.0, recorded.at, sums.first_reply_ms)?;
    }
    book(recorded, place, sums, left);
    Ok(())
}

/// Whether the case had ended in another one before this number.
fn ended(tx: &mut Tx<'_>, stored: &Stored, seq: i64) -> Result<bool> {
    let id = stored.case.id;
    Ok(conversation::joined_to(tx, id)?.is_some() && event::last_join(tx, id)?.is_some_and(|last| last < seq))
}

/// Spam feeds no figure: what the case was counted with until now is taken back, and comes again when it was none after all. A case
/// whose mails are another's now is taken back for good.
fn recount(tx: &mut Tx<'_>, stored: &Stored, upto: i64, out: bool, left: &mut Left) -> Result<()> {
    let moves = event::moves(tx, stored.case.id, 0)?;
    let mut after = 0;
    loop {
        let page = event::page(tx, stored.case.id, event::Part::After(after), PAGE)?;
        for recorded in page.iter().filter(|one| one.seq < upto) {
            let Some(sums) = counted(stored, recorded) else { continue };
            let place = place::at(stored, recorded.seq, &moves);
            if sums.first_replies > 0 {
                if out {
                    rollup::drop_sample(tx, stored.case.id.0)?;
                } else {
                    rollup::sample(tx, stored.case.id.0, place.inbox.0, recorded.at, sums.first_reply_ms)?;
                }
            }
            book(recorded, place, if out { -sums } else { sums }, left);
        }
        match page.last() {
            Some(last) if last.seq + 1 < upto => after = last.seq,
            _ => return Ok(()),
        }
    }
}

/// What an event counts as; `None` for nothing, as in side threads, where no customer speaks. Depends on what never changes any more, so that it can be taken back.
fn counted(stored: &Stored, recorded: &Recorded) -> Option<Sums> {
    if stored.case.is_side() {
        return None;
    }
    let mut sums = Sums::default();
    match &recorded.event {
        Event::Started { .. } => sums.started = 1,
        Event::Message { kind: MessageKind::Customer, automatic: false, .. } => sums.received = 1,
        Event::Message { kind: MessageKind::Reply, .. } => {
            sums.replied = 1;
            if stored.case.first_reply_at == Some(recorded.at) {
                sums.first_replies = 1;
                sums.first_reply_ms = (recorded.at - stored.case.created_at).max(0);
            }
        }
        Event::StatusChanged { category: Category::Resolved | Category::Closed, .. } => sums.resolved = 1,
        // Only the customer's own message opens a case again by itself.
        Event::StatusChanged { category: Category::Open, .. } if recorded.actor.kind == ActorKind::Contact => sums.reopened = 1,
        Event::Rated { score, .. } => {
            sums.ratings = 1;
            sums.rating_sum = *score;
        }
        _ => return None,
    }
    Some(sums)
}

fn book(recorded: &Recorded, place: Place, sums: Sums, left: &mut Left) {
    let agent = match recorded.actor.kind {
        ActorKind::Agent => recorded.actor.id,
        _ => place.assignee.map(|id| id.0),
    };
    for span in [QUARTER, DAY] {
        let key = Key {
            bucket: recorded.at.div_euclid(span) * span,
            span,
            inbox: place.inbox.0,
            team: place.team.map_or(Uuid::nil(), |id| id.0),
            agent: agent.unwrap_or(Uuid::nil()),
        };
        left.sum(key, sums);
    }
}
