//! Held replies: taken back, sent at once, and their authors' rights withdrawn and given back.

use super::unanswered;
use crate::model::{Told, Who, Without};
use crate::world::World;
use candor_app::{Error, conversation};
use candor_domain::id::HeldReplyId;
use candor_store::agent_role::{self, Held};
use candor_store::{Note, Queue};
use std::rc::Rc;

/// A reply that waits, as its author's screen shows it.
fn waiting(world: &World) -> Option<(usize, HeldReplyId)> {
    let model = world.model.borrow();
    let all = model.find(|sent| matches!(sent.told, Told::Held(_)) && !sent.taken_back);
    let place = world.one_of(&all)?;
    match model.sent[place].told {
        Told::Held(held) => Some((place, held)),
        _ => None,
    }
}

pub async fn take_back(world: Rc<World>) {
    let Some((place, held)) = waiting(&world) else { return };
    let sent = world.model.borrow().sent[place].clone();
    let (Who::Agent(agent), Some(id)) = (sent.who, world.model.borrow().cases[sent.case].id) else { return };
    let Some(actor) = world.agent(agent).await else { return };
    let outcome = conversation::withdraw_held(&world.app(), &actor, id, held).await;
    world.say(|| format!("{} taken back: {outcome:?}", sent.text));
    match outcome {
        // A draft that came back is its author's to do with as they like; here it stays, unless they write again.
        Ok(()) => world.model.borrow_mut().sent[place].taken_back = true,
        Err(Error::NotFound | Error::Forbidden(_)) => {}
        Err(error) if unanswered(&error) => {}
        Err(error) => world.wrong(format!("a reply can be taken back: {} got {error:?}", sent.text)),
    }
}

pub async fn hasten(world: Rc<World>) {
    let Some((place, held)) = waiting(&world) else { return };
    let sent = world.model.borrow().sent[place].clone();
    let (Who::Agent(agent), Some(id)) = (sent.who, world.model.borrow().cases[sent.case].id) else { return };
    let Some(actor) = world.agent(agent).await else { return };
    world.model.borrow_mut().sent[place].hastened = true;
    let app = world.app();
    let outcome = if world.chance(500) {
        conversation::release_held(&app, &actor, id, held).await
    } else {
        conversation::keep_held(&app, &actor, id, held).await
    };
    world.say(|| format!("{} sent at once: {outcome:?}", sent.text));
    match outcome {
        Ok(()) | Err(Error::NotFound | Error::Forbidden(_)) => {}
        Err(error) if unanswered(&error) => {}
        Err(error) => world.wrong(format!("a reply can be sent at once: {} got {error:?}", sent.text)),
    }
}

/// An agent's rights are withdrawn, or given back.
pub async fn rights(world: Rc<World>) {
    let agent = world.below(world.people.agents.len());
    // Of two changes at once nobody outside knows which came last.
    if !world.model.borrow_mut().rights_change.insert(agent) {
        return;
    }
    let gone = world.model.borrow().without.iter().any(|span| span.agent == agent && span.until.is_none());
    set_rights(&world, agent, gone).await;
    world.model.borrow_mut().rights_change.remove(&agent);
}

async fn set_rights(world: &Rc<World>, agent: usize, give: bool) {
    let (id, role, row) = (world.people.agents[agent], world.people.role, world.id());
    if give {
        // From here on nobody knows whether they are back.
        let now = world.now();
        for span in world.model.borrow_mut().without.iter_mut().filter(|span| span.agent == agent) {
            span.until.get_or_insert(now);
        }
    }
    let outcome = world
        .app()
        .db
        .write(Queue::People, move |tx| {
            let held = [(row, Held { role, inbox: None, team: None })];
            agent_role::replace(tx, id, if give { &held } else { &[] })?;
            tx.note(Note::Revoked { agent: id.0 });
            Ok::<_, Error>(())
        })
        .await;
    world.say(|| format!("rights of agent {agent} {}: {outcome:?}", if give { "given" } else { "withdrawn" }));
    if outcome.is_ok() && !give {
        let span = Without { agent, from: world.now(), until: None };
        world.model.borrow_mut().without.push(span);
    }
}
