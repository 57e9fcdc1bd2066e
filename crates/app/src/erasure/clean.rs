//! Clearing the database of what it keeps of wiped rows, once for all erasures that wait for it; only then are they done.

use crate::keywork::{Lease, QUEUE};
use crate::{App, Error, Result, audit};
use candor_domain::actor::Actor;
use candor_store::job::{self, NewJob};
use candor_store::scrub::{self, Cleared};
use candor_store::{Pool, Query, Queue, Tx, erasure};
use serde_json::json;
use uuid::Uuid;

/// The kind of the one job that clears; its key is the same word.
pub(crate) const CLEAN: &str = "clean";
/// Erasures one run reports as done.
const AT_ONCE: i64 = 50;
/// How soon a log that somebody reads is cut again, in milliseconds.
const SOON: i64 = 500;

/// Leaves the job that clears the database; one at a time.
pub(crate) fn order_clean(tx: &mut Tx<'_>) -> Result<()> {
    let now = tx.now();
    // One job at a time, so its id may follow from its name.
    let id = Uuid::from_u128(0x636c_6561_6e00_7000_8000_0000_0000_0001);
    let new = NewJob { id, queue: QUEUE, kind: CLEAN, unique_key: Some(CLEAN), stream: None, body: "", due_at: now, max_tries: i64::MAX };
    job::insert(tx, &new)?;
    Ok(())
}

pub(crate) async fn clean(app: &App, lease: &mut Lease) -> Result<()> {
    let (waiting, due) = app.db.read(Pool::Slow, |rx| Ok::<_, Error>((erasure::wiped(rx, AT_ONCE)?, scrub::due_at(rx)?))).await?;
    if due > app.now() {
        return lease.put_off(app, due).await;
    }
    merge_index(app, lease).await?;
    if !app.db.write(Queue::Machines, |tx| Ok::<_, Error>(scrub::rewrite_keys(tx)?)).await? {
        tracing::warn!("there are too many keys to write their table anew while the desk runs; docs/erasure.md says what that means");
    }
    lease.keep(app).await?;
    let db = app.db.clone();
    let cleared = lease
        .keeping(app, tokio::task::spawn_blocking(move || db.clear_files()))
        .await?
        .map_err(|error| Error::Broken(error.to_string()))??;
    if cleared == Cleared::Busy {
        return lease.put_off(app, app.now() + SOON).await;
    }
    let job = lease.job.clone();
    app.db
        .write(Queue::Machines, move |tx| {
            scrub::note_done(tx)?;
            job::finish(tx, &job)?;
            for one in &waiting {
                if erasure::set_done(tx, one.id)? {
                    audit::record(
                        tx,
                        &Actor::machine("erasure"),
                        "contact.erasure_done",
                        ("contact", one.contact.0),
                        json!({ "erasure": one.id }),
                    )?;
                }
            }
            // More were wiped while this ran.
            if erasure::wiped(tx, 1)?.is_empty() { Ok(()) } else { order_clean(tx) }
        })
        .await
}

/// Merges the text index until nothing older than the wiping is left in it.
async fn merge_index(app: &App, lease: &mut Lease) -> Result<()> {
    let mut first = true;
    loop {
        let more = app.db.write(Queue::Machines, move |tx| Ok::<_, Error>(scrub::merge_index(tx, first)?)).await?;
        if !more && !first {
            return Ok(());
        }
        first = false;
        lease.keep(app).await?;
    }
}
