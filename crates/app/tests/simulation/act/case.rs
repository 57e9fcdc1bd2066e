//! What is done to cases besides writing, and commands that fail after they have done nearly everything.

use crate::world::World;
use candor_app::conversation::{self, Action};
use candor_app::{Error, conversation::RatingInput};
use candor_domain::conversation::{Priority, status};
use candor_store::{AuditEntry, Queue};
use std::rc::Rc;

pub async fn change(world: Rc<World>) {
    let found = world.one_of(&world.model.borrow().known_cases());
    let Some((case, id)) = found else { return };
    let agent = world.below(world.people.agents.len());
    if world.chance(150) {
        let visitor = world.model.borrow().cases[case].visitor;
        let rating = RatingInput { score: 1 + world.below(5) as i64, solved: None, comment: None };
        let outcome = conversation::rate(&world.app(), &world.visitor(visitor), id, rating).await;
        world.say(|| format!("case {case} rated: {outcome:?}"));
        return;
    }
    if world.chance(250) {
        let Some(actor) = world.agent(agent).await else { return };
        let outcome = conversation::break_glass(&world.app(), &actor, id, "as the seed says".to_owned()).await;
        world.say(|| format!("case {case}: agent {agent} breaks the glass: {outcome:?}"));
        return;
    }
    let people = world.people;
    let action = match world.below(8) {
        0 => Action::Assign(Some(people.agents[world.below(people.agents.len())])),
        1 => Action::Assign(None),
        2 => Action::Team(if world.chance(500) { Some(people.team) } else { None }),
        3 | 4 => Action::Priority([Priority::None, Priority::Normal, Priority::Urgent][world.below(3)]),
        5 => Action::Status(status::WAITING_FOR_CUSTOMER),
        6 => Action::Status(if world.chance(200) { status::CLOSED } else { status::RESOLVED }),
        _ => Action::Status(status::OPEN),
    };
    let Some(actor) = world.agent(agent).await else { return };
    let outcome = conversation::act(&world.app(), &actor, id, action.clone()).await;
    world.say(|| format!("case {case}: {action:?} by agent {agent}: {outcome:?}"));
}

pub async fn sleep(world: Rc<World>) {
    let found = world.one_of(&world.model.borrow().known_cases());
    let Some((case, id)) = found else { return };
    let Some(actor) = world.agent(world.below(world.people.agents.len())).await else { return };
    let action = match world.below(5) {
        0 => Action::Snooze(None),
        1 => Action::Wake,
        _ => Action::Snooze(Some(world.now() + 1_000 * (1 + world.below(40) as i64))),
    };
    let outcome = conversation::act(&world.app(), &actor, id, action.clone()).await;
    world.say(|| format!("case {case}: {action:?}: {outcome:?}"));
}

pub async fn read(world: Rc<World>) {
    let found = world.one_of(&world.model.borrow().known_cases());
    let Some((case, id)) = found else { return };
    let app = world.app();
    let seq = world.below(12) as i64;
    if world.chance(500) {
        let visitor = world.model.borrow().cases[case].visitor;
        let outcome = conversation::visitor_read(&app, &world.visitor(visitor), id, seq).await;
        world.say(|| format!("case {case} read by its customer up to {seq}: {outcome:?}"));
    } else if let Some(actor) = world.agent(world.below(world.people.agents.len())).await {
        let outcome = conversation::agent_read(&app, &actor, id, seq).await;
        world.say(|| format!("case {case} read by an agent up to {seq}: {outcome:?}"));
    }
}

/// A command that writes into the audit log and the index, and then fails or panics: nothing of it may stay.
pub async fn fail_late(world: Rc<World>) {
    let app = world.app();
    let (doc, panics) = (app.db.new_doc(), world.chance(300));
    let ghost = format!("ghost{doc}");
    world.model.borrow_mut().ghosts.insert(ghost.clone());
    let outcome = app
        .db
        .write(Queue::People, move |tx| {
            tx.audit(AuditEntry::new("machine", None, "test.failed"))?;
            let mark = candor_store::Query::mark(tx, &ghost);
            tx.index(doc, vec![mark]);
            tx.wake(uuid::Uuid::nil(), 1);
            if panics {
                std::panic::panic_any(crate::seeds::ORDERED_PANIC);
            }
            Err::<(), Error>(Error::Conflict("fails, as the seed says"))
        })
        .await;
    world.say(|| format!("a command fails late: {outcome:?}"));
}
