//! Where a case stood at one of its events: a sum is booked there and nowhere else, however late the reactor is, so that
//! it can be taken back to the same place when the case turns out to be spam.

use super::left::Left;
use crate::Result;
use candor_domain::event::{Event, Recorded};
use candor_domain::id::{AgentId, InboxId, TeamId};
use candor_store::conversation::Stored;
use candor_store::{Tx, event};

/// What a sum depends on of a case that changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub inbox: InboxId,
    pub team: Option<TeamId>,
    pub assignee: Option<AgentId>,
    pub spam: bool,
}

impl Place {
    /// Where the case stands after all that happened.
    fn now(stored: &Stored) -> Self {
        let case = &stored.case;
        Self { inbox: case.inbox, team: case.team, assignee: case.assignee, spam: case.spam }
    }

    /// Where it stood before this event.
    fn before(mut self, event: &Event) -> Self {
        match event {
            Event::Assigned { from, .. } => self.assignee = *from,
            Event::TeamChanged { from, .. } => self.team = *from,
            Event::InboxChanged { from, .. } => self.inbox = *from,
            Event::SpamChanged { spam } => self.spam = !*spam,
            _ => {}
        }
        self
    }
}

/// Where the case stood when the event of this number had happened. `moves` are those behind it, the latest first.
pub(super) fn at(stored: &Stored, seq: i64, moves: &[Recorded]) -> Place {
    moves.iter().take_while(|one| one.seq > seq).fold(Place::now(stored), |place, one| place.before(&one.event))
}

/// The same for a turn that goes through a stream event by event: what moved the case is read once a stream.
pub(super) fn in_turn(tx: &mut Tx<'_>, stored: &Stored, seq: i64, left: &mut Left) -> Result<Place> {
    let case = &stored.case;
    if seq >= case.seq {
        return Ok(Place::now(stored));
    }
    let known = left.moves.take().filter(|known| known.stream == case.id && known.case_seq == case.seq && known.after <= seq);
    let known = match known {
        Some(known) => known,
        None => Moves { stream: case.id, case_seq: case.seq, after: seq, list: event::moves(tx, case.id, seq)? },
    };
    let place = at(stored, seq, &known.list);
    left.moves = Some(known);
    Ok(place)
}

/// What moved a case behind a number, as one turn knows it.
#[derive(Debug)]
pub(super) struct Moves {
    stream: candor_domain::id::ConversationId,
    case_seq: i64,
    after: i64,
    list: Vec<Recorded>,
}
