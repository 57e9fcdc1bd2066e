//! New keys for all customers: one after the other, each cell sealed anew.

use super::Progress;
use crate::erasure::order_clean;
use crate::keywork::{Lease, QUEUE};
use crate::rights::require_everywhere;
use crate::{App, Error, Result, audit};
use candor_domain::actor::Actor;
use candor_domain::id::{ContactId, ConversationId};
use candor_domain::permission::Permission;
use candor_store::job::{self, NewJob};
use candor_store::keys::{self, Renewal};
use candor_store::{Pool, Query, Queue, contact, conversation, usage};
use serde_json::json;
use uuid::Uuid;

/// The kind of the job; its key is the same word.
pub(crate) const RENEW: &str = "renew";
/// Messages and files one command seals anew.
const PIECE: i64 = 40;
/// Contacts one look finds.
const CONTACTS: i64 = 200;

/// Begins to give every customer a new key.
pub async fn renew_customers(app: &App, actor: &Actor) -> Result<()> {
    require_everywhere(actor, Permission::SettingsManage)?;
    let (actor, id) = (actor.clone(), app.ids.make::<Uuid>());
    app.db
        .write(Queue::People, move |tx| {
            let body = Progress { total: usage::contacts(tx)?, ..Progress::default() }.text();
            let now = tx.now();
            let new = NewJob {
                id,
                queue: QUEUE,
                kind: RENEW,
                unique_key: Some(RENEW),
                stream: None,
                body: &body,
                due_at: now,
                max_tries: i64::MAX,
            };
            if !job::insert(tx, &new)? {
                return Err(Error::Conflict("customers get new keys already"));
            }
            audit::record(tx, &actor, "key.customers_renewed", ("workspace", Uuid::nil()), json!({}))
        })
        .await
}

/// Goes over all contacts in the order of their ids.
pub(crate) async fn renew(app: &App, lease: &mut Lease) -> Result<()> {
    let mut progress = Progress::read(&lease.job.body)?;
    loop {
        let after = ContactId(progress.after);
        let piece = app.db.read(Pool::Quick, move |rx| Ok::<_, Error>(contact::ids_after(rx, after, CONTACTS)?)).await?;
        if piece.is_empty() {
            break;
        }
        for id in piece {
            progress.kept += i64::try_from(one(app, id, lease).await?).unwrap_or(0);
            progress.done += 1;
            progress.after = id.0;
            lease.note(app, progress.text()).await?;
        }
    }
    let job = lease.job.clone();
    app.db
        .write(Queue::Machines, move |tx| {
            job::finish(tx, &job)?;
            let data = json!({ "contacts": progress.done, "kept": progress.kept });
            audit::record(tx, &Actor::machine("keys"), "key.customers_renewed_all", ("workspace", Uuid::nil()), data)?;
            order_clean(tx)
        })
        .await
}

/// One customer; says how many old keys stay. Whoever was erased meanwhile is passed over.
async fn one(app: &App, id: ContactId, lease: &mut Lease) -> Result<usize> {
    let Some(renewal) = app.db.write(Queue::Machines, move |tx| Ok::<_, Error>(keys::renew_contact(tx, id)?)).await? else { return Ok(0) };
    let cases = app.db.read(Pool::Slow, move |rx| Ok::<_, Error>(conversation::sealed_for(rx, id)?)).await?;
    for case in cases {
        renew_case(app, &renewal, case, lease).await?;
    }
    let mut after = Uuid::nil();
    loop {
        let its = renewal.clone();
        let piece = app.db.write(Queue::Machines, move |tx| Ok::<_, Error>(keys::renew_files(tx, &its, after, PIECE)?)).await?;
        let Some(last) = piece else { break };
        after = last;
        lease.keep(app).await?;
    }
    app.db.write(Queue::Machines, move |tx| Ok::<_, Error>(keys::retire_keys(tx, &renewal)?)).await
}

async fn renew_case(app: &App, renewal: &Renewal, case: ConversationId, lease: &mut Lease) -> Result<()> {
    let its = renewal.clone();
    if !app.db.write(Queue::Machines, move |tx| Ok::<_, Error>(keys::renew_case(tx, &its, case)?)).await? {
        return Ok(());
    }
    let mut seq = 0;
    loop {
        let its = renewal.clone();
        let piece = app.db.write(Queue::Machines, move |tx| Ok::<_, Error>(keys::renew_messages(tx, &its, case, seq, PIECE)?)).await?;
        let Some(last) = piece else { return Ok(()) };
        seq = last;
        lease.keep(app).await?;
    }
}
