//! Requests with an idempotency key: kept before they run, completed after, never run twice.

use super::{rest, unanswered};
use crate::world::World;
use candor_app::Error;
use candor_app::idempotency::{self, Ending, Standing};
use candor_domain::id::AgentId;
use candor_store::Queue;
use std::rc::Rc;
use uuid::Uuid;

const MAKE: &str = "INSERT INTO sim_made (id, owner, key, body) VALUES ($1, $2, $3, $4)";

pub async fn request(world: Rc<World>) {
    let owner = world.people.agents[world.below(2)];
    let key = format!("key{}", world.below(6));
    let body = ["a", "a", "a", "b"][world.below(4)].to_owned();
    let standing = idempotency::begin(&world.app(), owner.0, key.clone(), body.as_bytes()).await;
    world.say(|| format!("{key} of {owner} with {body}: {standing:?}"));
    match standing {
        Ok(Standing::First) => run(&world, owner, key, body).await,
        Ok(Standing::Answered { item, .. }) => answered(&world, owner, &key, &body, item),
        Ok(Standing::Unknown) | Err(Error::BodyMismatch) => {}
        Err(error) if unanswered(&error) => {}
        Err(error) => world.wrong(format!("a key is known or not: {key} got {error:?}")),
    }
}

/// The request itself: it makes something, or is refused and makes nothing.
async fn run(world: &Rc<World>, owner: AgentId, key: String, body: String) {
    let (made, refused) = (world.id(), world.chance(150));
    rest(world, 4).await;
    let ending = if refused {
        Ending::Refused
    } else {
        let (kept_key, kept_body) = (key.clone(), body.clone());
        let outcome = world
            .app()
            .db
            .write(Queue::People, move |tx| Ok::<_, Error>(tx.execute(MAKE, &[&made, &owner.0, &kept_key, &kept_body])?))
            .await;
        world.say(|| format!("{key} of {owner} makes {made}: {outcome:?}"));
        match outcome {
            Ok(_) => Ending::Done { status: 201, item: Some(made) },
            Err(_) => Ending::Unknown,
        }
    };
    rest(world, 2).await;
    let ended = idempotency::end(&world.app(), owner.0, key.clone(), ending).await;
    world.say(|| format!("{key} of {owner} ends {ending:?}: {ended:?}"));
    if ended.is_ok() && matches!(ending, Ending::Done { .. }) {
        world.model.borrow_mut().keyed.entry((owner, key)).or_default().made = Some((made, body));
    }
}

/// A repeat hears what the first one made.
fn answered(world: &World, owner: AgentId, key: &str, body: &str, item: Option<Uuid>) {
    let known = world.model.borrow().keyed.get(&(owner, key.to_owned())).and_then(|keyed| keyed.made.clone());
    if let Some((made, with)) = known
        && (item != Some(made) || with != body)
    {
        world.wrong(format!("a repeat is answered like the first: {key} with {body} got {item:?}, the first made {made} with {with}"));
    }
}
