//! What the desk does by itself: reacting, following notes, chores.

use crate::world::World;
use candor_app::reactor::{self, Lane};
use candor_app::search;
use std::rc::Rc;

pub async fn react(world: Rc<World>) {
    let outcome = reactor::turn(&world.app(), Lane(0)).await;
    world.say(|| format!("the reactor: {outcome:?}"));
}

/// Hears what has been told. What was lost, the sweep finds.
pub async fn follow(world: Rc<World>) {
    let app = world.app();
    while let Some(note) = world.next_note() {
        if app.live.hear(&app.db, note).await.is_err() {
            return;
        }
    }
}

pub async fn chores(world: Rc<World>) {
    let app = world.app();
    let moved = search::rewrite_moved(&app).await;
    let caught_up = search::catch_up(&app).await;
    world.say(|| format!("chores: {moved:?} {caught_up:?}"));
}
