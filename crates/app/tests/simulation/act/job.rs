//! Jobs: ordered with a command, claimed under a lease, done in a world outside that acts once for each id, then noted.

use super::{rest, unanswered};
use crate::world::World;
use candor_app::Error;
use candor_store::job::{self, Failed, NewJob};
use candor_store::{Error as Store, Queue};
use std::rc::Rc;
use uuid::Uuid;

pub const QUEUE: &str = "simulated";
const LEASE_MS: i64 = 10_000;
const RESULT: &str = "INSERT INTO sim_result (job, lease) VALUES ($1, $2)";

pub async fn order(world: Rc<World>) {
    let (id, max_tries) = (world.id(), 3 + world.below(4) as i64);
    world.model.borrow_mut().jobs.entry(id).or_default().max_tries = max_tries;
    for _ in 0..3 {
        let outcome = world.app().db.write(Queue::People, move |tx| insert(tx, id, max_tries)).await;
        world.say(|| format!("job {id} ordered: {outcome:?}"));
        if outcome.is_ok() {
            world.model.borrow_mut().jobs.entry(id).or_default().ordered = true;
            return;
        }
    }
}

fn insert(tx: &mut candor_store::Tx<'_>, id: Uuid, max_tries: i64) -> Result<bool, Error> {
    let due_at = candor_store::Query::now(tx);
    let new = NewJob { id, queue: QUEUE, kind: "send", unique_key: None, stream: None, body: "{}", due_at, max_tries };
    Ok(job::insert(tx, &new)?)
}

/// One worker takes what is due, does it outside, and notes that it is done.
pub async fn work(world: Rc<World>) {
    let app = world.app();
    let claimed = app.db.write(Queue::Machines, |tx| Ok::<_, Error>(job::claim(tx, QUEUE, LEASE_MS, 2)?)).await;
    let Ok(claimed) = claimed else { return };
    for one in claimed {
        world.say(|| format!("job {} claimed, lease {}, try {}", one.id, one.lease, one.tries));
        rest(&world, 12).await;
        if world.chance(200) {
            fail(&world, one).await;
            continue;
        }
        // The world outside knows the id: asked twice, it acts once. From here to the note is where a crash hurts most.
        world.model.borrow_mut().jobs.entry(one.id).or_default().sent += 1;
        rest(&world, 6).await;
        let (id, lease) = (one.id, one.lease);
        let outcome = app
            .db
            .write(Queue::Machines, move |tx| {
                tx.execute(RESULT, &[&one.id, &one.lease])?;
                Ok::<_, Error>(job::finish(tx, &one)?)
            })
            .await;
        world.say(|| format!("job {id} finished under lease {lease}: {outcome:?}"));
        match outcome {
            Ok(()) | Err(Error::Store(Store::LeaseLost)) => {}
            Err(error) if unanswered(&error) => {}
            Err(error) => world.wrong(format!("a job can be finished: {id} got {error:?}")),
        }
    }
}

async fn fail(world: &World, one: job::Job) {
    let (id, retry_at) = (one.id, world.now() + 1_000);
    let outcome =
        world.app().db.write(Queue::Machines, move |tx| Ok::<Failed, Error>(job::fail(tx, &one, "as the seed says", retry_at)?)).await;
    world.say(|| format!("job {id} failed: {outcome:?}"));
}
