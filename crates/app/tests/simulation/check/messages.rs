//! Nothing lost, nothing doubled: what people sent and were told, against what stands in the streams.

use crate::model::{Model, Sent, Told, Who};
use crate::tasks::finish;
use crate::world::World;
use candor_app::conversation::view::{Eyes, Timeline, timeline};
use candor_domain::event::MessageKind;
use candor_domain::id::ConversationId;
use candor_store::event::Part;
use uuid::Uuid;

/// A message as a screen shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Shown {
    client_id: Option<Uuid>,
    seq: i64,
    public_seq: Option<i64>,
    kind: MessageKind,
    text: String,
    at: i64,
    late: bool,
}

pub fn check(world: &World) -> Vec<String> {
    let model = world.model.borrow();
    let mut wrong = Vec::new();
    for (place, id) in model.known_cases() {
        let visitor = model.cases[place].visitor;
        let staff = candor_domain::actor::Actor::machine("test");
        let all = read(world, &staff, id, Eyes::Staff);
        let public = read(world, &world.visitor(visitor), id, Eyes::Customer);
        wrong.extend(compare(&model, place, &all));
        let expected: Vec<&Shown> = all.iter().filter(|one| one.kind != MessageKind::Note).collect();
        if public.iter().collect::<Vec<_>>() != expected {
            wrong.push(format!("the customer sees every message and no note: case {place} shows {public:?}"));
        }
        wrong.extend(overtaken(&model, place, &all));
    }
    wrong.extend(unknown_cases(world, &model));
    wrong.extend(without_rights(world, &model));
    wrong
}

fn read(world: &World, actor: &candor_domain::actor::Actor, id: ConversationId, eyes: Eyes) -> Vec<Shown> {
    let shown: Timeline = finish(timeline(&world.app(), actor, id, Part::After(0), 1000, eyes)).unwrap();
    let messages = shown.items.into_iter().filter_map(|item| Some((item.recorded, item.message?)));
    messages
        .map(|(recorded, opened)| Shown {
            client_id: opened.stored.client_id,
            seq: recorded.seq,
            public_seq: recorded.public_seq,
            kind: opened.stored.kind,
            text: opened.text,
            at: opened.stored.at,
            late: opened.stored.late,
        })
        .collect()
}

/// Each message of a case stands there as often, where and as its sender was told.
fn compare(model: &Model, case: usize, shown: &[Shown]) -> Vec<String> {
    let mut wrong = Vec::new();
    let sent: Vec<&Sent> = model.sent.iter().filter(|sent| sent.case == case).collect();
    for one in shown {
        if !sent.iter().any(|sent| sent.text == one.text && sent.kind == one.kind) {
            wrong.push(format!("only what was sent is there: nobody sent {one:?}"));
        }
    }
    for sent in sent {
        let found: Vec<&Shown> = shown.iter().filter(|one| one.text == sent.text).collect();
        let kept = match (sent.told, found.as_slice()) {
            (_, [_, _, ..]) => return vec![format!("nothing doubled: {} stands {} times in its case", sent.text, found.len())],
            (Told::Kept { seq, public_seq, .. }, [one]) => one.seq == seq && one.public_seq == public_seq,
            (Told::Kept { .. }, []) => false,
            (Told::Refused, [_]) => sent.unsure,
            (Told::Held(_) | Told::Nothing, _) | (Told::Refused, []) => true,
        };
        if !kept {
            wrong.push(format!("nothing lost: {} was answered {:?} and stands there as {found:?}", sent.text, sent.told));
        }
        if let [one] = found.as_slice()
            && sent.hold_ms > 0
            && !sent.hastened
            && one.at < sent.first_tried_at + sent.hold_ms
        {
            wrong.push(format!(
                "a reply waits out its window: {} went out {} ms early",
                sent.text,
                sent.first_tried_at + sent.hold_ms - one.at
            ));
        }
    }
    wrong
}

/// A reply says whether its author had seen the customer's last message.
fn overtaken(model: &Model, case: usize, shown: &[Shown]) -> Vec<String> {
    let replies = model.sent.iter().filter(|sent| sent.case == case && sent.hold_ms > 0 && !sent.force && !sent.hastened);
    replies
        .filter_map(|sent| {
            let own = shown.iter().find(|one| one.text == sent.text)?;
            let newer = shown.iter().any(|one| one.kind == MessageKind::Customer && one.seq > sent.seen_seq && one.seq < own.seq);
            (newer != own.late).then(|| format!("an overtaken reply says so: {own:?} had seen {}", sent.seen_seq))
        })
        .collect()
}

/// Conversations that nobody was told of are those whose start was refused or never answered.
fn unknown_cases(world: &World, model: &Model) -> Vec<String> {
    const ALL: &str = "SELECT COUNT(*) FROM conversation";
    let count: i64 = finish(
        world
            .app()
            .db
            .read::<_, candor_store::Error>(candor_store::Pool::Quick, |rx| candor_store::Query::one(rx, ALL, &[], |row| row.get(0))),
    )
    .unwrap();
    let known = model.known_cases().len();
    let differs = usize::try_from(count) != Ok(known);
    differs.then(|| format!("nothing lost, nothing doubled: {count} conversations, and {known} were answered")).into_iter().collect()
}

/// Nobody's reply goes out while they certainly may not write.
fn without_rights(world: &World, model: &Model) -> Vec<String> {
    let mut wrong = Vec::new();
    for (place, id) in model.known_cases() {
        let staff = candor_domain::actor::Actor::machine("test");
        let shown = read(world, &staff, id, Eyes::Staff);
        for sent in model.sent.iter().filter(|sent| sent.case == place && sent.kind == MessageKind::Reply) {
            let Some(own) = shown.iter().find(|one| one.text == sent.text) else { continue };
            let gone = model
                .without
                .iter()
                .any(|span| sent.who == Who::Agent(span.agent) && own.at > span.from && span.until.is_none_or(|until| own.at < until));
            if gone {
                wrong.push(format!("a withdrawn right acts: {} went out at {}", sent.text, own.at));
            }
        }
    }
    wrong
}
