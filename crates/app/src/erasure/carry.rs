//! One erasure, from its order to the last wiped row. Every step looks at what is left, so a second run goes on where a killed
//! one stopped.

use super::order_clean;
use crate::conversation::shut_erased;
use crate::keywork::Lease;
use crate::{App, Error, Result, audit};
use candor_domain::actor::Actor;
use candor_domain::id::{ContactId, ConversationId, FileId};
use candor_store::erasure::{self, Erasure, State};
use candor_store::{OldCopy, Pool, Queue, conversation, old_copies};
use serde_json::json;
use uuid::Uuid;

/// Messages one command wipes, and files one look finds.
const PIECE: i64 = 40;

pub(crate) async fn carry_out(app: &App, lease: &mut Lease) -> Result<()> {
    let id: Uuid = lease.job.body.parse().map_err(|_| Error::Broken("an erasure job without its id".into()))?;
    let order = app.db.read(Pool::Quick, move |rx| Ok::<_, Error>(erasure::get(rx, id)?)).await?;
    let cases = cases_of(app, order.contact).await?;
    for case in &cases {
        shut(app, &order, *case).await?;
        lease.keep(app).await?;
    }
    destroy(app, &order).await?;
    for case in cases {
        while wipe(app, id, case).await? > 0 {
            lease.keep(app).await?;
        }
    }
    wipe_files(app, &order, lease).await?;
    while drop_sessions(app, order.contact).await? > 0 {}
    let job = lease.job.clone();
    app.db
        .write(Queue::Machines, move |tx| {
            if erasure::set_wiped(tx, id)? {
                order_clean(tx)?;
            }
            Ok::<_, Error>(candor_store::job::finish(tx, &job)?)
        })
        .await
}

async fn cases_of(app: &App, of: ContactId) -> Result<Vec<ConversationId>> {
    app.db.read(Pool::Slow, move |rx| Ok::<_, Error>(conversation::about(rx, of)?)).await
}

/// Shuts a case and removes the bytes of files that only unsent words named.
async fn shut(app: &App, order: &Erasure, case: ConversationId) -> Result<()> {
    let id = order.id;
    let shut = app.db.write(Queue::Machines, move |tx| shut_erased(tx, id, case)).await?;
    for file in shut.files {
        remove_bytes(app, file).await?;
    }
    Ok(())
}

/// The keys: first on the list outside the database, then gone from it.
async fn destroy(app: &App, order: &Erasure) -> Result<()> {
    let (of, db) = (order.contact, app.db.clone());
    let keys = app.db.read(Pool::Quick, move |rx| Ok::<_, Error>(erasure::keys_of(rx, of)?)).await?;
    if keys.is_empty() && order.state != State::Asked {
        return Ok(());
    }
    let (listed, dir) = (keys.clone(), app.config.dir.clone());
    let copies = tokio::task::spawn_blocking(move || db.list_as_erased(&listed).and_then(|()| old_copies(&dir)))
        .await
        .map_err(|error| Error::Broken(error.to_string()))??;
    let (order, copies) = (order.clone(), named(&copies));
    app.db
        .write(Queue::Machines, move |tx| {
            erasure::destroy(tx, &order, &keys, &copies)?;
            let data = json!({ "erasure": order.id, "keys": keys.len() });
            audit::record(tx, &Actor::machine("erasure"), "contact.erased", ("contact", order.contact.0), data)
        })
        .await
}

/// Copies of the database by the names of their files, with the time they go.
fn named(copies: &[OldCopy]) -> String {
    let name = |copy: &OldCopy| copy.path.file_name().map(|name| name.to_string_lossy().into_owned());
    json!(copies.iter().map(|copy| json!({ "name": name(copy), "until": copy.until })).collect::<Vec<_>>()).to_string()
}

async fn wipe(app: &App, order: Uuid, case: ConversationId) -> Result<usize> {
    let wiped = app.db.write(Queue::Machines, move |tx| Ok::<_, Error>(erasure::wipe(tx, order, case, PIECE)?)).await?;
    Ok(wiped.messages)
}

/// Bytes go before their rows, so that a row that is gone means bytes that are gone.
async fn wipe_files(app: &App, order: &Erasure, lease: &mut Lease) -> Result<()> {
    let (id, of) = (order.id, order.contact);
    loop {
        let files = app.db.read(Pool::Slow, move |rx| Ok::<_, Error>(erasure::files(rx, of, PIECE)?)).await?;
        if files.is_empty() {
            return Ok(());
        }
        for file in &files {
            remove_bytes(app, *file).await?;
        }
        app.db
            .write(Queue::Machines, move |tx| {
                files.iter().try_for_each(|file| erasure::forget_file(tx, id, *file))?;
                Ok::<_, Error>(())
            })
            .await?;
        lease.keep(app).await?;
    }
}

async fn remove_bytes(app: &App, file: FileId) -> Result<()> {
    app.blobs.remove(file).await.map_err(|source| Error::Io { what: "the folder of files", source })
}

async fn drop_sessions(app: &App, of: ContactId) -> Result<usize> {
    app.db.write(Queue::Machines, move |tx| Ok::<_, Error>(erasure::drop_sessions(tx, of)?)).await
}
