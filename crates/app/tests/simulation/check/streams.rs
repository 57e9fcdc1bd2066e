//! Both numbers of a stream have no gap, rise together, and end where the conversation says; a note leaves no trace.

use crate::tasks::finish;
use crate::world::World;
use candor_domain::event::{Event, MessageKind, Recorded};
use candor_domain::id::ConversationId;
use candor_store::event::Part;
use candor_store::{Error, Pool, conversation, event};

pub fn check(world: &World) -> Vec<String> {
    let cases = world.model.borrow().known_cases();
    cases.into_iter().flat_map(|(place, id)| check_one(world, place, id)).collect()
}

fn check_one(world: &World, place: usize, id: ConversationId) -> Vec<String> {
    let (stored, all, public) = finish(world.app().db.read::<_, Error>(Pool::Quick, move |rx| {
        let all = event::page(rx, id, Part::After(0), 10_000)?;
        Ok((conversation::get(rx, id)?, all, event::public_page(rx, id, Part::After(0), 10_000)?))
    }))
    .unwrap();
    let mut wrong = Vec::new();
    let numbers: Vec<i64> = all.iter().map(|one| one.seq).collect();
    if numbers != (1..=stored.case.seq).collect::<Vec<_>>() {
        wrong.push(format!("seq has no gap: case {place} ends at {} and holds {numbers:?}", stored.case.seq));
    }
    let numbers: Vec<i64> = all.iter().filter_map(|one| one.public_seq).collect();
    if numbers != (1..=stored.case.public_seq).collect::<Vec<_>>() {
        wrong.push(format!("public_seq has no gap: case {place} ends at {} and holds {numbers:?}", stored.case.public_seq));
    }
    let note = |one: &Recorded| matches!(one.event, Event::Message { kind: MessageKind::Note, .. });
    if let Some(one) = all.iter().find(|one| note(one) && one.public_seq.is_some()) {
        wrong.push(format!("the public never sees a note: case {place} gave it {:?}", one.public_seq));
    }
    if public.iter().any(note) {
        wrong.push(format!("the public never sees a note: case {place} shows one"));
    }
    // What the row says is what its events make of it.
    if stored.case.snoozed_until.is_some() && !stored.case.snoozed {
        wrong.push(format!("a case that is awake waits for no time: case {place}"));
    }
    wrong
}
