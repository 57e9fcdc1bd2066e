//! The one way an event gets into a stream: numbered, applied to the state, written, marked for the reactor.

use crate::Result;
use candor_domain::actor::ActorRef;
use candor_domain::event::{Cause, Event, Recorded};
use candor_store::conversation::Stored;
use candor_store::flaw::{Flaw, planted};
use candor_store::{Query, Tx, conversation, dirty, event};

/// Records events of a case whose lock is held. `preview` is the new sealed preview, if a message brings one.
pub fn record(
    tx: &mut Tx<'_>,
    stored: &mut Stored,
    actor: ActorRef,
    cause: &Cause,
    events: Vec<Event>,
    preview: Option<Vec<u8>>,
) -> Result<Vec<Recorded>> {
    let recorded = number(tx, stored, actor, cause, events)?;
    if !recorded.is_empty() {
        conversation::save(tx, stored, preview)?;
        finish(tx, stored)?;
    }
    Ok(recorded)
}

/// Numbers and writes events; the row itself is written by whoever inserts or saves it.
pub(crate) fn number(tx: &mut Tx<'_>, stored: &mut Stored, actor: ActorRef, cause: &Cause, events: Vec<Event>) -> Result<Vec<Recorded>> {
    let at = tx.now();
    let mut recorded = Vec::with_capacity(events.len());
    for event in events {
        match &event {
            Event::Tagged { tag } if !stored.tags.contains(tag) => stored.tags.push(*tag),
            Event::Untagged { tag } => stored.tags.retain(|kept| kept != tag),
            _ => {}
        }
        let public = event.is_public() || planted(Flaw::ShowsNotes);
        stored.case.seq += i64::from(planted(Flaw::SkipsNumber) && matches!(event, Event::PriorityChanged { .. }));
        stored.case.public_seq += i64::from(planted(Flaw::SkipsPublicNumber) && matches!(event, Event::StatusChanged { .. }));
        let one = stored.case.record(event, public, at, actor, cause);
        event::insert(tx, stored.case.id, &one)?;
        recorded.push(one);
    }
    Ok(recorded)
}

/// Marks the stream for the reactor and tells the live screens. The stream's row is locked by now, never after.
pub(crate) fn finish(tx: &mut Tx<'_>, stored: &Stored) -> Result<()> {
    dirty::mark(tx, stored.case.id.0, "conversation")?;
    tx.wake(stored.case.id.0, stored.case.seq);
    Ok(())
}

/// Records one event whose visibility depends on what it names: a redaction is public where the message was.
pub(super) fn record_public(tx: &mut Tx<'_>, stored: &mut Stored, actor: ActorRef, event: Event, public: bool) -> Result<()> {
    let at = tx.now();
    let one = stored.case.record(event, public, at, actor, &Cause::ACT);
    event::insert(tx, stored.case.id, &one)?;
    conversation::save(tx, stored, None)?;
    finish(tx, stored)
}
