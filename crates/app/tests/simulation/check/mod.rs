//! The promises, looked at from outside when a world is at rest.

mod audit;
pub mod counts;
pub mod effects;
mod held;
mod jobs;
mod messages;
mod streams;
mod words;

use crate::world::World;

/// What was promised and did not happen.
pub fn all(world: &World) -> Vec<String> {
    let mut wrong = Vec::new();
    wrong.extend(messages::check(world));
    wrong.extend(streams::check(world));
    wrong.extend(effects::check(world));
    wrong.extend(counts::check(world));
    wrong.extend(held::check(world));
    wrong.extend(jobs::check(world));
    wrong.extend(jobs::check_keys(world));
    wrong.extend(audit::check(world));
    wrong.extend(words::check(world));
    wrong
}
