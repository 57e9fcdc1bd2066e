//! What can happen in a world. Each act is a task of its own; what its doer learns goes into the model.

mod case;
pub mod desk;
mod held;
pub mod job;
mod key;
mod message;
pub mod probe;
mod time;

pub use message::try_again;

use crate::tasks::Tasks;
use crate::world::{Focus, World};
use candor_app::Error;
use candor_store::Error as Store;
use std::rc::Rc;

/// Acts with their weights: about delivery, jobs, timers, held replies, keys.
const WEIGHTS: [(Act, [u32; 5]); 22] = [
    (Act::Start, [6, 2, 4, 4, 2]),
    (Act::Say, [14, 2, 4, 8, 4]),
    (Act::Repeat, [10, 1, 2, 5, 8]),
    (Act::OtherBody, [3, 0, 0, 2, 6]),
    (Act::Twice, [5, 0, 0, 3, 8]),
    (Act::Note, [6, 1, 1, 2, 1]),
    (Act::Reply, [8, 1, 2, 3, 2]),
    (Act::Hold, [3, 0, 2, 16, 2]),
    (Act::TakeBack, [1, 0, 0, 6, 0]),
    (Act::Hasten, [1, 0, 0, 5, 0]),
    (Act::Change, [8, 1, 3, 4, 2]),
    (Act::Sleep, [2, 0, 14, 2, 0]),
    (Act::Read, [3, 0, 1, 1, 0]),
    (Act::FailLate, [3, 1, 1, 1, 1]),
    (Act::Rights, [1, 0, 0, 5, 0]),
    (Act::Order, [1, 12, 1, 0, 1]),
    (Act::Work, [1, 18, 1, 0, 1]),
    (Act::Key, [1, 1, 0, 0, 22]),
    (Act::React, [8, 2, 4, 4, 3]),
    (Act::Follow, [5, 1, 3, 3, 1]),
    (Act::Chores, [2, 1, 1, 1, 1]),
    (Act::Pass, [7, 12, 14, 12, 5]),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Start,
    Say,
    Repeat,
    OtherBody,
    Twice,
    Note,
    Reply,
    Hold,
    TakeBack,
    Hasten,
    Change,
    Sleep,
    Read,
    FailLate,
    Rights,
    Order,
    Work,
    Key,
    React,
    Follow,
    Chores,
    Pass,
}

/// Begins something.
pub fn begin(world: &Rc<World>, tasks: &mut Tasks) {
    if world.chance(if world.odds_are_rough() { 8 } else { 0 }) {
        // Killed between two statements of nobody in particular, or between sending and noting.
        world.app().db.kill();
        return;
    }
    let act = choose(world);
    let name = format!("{act:?}");
    let w = Rc::clone(world);
    match act {
        Act::Start => tasks.add(name, message::start(w)),
        Act::Say => tasks.add(name, message::say(w)),
        Act::Repeat => tasks.add(name, message::repeat(w)),
        Act::OtherBody => tasks.add(name, message::other_body(w)),
        Act::Twice => {
            if let Some(place) = message::new_say(&w) {
                tasks.add(name.clone(), message::attempt(Rc::clone(&w), place));
                tasks.add(name, message::attempt(w, place));
            }
        }
        Act::Note => tasks.add(name, message::note(w)),
        Act::Reply => tasks.add(name, message::reply(w, 0)),
        Act::Hold => {
            let hold_ms = [2_000, 8_000, 8_000, 20_000][w.below(4)];
            tasks.add(name, message::reply(w, hold_ms));
        }
        Act::TakeBack => tasks.add(name, held::take_back(w)),
        Act::Hasten => tasks.add(name, held::hasten(w)),
        Act::Change => tasks.add(name, case::change(w)),
        Act::Sleep => tasks.add(name, case::sleep(w)),
        Act::Read => tasks.add(name, case::read(w)),
        Act::FailLate => tasks.add(name, case::fail_late(w)),
        Act::Rights => tasks.add(name, held::rights(w)),
        Act::Order => tasks.add(name, job::order(w)),
        Act::Work => tasks.add(name, job::work(w)),
        Act::Key => tasks.add(name, key::request(w)),
        Act::React => tasks.add(name, desk::react(w)),
        Act::Follow => tasks.add(name, desk::follow(w)),
        Act::Chores => tasks.add(name, desk::chores(w)),
        Act::Pass => tasks.add(name, time::pass(w)),
    }
}

fn choose(world: &World) -> Act {
    let column = Focus::ALL.iter().position(|focus| *focus == world.focus).unwrap_or(0);
    let total: u32 = WEIGHTS.iter().map(|(_, weights)| weights[column]).sum();
    let mut left = world.below(total as usize) as u32;
    for (act, weights) in WEIGHTS {
        if left < weights[column] {
            return act;
        }
        left -= weights[column];
    }
    Act::Pass
}

/// Whether a failure leaves open what became of the request.
pub fn unanswered(error: &Error) -> bool {
    matches!(error, Error::Store(Store::OutcomeUnknown | Store::Closed | Store::Unavailable(_) | Store::Full { .. }))
}

/// Lets others go on for a while: long work, a slow client.
pub async fn rest(world: &World, most: usize) {
    for _ in 0..world.below(most + 1) {
        tokio::task::yield_now().await;
    }
}
