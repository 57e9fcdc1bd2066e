//! What holds for the whole desk: its name, its language, which role is the administrators'.

use crate::rights::{administers, require_everywhere};
use crate::{App, Error, Result, audit};
use candor_domain::actor::Actor;
use candor_domain::id::RoleId;
use candor_domain::locale::Locale;
use candor_domain::permission::Permission;
use candor_domain::staff::display_name;
use candor_store::{Note, Pool, Query, Queue, Tx, agent_role, setting};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

const KEY: &str = "workspace";
const MAX_NAME: usize = 60;

/// The desk's own settings as they are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workspace {
    pub name: String,
    pub default_locale: Locale,
    /// The role that has every permission.
    pub admin_role: RoleId,
}

/// What is changed; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct Patch {
    pub name: Option<String>,
    pub default_locale: Option<Locale>,
}

fn parse(kept: &str) -> Result<Workspace> {
    serde_json::from_str(kept).map_err(|error| Error::Broken(format!("setting workspace: {error}")))
}

/// The settings and their version; not there before the first start has filled the desk.
pub fn find(q: &mut impl Query) -> Result<Option<(Workspace, i64)>> {
    let found = setting::get(q, KEY)?;
    found.map(|found| Ok((parse(&found.value)?, found.version))).transpose()
}

pub fn get(q: &mut impl Query) -> Result<(Workspace, i64)> {
    find(q)?.ok_or(Error::NotFound)
}

/// The settings, held until the command ends: rules over several rows are checked by one command at a time.
pub(crate) fn hold(tx: &mut Tx<'_>) -> Result<(Workspace, i64)> {
    let found = setting::lock(tx, KEY)?.ok_or(Error::NotFound)?;
    Ok((parse(&found.value)?, found.version))
}

/// Writes them for the first time; `Duplicate` when another node was faster.
pub(crate) fn insert(tx: &mut Tx<'_>, workspace: &Workspace) -> Result<()> {
    setting::insert(tx, KEY, &text(workspace)?).map_err(|error| Error::or_duplicate(error, "setting", "key", "workspace"))
}

fn text(workspace: &Workspace) -> Result<String> {
    serde_json::to_string(workspace).map_err(|error| Error::Broken(format!("setting workspace: {error}")))
}

pub async fn read(app: &App, actor: &Actor) -> Result<(Workspace, i64)> {
    require_everywhere(actor, Permission::SettingsManage)?;
    app.db.read(Pool::Quick, |rx| get(rx)).await
}

pub async fn update(app: &App, actor: &Actor, patch: Patch, expected: Option<i64>) -> Result<(Workspace, i64)> {
    require_everywhere(actor, Permission::SettingsManage)?;
    let name =
        patch.name.map(|name| display_name(&name, MAX_NAME).ok_or_else(|| Error::invalid("name", "1 to 60 characters"))).transpose()?;
    let actor = actor.clone();
    app.db
        .write(Queue::People, move |tx| {
            let (mut workspace, version) = hold(tx)?;
            if expected.is_some_and(|expected| expected != version) {
                return Err(Error::Stale);
            }
            workspace.name = name.clone().unwrap_or(workspace.name);
            workspace.default_locale = patch.default_locale.unwrap_or(workspace.default_locale);
            setting::put(tx, KEY, &text(&workspace)?)?;
            audit::record(
                tx,
                &actor,
                "settings.changed",
                ("workspace", Uuid::nil()),
                json!({ "default_locale": workspace.default_locale }),
            )?;
            tx.note(Note::Settings);
            get(tx)
        })
        .await
}

/// Makes a change after which there must still be an administrator, if there was one.
pub(crate) fn keeping_an_admin<T>(tx: &mut Tx<'_>, change: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
    hold(tx)?;
    let before = has_admin(tx)?;
    let changed = change(tx)?;
    if before && !has_admin(tx)? {
        return Err(Error::LastAdmin);
    }
    Ok(changed)
}

fn has_admin(q: &mut impl Query) -> Result<bool> {
    Ok(agent_role::everywhere(q)?.values().any(administers))
}
