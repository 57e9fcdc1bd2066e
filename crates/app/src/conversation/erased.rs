//! A case whose customer is erased: closed, without a key, with one last event that says so.

use super::record;
use crate::Result;
use candor_domain::actor::ActorRef;
use candor_domain::conversation::{Category, status};
use candor_domain::event::{Cause, Event};
use candor_domain::id::ConversationId;
use candor_store::erasure::{self, Shut};
use candor_store::{KeyId, Tx, conversation};
use uuid::Uuid;

/// Shuts one case of an erased customer under its lock. Whoever writes into it after this is refused; whoever wrote before
/// is wiped with the rest. A case that is shut is left alone.
pub(crate) fn shut_erased(tx: &mut Tx<'_>, erasure: Uuid, id: ConversationId) -> Result<Shut> {
    let mut stored = conversation::lock(tx, id)?;
    if stored.key == KeyId::NONE {
        return Ok(Shut::default());
    }
    let mut events = Vec::with_capacity(2);
    if stored.case.category != Category::Closed {
        events.push(Event::StatusChanged { from: stored.case.status, to: status::CLOSED, category: Category::Closed, waiting_since: None });
    }
    events.push(Event::Erased);
    let shut = erasure::shut(tx, erasure, id)?;
    stored.preview_from = "customer".to_owned();
    record(tx, &mut stored, ActorRef::SYSTEM, &Cause::ACT, events, None)?;
    Ok(shut)
}
