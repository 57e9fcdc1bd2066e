//! A new master key: from its first command on it wraps what is new, then all that was wrapped before, in pieces.

use super::Progress;
use crate::erasure::order_clean;
use crate::keywork::{Lease, QUEUE};
use crate::rights::require_everywhere;
use crate::{App, Error, Result, audit};
use candor_domain::actor::Actor;
use candor_domain::permission::Permission;
use candor_store::job::{self, NewJob};
use candor_store::keys::{self, Rewrapped};
use candor_store::{KeyId, MasterKey, Query, Queue, usage};
use serde_json::json;
use uuid::Uuid;

/// The kind of the job; its key is the same word.
pub(crate) const REWRAP: &str = "rewrap";
/// Keys one command wraps.
const PIECE: i64 = 100;

/// Begins to wrap with the first of these keys; the one in use is among the others. Other nodes must be stopped: they do not
/// have the new key yet.
pub async fn rotate_master(app: &App, actor: &Actor, to: MasterKey) -> Result<()> {
    require_everywhere(actor, Permission::SettingsManage)?;
    let (actor, keys, id) = (actor.clone(), to.clone(), app.ids.make::<Uuid>());
    app.db
        .write(Queue::People, move |tx| {
            if usage::other_nodes(tx)? > 0 {
                return Err(Error::Conflict("other nodes serve this database: stop them, change the key, give it to them, start them"));
            }
            let from = keys::masters(tx)?.into_iter().find(|one| one.current).map(|one| one.name);
            keys::begin_rotation(tx, &keys).map_err(said)?;
            let data = json!({ "from": from, "to": keys.name().to_string() });
            audit::record(tx, &actor, "key.master_changed", ("workspace", Uuid::nil()), data)?;
            let body = Progress { total: usage::keys(tx)?, ..Progress::default() }.text();
            let now = tx.now();
            let new = NewJob {
                id,
                queue: QUEUE,
                kind: REWRAP,
                unique_key: Some(REWRAP),
                stream: None,
                body: &body,
                due_at: now,
                max_tries: i64::MAX,
            };
            job::insert(tx, &new)?;
            Ok(())
        })
        .await?;
    app.db.use_master(to);
    Ok(())
}

/// What the store says of keys that do not fit is for the operator.
fn said(error: candor_store::Error) -> Error {
    match error {
        candor_store::Error::Invalid(why) => Error::invalid("master_key", why),
        other => other.into(),
    }
}

/// Goes over all keys until a whole pass finds nothing to change.
pub(crate) async fn rewrap(app: &App, lease: &mut Lease) -> Result<()> {
    let mut progress = Progress::read(&lease.job.body)?;
    loop {
        let after = KeyId(progress.after);
        let Rewrapped { last, changed } = app.db.write(Queue::Machines, move |tx| Ok::<_, Error>(keys::rewrap(tx, after, PIECE)?)).await?;
        let changed = i64::try_from(changed).unwrap_or(i64::MAX);
        progress.done += changed;
        progress.changed += changed;
        match last {
            Some(last) => progress.after = last.0,
            None if progress.changed > 0 => (progress.after, progress.changed) = (Uuid::nil(), 0),
            None => break,
        }
        lease.note(app, progress.text()).await?;
    }
    let job = lease.job.clone();
    app.db
        .write(Queue::Machines, move |tx| {
            keys::end_rotation(tx)?;
            job::finish(tx, &job)?;
            let data = json!({ "keys": progress.done });
            audit::record(tx, &Actor::machine("keys"), "key.master_changed_everywhere", ("workspace", Uuid::nil()), data)?;
            // What the old master key wrapped is not to be found in the files any more.
            order_clean(tx)
        })
        .await
}
