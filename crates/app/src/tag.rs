//! Tags: the desk's labels for conversations.

use crate::rights::require_everywhere;
use crate::usage::{refuse_used, still_unused};
use crate::{App, Error, Result, audit};
use candor_domain::actor::Actor;
use candor_domain::id::TagId;
use candor_domain::permission::Permission;
use candor_domain::staff::{Colour, display_name};
use candor_store::tag::{self, Tag};
use candor_store::usage::Thing;
use candor_store::{Note, Pool, Queue};
use serde_json::json;

const MAX_NAME: usize = 40;

/// What is changed; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct Patch {
    pub name: Option<String>,
    pub colour: Option<Colour>,
}

pub async fn list(app: &App) -> Result<Vec<Tag>> {
    app.db.read(Pool::Quick, |rx| Ok(tag::list(rx)?)).await
}

pub async fn get(app: &App, id: TagId) -> Result<Tag> {
    app.db.read(Pool::Quick, move |rx| Ok(tag::get(rx, id)?)).await
}

pub async fn create(app: &App, actor: &Actor, name: &str, colour: Colour) -> Result<Tag> {
    require_everywhere(actor, Permission::TagManage)?;
    let (actor, tag) = (actor.clone(), Tag { id: app.ids.make(), name: named(name)?, colour, version: 1 });
    app.db
        .write(Queue::People, move |tx| {
            tag::insert(tx, &tag).map_err(taken)?;
            audit::record(tx, &actor, "tag.created", ("tag", tag.id.0), json!({}))?;
            tx.note(Note::Settings);
            Ok(tag.clone())
        })
        .await
}

pub async fn update(app: &App, actor: &Actor, id: TagId, patch: Patch, expected: Option<i64>) -> Result<Tag> {
    require_everywhere(actor, Permission::TagManage)?;
    let name = patch.name.as_deref().map(named).transpose()?;
    let actor = actor.clone();
    app.db
        .write(Queue::People, move |tx| {
            let mut tag = tag::lock(tx, id)?;
            if expected.is_some_and(|expected| expected != tag.version) {
                return Err(Error::Stale);
            }
            tag.name = name.clone().unwrap_or(tag.name);
            tag.colour = patch.colour.unwrap_or(tag.colour);
            tag::update(tx, &tag).map_err(taken)?;
            audit::record(tx, &actor, "tag.changed", ("tag", id.0), json!({}))?;
            tx.note(Note::Settings);
            Ok(tag::get(tx, id)?)
        })
        .await
}

pub async fn delete(app: &App, actor: &Actor, id: TagId) -> Result<()> {
    require_everywhere(actor, Permission::TagManage)?;
    let actor = actor.clone();
    let since = refuse_used(app, Thing::Tag(id)).await?;
    app.db
        .write(Queue::People, move |tx| {
            tag::lock(tx, id)?;
            still_unused(tx, Thing::Tag(id), since)?;
            tag::delete(tx, id)?;
            audit::record(tx, &actor, "tag.deleted", ("tag", id.0), json!({}))?;
            tx.note(Note::Settings);
            Ok(())
        })
        .await
}

fn named(name: &str) -> Result<String> {
    display_name(name, MAX_NAME).ok_or_else(|| Error::invalid("name", "1 to 40 characters"))
}

fn taken(error: candor_store::Error) -> Error {
    Error::or_duplicate(error, "tag", "name", "name")
}
