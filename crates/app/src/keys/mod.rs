//! Changing keys while the desk runs: the master key, by wrapping all keys anew, and customers' keys, by sealing all cells anew.
//! Only the operator does this, from the command line; every change is on record.

mod renew;
mod rewrap;

pub use renew::renew_customers;
pub(crate) use renew::{RENEW, renew};
pub use rewrap::rotate_master;
pub(crate) use rewrap::{REWRAP, rewrap};

use crate::keywork::QUEUE;
use crate::rights::require_everywhere;
use crate::{App, Error, Result};
use candor_domain::actor::Actor;
use candor_domain::permission::Permission;
use candor_store::keys::{self, Master};
use candor_store::{Pool, job};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How far a job over all keys is. Stands in the job's body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The last one that is done.
    pub after: Uuid,
    pub done: i64,
    pub total: i64,
    /// What this pass changed.
    pub changed: i64,
    /// Old keys that stay because the audit log says something under them.
    pub kept: i64,
}

impl Progress {
    fn read(body: &str) -> Result<Self> {
        serde_json::from_str(body).map_err(|error| Error::Broken(format!("a job's progress: {error}")))
    }

    fn text(&self) -> String {
        serde_json::to_string(self).expect("numbers always serialise")
    }
}

/// What is known of keys, by name and number; never a key.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    pub masters: Vec<MasterView>,
    /// How far wrapping under a new master key is, while it lasts.
    pub rewrapping: Option<Progress>,
    /// How far sealing under new customers' keys is, while it lasts.
    pub renewing: Option<Progress>,
}

/// A master key by its name.
#[derive(Clone, Debug, Serialize)]
pub struct MasterView {
    pub name: String,
    pub current: bool,
    pub since: i64,
    pub removable_at: Option<i64>,
}

impl From<Master> for MasterView {
    fn from(master: Master) -> Self {
        let Master { name, current, since, removable_at } = master;
        Self { name, current, since, removable_at }
    }
}

pub async fn status(app: &App, actor: &Actor) -> Result<Status> {
    require_everywhere(actor, Permission::SettingsManage)?;
    app.db
        .read(Pool::Quick, |rx| {
            let mut of = |kind| job::of_kind(rx, QUEUE, kind)?.first().map(|job| Progress::read(&job.body)).transpose();
            let (rewrapping, renewing) = (of(REWRAP)?, of(RENEW)?);
            Ok(Status { masters: keys::masters(rx)?.into_iter().map(Into::into).collect(), rewrapping, renewing })
        })
        .await
}
