//! What happens in a side thread is told to the case it is about: an answer, or that our mail did not arrive.
//!
//! A follower sets a timer of the thread, and the timer tells the parent, because a reaction holds the lock of its own stream only.
//! Locks are taken in the order thread, parent; who opens a thread makes it, and waits for none.

use crate::conversation::record;
use crate::reactor::{Follow, Left};
use crate::timers::{self, Kind};
use crate::{App, Result};
use candor_domain::actor::ActorRef;
use candor_domain::channel::MailState;
use candor_domain::conversation::side_events;
use candor_domain::event::{Cause, Event, MessageKind, Recorded, SideStep};
use candor_domain::id::ConversationId;
use candor_store::conversation::Stored;
use candor_store::event::{self, Part};
use candor_store::keys::KeyId;
use candor_store::{Query, Queue, Tx, conversation, mention, timer};
use uuid::Uuid;

/// Events one look at a thread brings.
const PAGE: i64 = 100;

pub(crate) struct TellParent;

impl Follow for TellParent {
    fn name(&self) -> &'static str {
        "side_thread"
    }

    fn needs_order(&self) -> bool {
        false
    }

    fn follow(&self, tx: &mut Tx<'_>, stored: &Stored, recorded: &Recorded, _: &mut Left) -> Result<()> {
        if !stored.case.is_side() || news(&recorded.event).is_none() {
            return Ok(());
        }
        timers::arm(tx, stored.case.id, Kind::TellParent, recorded.at)
    }
}

/// What an event of a thread is to its parent.
fn news(event: &Event) -> Option<SideStep> {
    match event {
        Event::Message { kind: MessageKind::Customer, automatic: false, .. } => Some(SideStep::Answered),
        Event::MailMoved { state: MailState::Bounced | MailState::Failed, .. } => Some(SideStep::Undelivered),
        _ => None,
    }
}

/// Tells the parent what is new in a thread, and shows whoever has the case that there is something to read.
pub(crate) async fn tell_parent(app: &App, id: ConversationId, row: Uuid) -> Result<()> {
    app.db
        .write(Queue::Machines, move |tx| {
            let side = match conversation::lock(tx, id) {
                Err(candor_store::Error::NotFound) => return Ok(timer::claim(tx, row).map(|_| ())?),
                other => other?,
            };
            let parent = side.case.parent.map(|parent| conversation::lock(tx, parent)).transpose()?;
            if timer::claim(tx, row)?.is_none() {
                return Ok(());
            }
            let Some(mut parent) = parent.filter(|parent| parent.key != KeyId::NONE) else { return Ok(()) };
            for step in steps(tx, &side)? {
                tell(tx, &mut parent, id, step)?;
            }
            Ok(conversation::tell(tx, id, side.case.seq)?)
        })
        .await
}

/// What the parent has not been told, each thing once.
fn steps(tx: &mut Tx<'_>, side: &Stored) -> Result<Vec<SideStep>> {
    let (mut after, mut steps) = (conversation::told(tx, side.case.id)?, Vec::new());
    loop {
        let page = event::page(tx, side.case.id, Part::After(after), PAGE)?;
        for step in page.iter().filter_map(|one| news(&one.event)) {
            if !steps.contains(&step) {
                steps.push(step);
            }
        }
        match page.last() {
            Some(last) => after = last.seq,
            None => return Ok(steps),
        }
    }
}

fn tell(tx: &mut Tx<'_>, parent: &mut Stored, side: ConversationId, step: SideStep) -> Result<()> {
    let events = side_events(&parent.case, side, step);
    let recorded = record(tx, parent, ActorRef::SYSTEM, &Cause::ACT, events, None)?;
    if let (Some(assignee), Some(told)) = (parent.case.assignee, recorded.first()) {
        mention::insert(tx, assignee, parent.case.id, told.seq, tx.now())?;
    }
    Ok(())
}
