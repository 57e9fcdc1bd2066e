//! Mail that became no message, because it could not or because its sender is blocked: seen by whoever sets up the inbox, and read again.

use super::work;
use crate::rights::{require, require_somewhere};
use crate::{App, Error, Result, audit};
use candor_domain::actor::Actor;
use candor_domain::block::BlockKind;
use candor_domain::id::{ChannelId, InboundId};
use candor_domain::permission::{Permission, Subject, can};
use candor_store::inbound::{self, State};
use candor_store::{Pool, Query, Queue, channel, job};
use serde_json::json;

/// How many are shown.
const SHOWN: i64 = 200;

/// Why a mail became no message, where the desk knows it: words for programs, which a screen says in its reader's language.
pub mod unread {
    /// The inbox it came to is switched off.
    pub const INBOX_OFF: &str = "inbox_off";
    /// Each time it was read by itself, the process ended.
    pub const ENDED_PROCESS: &str = "ended_process";
}

/// A mail that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    pub id: InboundId,
    pub channel: ChannelId,
    pub received_at: i64,
    /// Why: a word of [`unread`], else what the error says; names no person and no word of theirs.
    pub problem: String,
}

/// A mail whose sender is not heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocked {
    pub id: InboundId,
    pub channel: ChannelId,
    pub received_at: i64,
    pub what: BlockKind,
}

/// The oldest mails that failed, of the inboxes the actor may set up.
pub async fn failed(app: &App, actor: &Actor) -> Result<Vec<Failed>> {
    let shown = |one: inbound::Inbound| Failed {
        id: one.id,
        channel: one.channel,
        received_at: one.received_at,
        problem: one.problem.unwrap_or_default(),
    };
    Ok(apart(app, actor, State::Failed).await?.into_iter().map(shown).collect())
}

/// The oldest mails of blocked senders, of the inboxes the actor may set up.
pub async fn blocked(app: &App, actor: &Actor) -> Result<Vec<Blocked>> {
    let shown = |one: inbound::Inbound| {
        let what = one.problem.as_deref().and_then(BlockKind::parse);
        let what = what.ok_or_else(|| Error::Broken("a blocked mail that does not say what is blocked".into()))?;
        Ok(Blocked { id: one.id, channel: one.channel, received_at: one.received_at, what })
    };
    apart(app, actor, State::Blocked).await?.into_iter().map(shown).collect()
}

async fn apart(app: &App, actor: &Actor, state: State) -> Result<Vec<inbound::Inbound>> {
    require_somewhere(actor, Permission::InboxManage)?;
    let (all, channels) =
        app.db.read(Pool::Quick, move |rx| Ok::<_, Error>((inbound::open(rx, state, SHOWN)?, channel::list(rx)?))).await?;
    let inbox = |id: ChannelId| channels.iter().find(|one| one.id == id).map(|one| one.inbox);
    let mine = |one: &inbound::Inbound| inbox(one.channel).is_some_and(|inbox| can(actor, Permission::InboxManage, Subject::Inbox(inbox)));
    Ok(all.into_iter().filter(mine).collect())
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
                return Err(Error::Conflict("nothing kept it from being read"));
            }
            let now = tx.now();
            job::insert(tx, &work::reading(job, &id.to_string(), now))?;
            audit::record(tx, &actor, "mail.read_again", ("inbound", id.0), json!({}))
        })
        .await
}
