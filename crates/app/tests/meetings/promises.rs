//! What holds after a meeting.

use crate::room::{Room, finish};
use candor_app::conversation::view::{Eyes, timeline};
use candor_app::{keywork, reactor};
use candor_domain::actor::Actor;
use candor_domain::event::{Event, MessageKind};
use candor_domain::id::{ContactId, ConversationId};
use candor_store::event::Part;
use candor_store::{Query, audit, conversation, rollup};

const DAY: i64 = 24 * 60 * 60 * 1000;

/// The conversations that were begun since the day did.
pub fn cases_of_today(room: &Room) -> Vec<ConversationId> {
    let day = room.day;
    room.read(move |rx| {
        rx.list("SELECT id FROM conversation WHERE created_at >= $1 ORDER BY id", &[&day], |row| row.get(0).map(ConversationId))
    })
}

pub fn all(room: &Room, cases: &[ConversationId], kept: &[(ConversationId, String)]) -> Vec<String> {
    // What nobody reacted to while they met is reacted to now.
    finish(reactor::drain(&room.desk.app)).unwrap();
    let mut wrong = Vec::new();
    let mut counted = [0; 3];
    for id in cases {
        wrong.extend(stream(room, *id, kept, &mut counted));
    }
    if let Some((id, text)) = kept.iter().find(|(id, _)| !cases.contains(id)) {
        wrong.push(format!("nothing lost: {text} was answered and its case {id} is not there"));
    }
    wrong.extend(sums(room, counted));
    let left = room.count("SELECT COUNT(*) FROM dirty");
    if left != 0 {
        wrong.push(format!("effects happen once: {left} streams stay marked"));
    }
    if let Err(bad) = audit::verify(&room.db, &room.roots()) {
        wrong.push(format!("the audit chain is whole: {bad}"));
    }
    wrong
}

/// One stream: no gap, every acknowledged message once, everything reacted to.
fn stream(room: &Room, id: ConversationId, kept: &[(ConversationId, String)], counted: &mut [i64; 3]) -> Vec<String> {
    let mut wrong = Vec::new();
    let staff = Actor::machine("test");
    let shown = finish(timeline(&room.desk.app, &staff, id, Part::After(0), 1000, Eyes::Staff)).unwrap();
    let (stored, reacted) = (
        room.read(move |rx| conversation::get(rx, id)),
        room.read(move |rx| rx.one("SELECT reacted_seq FROM conversation WHERE id = $1", &[&id.0], |row| row.get::<i64>(0))),
    );
    let numbers: Vec<i64> = shown.items.iter().map(|item| item.recorded.seq).collect();
    if numbers != (1..=stored.case.seq).collect::<Vec<_>>() {
        wrong.push(format!("seq has no gap: {id} ends at {} and holds {numbers:?}", stored.case.seq));
    }
    let numbers: Vec<i64> = shown.items.iter().filter_map(|item| item.recorded.public_seq).collect();
    if numbers != (1..=stored.case.public_seq).collect::<Vec<_>>() {
        wrong.push(format!("public_seq has no gap: {id} ends at {} and holds {numbers:?}", stored.case.public_seq));
    }
    if reacted != stored.case.seq {
        wrong.push(format!("effects happen once: {id} ends at {} and was reacted to up to {reacted}", stored.case.seq));
    }
    let mut texts: Vec<&str> = shown.items.iter().filter_map(|item| Some(item.message.as_ref()?.text.as_str())).collect();
    let mut wanted: Vec<&str> = kept.iter().filter(|(of, _)| *of == id).map(|(_, text)| text.as_str()).collect();
    texts.sort_unstable();
    wanted.sort_unstable();
    if texts != wanted {
        wrong.push(format!("nothing lost, nothing doubled: {id} holds {texts:?} and {wanted:?} were answered"));
    }
    for item in &shown.items {
        match &item.recorded.event {
            Event::Started { .. } => counted[0] += 1,
            Event::Message { kind: MessageKind::Customer, .. } => counted[1] += 1,
            Event::Message { kind: MessageKind::Reply, .. } => counted[2] += 1,
            _ => {}
        }
    }
    wrong
}

/// The sums of the day, over all lanes, are those of its events.
fn sums(room: &Room, counted: [i64; 3]) -> Vec<String> {
    let day = room.day;
    let mut found = [0; 3];
    for (_, sums) in room.read(move |rx| rollup::between(rx, DAY, day, i64::MAX)) {
        found.iter_mut().zip([sums.started, sums.received, sums.replied]).for_each(|(found, more)| *found += more);
    }
    (found != counted).then(|| format!("effects happen once: the sums are {found:?} instead of {counted:?}")).into_iter().collect()
}

/// After an erasure nothing of the customer opens or is found any more.
pub fn nothing_left_of(room: &Room, contact: ContactId) -> Vec<String> {
    const TEXTS: &str = "SELECT COUNT(*) FROM message m JOIN conversation c ON c.id = m.conversation_id \
         WHERE c.contact_id = $1 AND m.body_sealed IS NOT NULL";
    const KEYS: &str = "SELECT COUNT(*) FROM customer_key WHERE contact_id = $1";
    const WORDS: &str = "SELECT COUNT(*) FROM search_doc s JOIN message m ON m.doc = s.doc \
         JOIN conversation c ON c.id = m.conversation_id WHERE c.contact_id = $1";
    // What was put back while they met is due again after a rest.
    for _ in 0..5 {
        room.desk.clock.advance(20_000);
        finish(keywork::work(&room.desk.app)).unwrap();
    }
    finish(reactor::drain(&room.desk.app)).unwrap();
    let mut wrong = Vec::new();
    for (what, sql) in [("texts", TEXTS), ("keys", KEYS), ("index rows", WORDS)] {
        let left = room.read(move |rx| rx.one(sql, &[&contact.0], |row| row.get::<i64>(0)));
        if left != 0 {
            wrong.push(format!("erased is gone: {left} {what} of the customer are left"));
        }
    }
    wrong
}

/// After a merge every case is the person's, and so is the key that opens it.
pub fn belongs_to(room: &Room, person: ContactId, kept: &[(ConversationId, String)]) -> Vec<String> {
    const OWNER: &str = "SELECT COUNT(*) FROM conversation c JOIN customer_key k ON k.id = c.key_id \
         WHERE c.id = $1 AND c.contact_id = $2 AND k.contact_id = $2";
    let mut wrong = Vec::new();
    for (id, _) in kept.iter().cloned() {
        if room.read(move |rx| rx.one(OWNER, &[&id.0, &person.0], |row| row.get::<i64>(0))) != 1 {
            wrong.push(format!("a merge moves everything: {id} is not the person's"));
        }
    }
    wrong
}
