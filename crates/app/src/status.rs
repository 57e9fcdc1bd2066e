//! Statuses: the desk's own names for the states of a case. The categories behind them are fixed.

use crate::rights::require_everywhere;
use crate::usage::{refuse_used, still_unused};
use crate::{App, Error, Result, audit, workspace};
use candor_domain::actor::Actor;
use candor_domain::conversation::Category;
use candor_domain::id::StatusId;
use candor_domain::locale::{ByLocale, Locale};
use candor_domain::permission::Permission;
use candor_domain::staff::display_name;
use candor_store::status::{self, Status};
use candor_store::usage::Thing;
use candor_store::{Note, Pool, Queue, Tx};
use serde_json::json;

const MAX_NAME: usize = 40;
const MAX_STATUSES: usize = 60;

/// What is changed; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct Patch {
    pub names: Option<ByLocale>,
    pub category: Option<Category>,
    pub position: Option<i64>,
}

pub async fn list(app: &App) -> Result<Vec<Status>> {
    app.db.read(Pool::Quick, |rx| Ok(status::list(rx)?)).await
}

pub async fn get(app: &App, id: StatusId) -> Result<Status> {
    app.db.read(Pool::Quick, move |rx| Ok(status::get(rx, id)?)).await
}

/// Without a position it comes last in its category.
pub async fn create(app: &App, actor: &Actor, names: ByLocale, category: Category, position: Option<i64>) -> Result<Status> {
    require_everywhere(actor, Permission::StatusManage)?;
    let (actor, id, names) = (actor.clone(), app.ids.make(), named(names)?);
    app.db
        .write(Queue::People, move |tx| {
            let others = others(tx, id, &names)?;
            if others.len() >= MAX_STATUSES {
                return Err(Error::Conflict("there are 60 statuses already"));
            }
            let last = others.iter().filter(|other| other.category == category).map(|other| other.position + 1).max();
            let position = placed(position.or(last).unwrap_or(0))?;
            let status = Status { id, names: names.clone(), category, position, builtin: false, version: 1 };
            status::insert(tx, &status)?;
            audit::record(tx, &actor, "status.created", ("status", id.0), json!({ "category": category }))?;
            tx.note(Note::Settings);
            Ok(status)
        })
        .await
}

pub async fn update(app: &App, actor: &Actor, id: StatusId, patch: Patch, expected: Option<i64>) -> Result<Status> {
    require_everywhere(actor, Permission::StatusManage)?;
    let names = patch.names.map(named).transpose()?;
    let position = patch.position.map(placed).transpose()?;
    // A conversation carries its category beside its status, so a status that is used keeps its own.
    let since = match patch.category {
        Some(category) if app.db.read(Pool::Quick, move |rx| status::get(rx, id)).await?.category != category => {
            Some((category, refuse_used(app, Thing::Status(id)).await?))
        }
        _ => None,
    };
    let actor = actor.clone();
    app.db
        .write(Queue::People, move |tx| {
            let mut status = status::lock(tx, id)?;
            if expected.is_some_and(|expected| expected != status.version) {
                return Err(Error::Stale);
            }
            if let Some((category, since)) = since {
                if status.builtin {
                    return Err(Error::Conflict("a status that came with the desk keeps its category"));
                }
                still_unused(tx, Thing::Status(id), since)?;
                status.category = category;
            }
            status.names = names.clone().unwrap_or(status.names);
            status.position = position.unwrap_or(status.position);
            others(tx, id, &status.names)?;
            status::update(tx, &status)?;
            audit::record(
                tx,
                &actor,
                "status.changed",
                ("status", id.0),
                json!({ "category": status.category, "position": status.position }),
            )?;
            tx.note(Note::Settings);
            Ok(status::get(tx, id)?)
        })
        .await
}

pub async fn delete(app: &App, actor: &Actor, id: StatusId) -> Result<()> {
    require_everywhere(actor, Permission::StatusManage)?;
    let actor = actor.clone();
    let since = refuse_used(app, Thing::Status(id)).await?;
    app.db
        .write(Queue::People, move |tx| {
            if status::lock(tx, id)?.builtin {
                return Err(Error::Conflict("a status that came with the desk stays"));
            }
            still_unused(tx, Thing::Status(id), since)?;
            status::delete(tx, id)?;
            audit::record(tx, &actor, "status.deleted", ("status", id.0), json!({}))?;
            tx.note(Note::Settings);
            Ok(())
        })
        .await
}

/// All other statuses, none of which may have the same name in the same language.
fn others(tx: &mut Tx<'_>, id: StatusId, names: &ByLocale) -> Result<Vec<Status>> {
    workspace::hold(tx)?;
    let others: Vec<Status> = status::list(tx)?.into_iter().filter(|other| other.id != id).collect();
    let same = |other: &Status| names.0.iter().any(|(locale, name)| other.names.get(*locale) == Some(name));
    if others.iter().any(same) { Err(Error::Duplicate("name")) } else { Ok(others) }
}

/// A name in every language: a customer reads it in theirs.
fn named(names: ByLocale) -> Result<ByLocale> {
    let named = Locale::ALL.iter().map(|locale| Some((*locale, display_name(names.get(*locale)?, MAX_NAME)?)));
    let named: Option<_> = named.collect();
    named.map(ByLocale).ok_or_else(|| Error::invalid("name", "1 to 40 characters in each language"))
}

fn placed(position: i64) -> Result<i64> {
    if (0..=1000).contains(&position) { Ok(position) } else { Err(Error::invalid("position", "0 to 1000")) }
}
