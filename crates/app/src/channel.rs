//! Channels: the ways of mail into an inbox and out of it, as administrators set them up.

mod secret;

pub use candor_store::mailbox::Reading;
pub use secret::Secret;

use crate::rights::{require, require_somewhere};
use crate::{App, Error, Result, audit};
use candor_domain::actor::Actor;
use candor_domain::channel::{ChannelKind, ChannelSettings};
use candor_domain::id::{ChannelId, InboxId};
use candor_domain::inbox::Channel as Medium;
use candor_domain::permission::{Permission, Subject, can};
use candor_domain::staff::display_name;
use candor_store::channel::{self, Channel};
use candor_store::{Note, Pool, Queue, inbox, mailbox};
use serde_json::json;
use std::collections::HashMap;

const MAX_NAME: usize = 60;

/// A new channel.
#[derive(Clone, Debug)]
pub struct New {
    pub inbox: InboxId,
    pub kind: ChannelKind,
    pub name: String,
    pub settings: ChannelSettings,
    pub secret: Option<Secret>,
}

/// What is changed; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct Patch {
    pub name: Option<String>,
    pub enabled: Option<bool>,
    pub settings: Option<ChannelSettings>,
    pub secret: Option<Option<Secret>>,
}

/// The channels of the inboxes the actor may set up.
pub async fn list(app: &App, actor: &Actor) -> Result<Vec<Channel>> {
    require_somewhere(actor, Permission::InboxManage)?;
    let all = app.db.read(Pool::Quick, |rx| Ok::<_, Error>(channel::list(rx)?)).await?;
    Ok(all.into_iter().filter(|one| can(actor, Permission::InboxManage, Subject::Inbox(one.inbox))).collect())
}

pub async fn get(app: &App, actor: &Actor, id: ChannelId) -> Result<Channel> {
    require_somewhere(actor, Permission::InboxManage)?;
    let found = app.db.read(Pool::Quick, move |rx| Ok::<_, Error>(channel::get(rx, id)?)).await?;
    reach(actor, found.inbox)?;
    Ok(found)
}

/// How reading goes, for those of the channels that are mailboxes and were ever read.
pub async fn readings(app: &App) -> Result<HashMap<ChannelId, Reading>> {
    app.db.read(Pool::Quick, |rx| Ok::<_, Error>(mailbox::readings(rx)?)).await
}

/// The listener that takes mail to this address, for whoever hands it over.
pub async fn of_address(app: &App, address: &str) -> Result<Option<Channel>> {
    let all = app.db.read(Pool::Quick, |rx| Ok::<_, Error>(channel::list(rx)?)).await?;
    Ok(all.into_iter().find(|one| one.enabled && one.kind == ChannelKind::Listener && one.settings.takes(address)))
}

pub async fn create(app: &App, actor: &Actor, new: New) -> Result<Channel> {
    reach(actor, new.inbox)?;
    let made = Channel {
        id: app.ids.make(),
        inbox: new.inbox,
        kind: new.kind,
        name: named(&new.name)?,
        enabled: true,
        settings: settled(new.settings, new.kind)?,
        secret_set: false,
        created_at: app.now(),
        version: 1,
    };
    let (actor, secret) = (actor.clone(), kept(new.secret, new.kind)?);
    app.db
        .write(Queue::People, move |tx| {
            if inbox::get(tx, made.inbox)?.channel != Medium::Email {
                return Err(Error::invalid("inbox", "mail comes to an inbox for e-mail"));
            }
            alone(&channel::list(tx)?, &made)?;
            channel::insert(tx, &made).map_err(taken)?;
            if let Some(secret) = &secret {
                channel::set_secret(tx, made.id, Some(secret))?;
            }
            let server = made.settings.server.as_ref().map(|server| &server.host);
            let data = json!({ "inbox": made.inbox, "kind": made.kind, "addresses": made.settings.addresses, "server": server });
            audit::record(tx, &actor, "channel.created", ("channel", made.id.0), data)?;
            tx.note(Note::Settings);
            Ok(channel::get(tx, made.id)?)
        })
        .await
}

pub async fn update(app: &App, actor: &Actor, id: ChannelId, patch: Patch, expected: Option<i64>) -> Result<Channel> {
    let kind = get(app, actor, id).await?.kind;
    let name = patch.name.as_deref().map(named).transpose()?;
    let settings = patch.settings.map(|settings| settled(settings, kind)).transpose()?;
    let secret = patch.secret.map(|secret| kept(secret, kind)).transpose()?;
    let actor = actor.clone();
    app.db
        .write(Queue::People, move |tx| {
            let found = channel::lock(tx, id)?;
            if expected.is_some_and(|expected| expected != found.version) {
                return Err(Error::Stale);
            }
            let changed = Channel {
                name: name.clone().unwrap_or(found.name),
                enabled: patch.enabled.unwrap_or(found.enabled),
                settings: settings.clone().unwrap_or(found.settings),
                ..found
            };
            alone(&channel::list(tx)?, &changed)?;
            channel::update(tx, &changed).map_err(taken)?;
            if let Some(secret) = &secret {
                channel::set_secret(tx, id, secret.as_deref())?;
            }
            let server = changed.settings.server.as_ref().map(|server| &server.host);
            let data = json!({
                "enabled": changed.enabled, "addresses": changed.settings.addresses, "server": server, "secret_changed": secret.is_some(),
            });
            audit::record(tx, &actor, "channel.changed", ("channel", id.0), data)?;
            tx.note(Note::Settings);
            Ok(channel::get(tx, id)?)
        })
        .await
}

/// Takes away a channel on which nothing ever came; another is switched off.
pub async fn delete(app: &App, actor: &Actor, id: ChannelId) -> Result<()> {
    get(app, actor, id).await?;
    let actor = actor.clone();
    app.db
        .write(Queue::People, move |tx| {
            channel::lock(tx, id)?;
            if channel::is_used(tx, id)? {
                return Err(Error::Conflict("mail came on it: switch it off instead"));
            }
            channel::delete(tx, id)?;
            audit::record(tx, &actor, "channel.deleted", ("channel", id.0), json!({}))?;
            tx.note(Note::Settings);
            Ok(())
        })
        .await
}

/// Whoever sets up other inboxes is told that this one is not there.
fn reach(actor: &Actor, id: InboxId) -> Result<()> {
    require_somewhere(actor, Permission::InboxManage)?;
    require(actor, Permission::InboxManage, Subject::Inbox(id)).map_err(|_| Error::NotFound)
}

fn named(name: &str) -> Result<String> {
    display_name(name, MAX_NAME).ok_or_else(|| Error::invalid("name", "1 to 60 characters"))
}

fn settled(settings: ChannelSettings, kind: ChannelKind) -> Result<ChannelSettings> {
    settings.checked(kind).map_err(|(field, why)| Error::invalid(field, why))
}

fn kept(typed: Option<Secret>, kind: ChannelKind) -> Result<Option<String>> {
    Secret::checked(typed, kind)?.map(|secret| secret.kept(kind)).transpose()
}

/// An address leads to one place only, and an inbox writes in one way.
fn alone(all: &[Channel], this: &Channel) -> Result<()> {
    let others = all.iter().filter(|one| one.id != this.id && one.kind == this.kind);
    if this.kind == ChannelKind::Sender {
        let doubled = others.filter(|one| one.inbox == this.inbox).any(|one| one.enabled && this.enabled);
        return if doubled { Err(Error::Duplicate("a sender of this inbox")) } else { Ok(()) };
    }
    let doubled = others.flat_map(|one| &one.settings.addresses).any(|address| this.settings.addresses.contains(address));
    if doubled { Err(Error::Duplicate("an address")) } else { Ok(()) }
}

fn taken(error: candor_store::Error) -> Error {
    Error::or_duplicate(error, "channel", "name", "name")
}
