//! Inboxes: where conversations arrive, who may write there, how customers' identities are signed.

mod change;
mod key;
mod office;
mod snippet;

pub(crate) use change::insert;
pub use change::{New, Patch, create, delete, rotate_secret, update};
pub(crate) use office::Office;
pub use snippet::snippet;

use crate::rights::{require, require_somewhere};
use crate::{App, Error, Result};
use candor_domain::actor::Actor;
use candor_domain::id::InboxId;
use candor_domain::permission::{Permission, Subject, can};
use candor_store::Pool;
use candor_store::inbox::{self, Inbox};

/// The inboxes the actor may set up.
pub async fn list(app: &App, actor: &Actor) -> Result<Vec<Inbox>> {
    require_somewhere(actor, Permission::InboxManage)?;
    let all = app.db.read(Pool::Quick, |rx| inbox::list(rx)).await.map_err(Error::from)?;
    Ok(all.into_iter().filter(|inbox| can(actor, Permission::InboxManage, Subject::Inbox(inbox.id))).collect())
}

pub async fn get(app: &App, actor: &Actor, id: InboxId) -> Result<Inbox> {
    reach(actor, id)?;
    app.db.read(Pool::Quick, move |rx| Ok(inbox::get(rx, id)?)).await
}

/// Whoever sets up other inboxes is told that this one is not there.
fn reach(actor: &Actor, id: InboxId) -> Result<()> {
    require_somewhere(actor, Permission::InboxManage)?;
    require(actor, Permission::InboxManage, Subject::Inbox(id)).map_err(|_| Error::NotFound)
}
