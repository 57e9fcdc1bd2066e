//! Time passes; whoever looks at the clock once a second does so.

use crate::world::World;
use candor_app::timers;
use std::rc::Rc;

pub async fn pass(world: Rc<World>) {
    for _ in 0..=world.below(4) {
        world.clock.advance(500 + 500 * world.below(9) as i64);
        let app = world.app();
        if app.live.sweep(&app.db, world.now()).await.is_err() {
            return;
        }
        // A node that is busy, or elsewhere, looks later.
        if world.chance(600) {
            let fired = timers::fire_due(&app).await;
            world.say(|| format!("timers: {fired:?}"));
        }
    }
}
