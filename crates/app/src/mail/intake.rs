//! Mail that could not be made a message: seen by whoever sets up the inbox, and read again.

use super::work;
use crate::rights::{require, require_somewhere};
use crate::{App, Error, Result, audit};
use candor_domain::actor::Actor;
use candor_domain::id::{ChannelId, InboundId};
use candor_domain::permission::{Permission, Subject, can};
use candor_store::inbound::{self, State};
use candor_store::{Pool, Query, Queue, channel, job};
use serde_json::json;

/// How many are shown.
const SHOWN: i64 = 200;

/// A mail that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    pub id: InboundId,
    pub channel: ChannelId,
    pub received_at: i64,
    /// Why; names no person and no word of theirs.
    pub problem: String,
}

/// The oldest mails that failed, of the inboxes the actor may set up.
pub async fn failed(app: &App, actor: &Actor) -> Result<Vec<Failed>> {
    require_somewhere(actor, Permission::InboxManage)?;
    let (all, channels) =
        app.db.read(Pool::Quick, |rx| Ok::<_, Error>((inbound::open(rx, State::Failed, SHOWN)?, channel::list(rx)?))).await?;
    let inbox = |id: ChannelId| channels.iter().find(|one| one.id == id).map(|one| one.inbox);
    let mine = |one: &inbound::Inbound| inbox(one.channel).is_some_and(|inbox| can(actor, Permission::InboxManage, Subject::Inbox(inbox)));
    let shown = |one: inbound::Inbound| Failed {
        id: one.id,
        channel: one.channel,
        received_at: one.received_at,
        problem: one.problem.unwrap_or_default(),
    };
    Ok(all.into_iter().filter(mine).map(shown).collect())
}

/// Lets a mail be read again.
pub async fn again(app: &App, actor: &Actor, id: InboundId) -> Result<()> {
    require_somewhere(actor, Permission::InboxManage)?;
    let (actor, job) = (actor.clone(), app.ids.make());
    app.db
        .write(Queue::People, move |tx| {
            let kept = inbound::lock(tx, id)?;
            let inbox = channel::get(tx, kept.channel)?.inbox;
            require(&actor, Permission::InboxManage, Subject::Inbox(inbox)).map_err(|_| Error::NotFound)?;
            if !inbound::again(tx, id)? {
                return Err(Error::Conflict("it did not fail"));
            }
            let now = tx.now();
            job::insert(tx, &work::reading(job, &id.to_string(), now))?;
            audit::record(tx, &actor, "mail.read_again", ("inbound", id.0), json!({}))
        })
        .await
}
