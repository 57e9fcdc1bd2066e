//! Events that a follower could not take: shown to whoever looks after the desk, and run again when they say so.

use super::{Left, stream};
use crate::rights::require_everywhere;
use crate::{App, Error, Result, audit};
use candor_domain::actor::Actor;
use candor_domain::id::ConversationId;
use candor_domain::permission::Permission;
use candor_store::{Pool, Queue, parked};
use serde_json::json;

pub use candor_store::parked::Parked;

/// What waits for a person, newest first.
pub async fn shown(app: &App, actor: &Actor, limit: i64) -> Result<Vec<Parked>> {
    require_everywhere(actor, Permission::JobManage)?;
    app.db.read(Pool::Quick, move |rx| Ok(parked::shown(rx, limit)?)).await
}

/// Runs what is parked for a follower in a stream again, in order, until one fails; returns how many went well.
pub async fn run_again(app: &App, actor: &Actor, follower: &str, id: ConversationId) -> Result<usize> {
    require_everywhere(actor, Permission::JobManage)?;
    if !app.followers.iter().any(|one| one.name() == follower) {
        return Err(Error::NotFound);
    }
    let (desk, actor, follower) = (app.clone(), actor.clone(), follower.to_owned());
    let done = app.db.write(Queue::Reactor, move |tx| {
        let Some(one) = desk.followers.iter().find(|one| one.name() == follower) else { return Err(Error::NotFound) };
        let mut left = Left::default();
        let done = stream::run_parked(tx, one.as_ref(), id, &mut left)?;
        left.write(tx)?;
        if done > 0 {
            audit::record(tx, &actor, "reaction.run_again", ("conversation", id.0), json!({ "follower": follower, "events": done }))?;
        }
        Ok(done)
    });
    let done = done.await?;
    app.fed.notify_one();
    Ok(done)
}
