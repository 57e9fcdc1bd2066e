//! Messages: started, said, replied, noted; repeated until they are answered, with the same id.

use super::{rest, unanswered};
use crate::model::{Case, Sent, Told, Who};
use crate::world::World;
use candor_app::conversation::{self, Content, FollowUp, Replied, ReplyInput, StartInput};
use candor_app::{Error, Result};
use candor_domain::actor::Actor;
use candor_domain::event::MessageKind;
use candor_domain::id::ConversationId;
use candor_store::{Pool, conversation as rows};
use std::rc::Rc;

/// Words that stand in many messages, so that the index has something to mix up.
const WORDS: [&str; 8] = ["withdrawal", "deposit", "pending", "提现", "到账", "wallet", "network", "确认"];

pub async fn start(world: Rc<World>) {
    let visitor = world.below(world.people.visitors.len());
    let case = {
        let mut model = world.model.borrow_mut();
        let first = model.sent.len();
        model.cases.push(Case { visitor, id: None, first });
        model.cases.len() - 1
    };
    let place = new(&world, case, Who::Visitor(visitor), MessageKind::Customer, 0, 0);
    attempt(world, place).await;
}

pub async fn say(world: Rc<World>) {
    if let Some(place) = new_say(&world) {
        attempt(world, place).await;
    }
}

/// A message about to be said by the customer of some case.
pub fn new_say(world: &World) -> Option<usize> {
    let (case, _) = world.one_of(&world.model.borrow().known_cases())?;
    let visitor = world.model.borrow().cases[case].visitor;
    Some(new(world, case, Who::Visitor(visitor), MessageKind::Customer, 0, 0))
}

pub async fn note(world: Rc<World>) {
    let found = world.one_of(&world.model.borrow().known_cases());
    let Some((case, _)) = found else { return };
    let agent = world.below(world.people.agents.len());
    let place = new(&world, case, Who::Agent(agent), MessageKind::Note, 0, 0);
    attempt(world, place).await;
}

pub async fn reply(world: Rc<World>, hold_ms: i64) {
    let found = world.one_of(&world.model.borrow().known_cases());
    let Some((case, id)) = found else { return };
    let agent = world.below(world.people.agents.len());
    // The agent looks at the case, and then writes for a while.
    let seen = world.app().db.read(Pool::Quick, move |rx| rows::get(rx, id).map_err(Error::from)).await;
    let Ok(seen) = seen else { return };
    rest(&world, 3).await;
    let place = new(&world, case, Who::Agent(agent), MessageKind::Reply, hold_ms, seen.case.seq);
    if world.chance(150) {
        world.model.borrow_mut().sent[place].force = true;
    }
    attempt(world, place).await;
}

/// The same request again: most often one that was not answered, sometimes one that was.
pub async fn repeat(world: Rc<World>) {
    let open = world.model.borrow().find(|sent| sent.told == Told::Nothing && sent.unsure);
    let done = world.model.borrow().find(|sent| !matches!(sent.told, Told::Nothing | Told::Refused));
    let place = if world.chance(700) { world.one_of(&open).or(world.one_of(&done)) } else { world.one_of(&done) };
    if let Some(place) = place {
        attempt(world, place).await;
    }
}

/// A known id with other words: refused, whatever becomes of the rest.
pub async fn other_body(world: Rc<World>) {
    let kept = world.model.borrow().find(|sent| matches!(sent.told, Told::Kept { .. }));
    let Some(place) = world.one_of(&kept) else { return };
    let mut sent = world.model.borrow().sent[place].clone();
    sent.text.push_str(" or not");
    let outcome = send(&world, &sent).await;
    world.say(|| format!("{} with another body: {outcome:?}", sent.text));
    match outcome {
        Ok(told) => world.wrong(format!("another body is refused: {} was taken as {told:?}", sent.text)),
        Err(Error::BodyMismatch | Error::NotFound | Error::Forbidden(_)) => {}
        Err(error) if unanswered(&error) => {}
        Err(error) => world.wrong(format!("another body is refused as such: {} was refused with {error}", sent.text)),
    }
}

fn new(world: &World, case: usize, who: Who, kind: MessageKind, hold_ms: i64, seen_seq: i64) -> usize {
    let client_id = world.id();
    let place = world.model.borrow().sent.len();
    let words = (world.below(WORDS.len()), world.below(WORDS.len()));
    let text = format!("{kind:?}{place} {} {}", WORDS[words.0], WORDS[words.1]);
    let mut model = world.model.borrow_mut();
    model.sent.push(Sent {
        case,
        who,
        kind,
        client_id,
        text,
        hold_ms,
        seen_seq,
        force: false,
        told: Told::Nothing,
        unsure: false,
        first_tried_at: world.now(),
        hastened: false,
        taken_back: false,
    });
    place
}

/// Sends once, and remembers what came of it.
pub async fn attempt(world: Rc<World>, place: usize) {
    let sent = {
        let mut model = world.model.borrow_mut();
        // Whoever is cut off now may have been heard.
        model.sent[place].unsure = true;
        model.sent[place].clone()
    };
    let outcome = send(&world, &sent).await;
    let lost = world.loses_answer();
    world.say(|| format!("{} -> {outcome:?}{}", sent.text, if lost { ", and the answer is lost" } else { "" }));
    match outcome {
        _ if lost => {}
        Ok(told) => world.model.borrow_mut().told(place, told),
        Err(error) if unanswered(&error) => {}
        Err(Error::BodyMismatch) => world.wrong(format!("a repeat is known by its id: {} was taken for another body", sent.text)),
        Err(Error::NotFound | Error::Forbidden(_) | Error::Refused(_) | Error::NewerMessage { .. }) => {
            world.model.borrow_mut().told(place, Told::Refused);
        }
        Err(error) => world.wrong(format!("an answer says what happened: {} got {error:?}", sent.text)),
    }
}

/// Sends until the sender knows what became of it: for a world that comes to rest.
pub async fn try_again(world: &Rc<World>, place: usize) {
    attempt(Rc::clone(world), place).await;
}

async fn send(world: &Rc<World>, sent: &Sent) -> Result<Told> {
    let app = world.app();
    let content = Content { text: sent.text.clone(), ..Content::default() };
    let case = world.model.borrow().cases[sent.case].clone();
    let Some(id) = case.id else { return begin(world, sent, content).await };
    match (sent.who, sent.kind) {
        (Who::Visitor(_), _) if world.is_first(sent) => begin(world, sent, content).await,
        (Who::Visitor(visitor), _) => {
            let written = conversation::receive(&app, &world.visitor(visitor), id, sent.client_id, content).await?;
            Ok(kept(&written))
        }
        (Who::Agent(agent), MessageKind::Note) => {
            let actor = known(world, agent).await?;
            Ok(kept(&conversation::note(&app, &actor, id, sent.client_id, content).await?))
        }
        (Who::Agent(agent), _) => {
            let actor = known(world, agent).await?;
            let input = ReplyInput {
                client_id: sent.client_id,
                content,
                seen_seq: sent.seen_seq,
                hold_ms: sent.hold_ms,
                follow_up: FollowUp::default(),
                copies: Default::default(),
                force: sent.force,
            };
            match conversation::reply(&app, &actor, id, input).await? {
                Replied::Held(held) => Ok(Told::Held(held)),
                Replied::Sent(written) => Ok(kept(&written)),
            }
        }
    }
}

async fn known(world: &World, agent: usize) -> Result<Actor> {
    world.agent(agent).await.ok_or(Error::Unauthenticated)
}

async fn begin(world: &Rc<World>, sent: &Sent, content: Content) -> Result<Told> {
    let Who::Visitor(visitor) = sent.who else { return Err(Error::NotFound) };
    let (session, inbox) = (world.people.visitors[visitor].1, world.people.inbox);
    let input = StartInput { session, inbox, client_id: sent.client_id, content, subject: None, origin: None };
    let app = world.app();
    let started = conversation::start(&app, &world.visitor(visitor), input).await?;
    let id: ConversationId = started.conversation;
    {
        let mut model = world.model.borrow_mut();
        let case = &mut model.cases[sent.case];
        if case.id.is_some_and(|known| known != id) {
            let text = format!("nothing doubled: {} started {:?} and {id}", sent.text, case.id);
            model.wrong.push(text);
        } else {
            case.id = Some(id);
        }
    }
    let first = app
        .db
        .read(Pool::Quick, move |rx| candor_store::message::between(rx, id, 1, 2).map_err(Error::from))
        .await?
        .into_iter()
        .next()
        .ok_or_else(|| Error::Broken("a conversation began without its message".into()))?;
    Ok(Told::Kept { message: first.id, seq: first.seq, public_seq: first.public_seq })
}

fn kept(written: &conversation::Written) -> Told {
    Told::Kept { message: written.message, seq: written.seq, public_seq: written.public_seq }
}
