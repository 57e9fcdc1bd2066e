//! The audit log is whole, whatever failed and died on the way.

use crate::world::World;
use candor_store::audit;

pub fn check(world: &World) -> Vec<String> {
    let checked = audit::verify(&world.app().db, &world.dir.path().join("audit-roots.jsonl"));
    checked.err().map(|bad| format!("the audit chain is whole: {bad}")).into_iter().collect()
}
