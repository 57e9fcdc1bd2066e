//! Changes to inboxes. A channel never changes; an inbox that was used is switched off, not deleted.

use super::{key, reach};
use crate::rights::require_everywhere;
use crate::usage::{refuse_used, still_unused};
use crate::{App, Error, Result, audit, secret, setup, workspace};
use candor_domain::actor::Actor;
use candor_domain::hours::{Calendar, Hours};
use candor_domain::id::{InboxId, TeamId};
use candor_domain::inbox::{Channel, IdentityAlgorithm, WidgetPatch, WidgetSettings};
use candor_domain::permission::Permission;
use candor_domain::staff::display_name;
use candor_store::inbox::{self, Inbox};
use candor_store::usage::Thing;
use candor_store::{Error as StoreError, Note, Pool, Query, Queue, Tx, agent_role, team};
use serde_json::json;

const MAX_NAME: usize = 60;
/// How long the secret before the present one still counts: time to roll it out.
const OVERLAP_MS: i64 = 24 * 3_600_000;

/// A new inbox.
#[derive(Clone, Debug)]
pub struct New {
    pub name: String,
    pub channel: Channel,
    pub team: Option<TeamId>,
    pub widget: WidgetPatch,
    pub hours: Option<Hours>,
}

/// What is changed; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct Patch {
    pub name: Option<String>,
    pub enabled: Option<bool>,
    pub team: Option<Option<TeamId>>,
    pub widget: WidgetPatch,
    pub hours: Option<Hours>,
    pub algorithm: Option<IdentityAlgorithm>,
    pub identity_required: Option<bool>,
    pub public_key: Option<Option<String>>,
}

pub async fn create(app: &App, actor: &Actor, new: New) -> Result<Inbox> {
    require_everywhere(actor, Permission::InboxManage)?;
    let (actor, locale) = (actor.clone(), app.db.read(Pool::Quick, |rx| workspace::get(rx)).await?.0.default_locale);
    let begun = setup::inbox(app, locale, new.team);
    let inbox = Inbox {
        name: named(&new.name)?,
        channel: new.channel,
        widget: dressed(new.widget, begun.widget)?,
        hours: open(new.hours.unwrap_or(begun.hours))?,
        ..begun
    };
    app.db.write(Queue::People, move |tx| insert(tx, &actor, &inbox)).await
}

/// Writes a new inbox: also how the first one comes into a new desk.
pub(crate) fn insert(tx: &mut Tx<'_>, actor: &Actor, inbox: &Inbox) -> Result<Inbox> {
    team_exists(tx, inbox.team)?;
    inbox::insert(tx, inbox).map_err(taken)?;
    audit::record(tx, actor, "inbox.created", ("inbox", inbox.id.0), json!({ "channel": inbox.channel, "origins": inbox.widget.origins }))?;
    tx.note(Note::Settings);
    Ok(inbox::get(tx, inbox.id)?)
}

pub async fn update(app: &App, actor: &Actor, id: InboxId, patch: Patch, expected: Option<i64>) -> Result<Inbox> {
    reach(actor, id)?;
    let (actor, patch) = (actor.clone(), patch.checked()?);
    app.db
        .write(Queue::People, move |tx| {
            let found = inbox::lock(tx, id)?;
            if expected.is_some_and(|expected| expected != found.version) {
                return Err(Error::Stale);
            }
            let changed = patch.clone().applied(found.clone())?;
            if changed.team != found.team {
                team_exists(tx, changed.team)?;
            }
            inbox::update(tx, &changed).map_err(taken)?;
            // Who may write as whom is on record; looks and hours are not worth a row's detail.
            let identity = json!({
                "enabled": changed.enabled, "origins": changed.widget.origins, "anonymous_allowed": changed.widget.anonymous_allowed,
                "identity_required": changed.identity_required, "algorithm": changed.algorithm, "public_key_changed": changed.public_key != found.public_key,
            });
            audit::record(tx, &actor, "inbox.changed", ("inbox", id.0), identity)?;
            tx.note(Note::Settings);
            Ok(inbox::get(tx, id)?)
        })
        .await
}

impl Patch {
    fn checked(mut self) -> Result<Self> {
        self.name = self.name.as_deref().map(named).transpose()?;
        self.hours = self.hours.map(open).transpose()?;
        self.public_key = match self.public_key {
            Some(Some(typed)) => Some(Some(key::normal(&typed)?)),
            other => other,
        };
        Ok(self)
    }

    fn applied(self, found: Inbox) -> Result<Inbox> {
        let changed = Inbox {
            name: self.name.unwrap_or(found.name),
            enabled: self.enabled.unwrap_or(found.enabled),
            team: self.team.unwrap_or(found.team),
            widget: dressed(self.widget, found.widget)?,
            hours: self.hours.unwrap_or(found.hours),
            algorithm: self.algorithm.unwrap_or(found.algorithm),
            identity_required: self.identity_required.unwrap_or(found.identity_required),
            public_key: self.public_key.unwrap_or(found.public_key),
            ..found
        };
        let can_verify = match changed.algorithm {
            IdentityAlgorithm::Hs256 => changed.secret_set,
            IdentityAlgorithm::EdDsa => changed.public_key.is_some(),
        };
        // Otherwise nobody at all could write.
        if changed.identity_required && !can_verify {
            return Err(Error::invalid("identity.required", "set the secret or the public key first"));
        }
        Ok(changed)
    }
}

/// A new secret that signs customers' identities, shown once. The one before counts 24 hours more.
pub async fn rotate_secret(app: &App, actor: &Actor, id: InboxId) -> Result<String> {
    reach(actor, id)?;
    let (actor, secret) = (actor.clone(), secret::base32(app));
    let (kept, old_until) = (secret.clone(), app.now() + OVERLAP_MS);
    let done = app.db.write(Queue::People, move |tx| {
        let found = inbox::lock(tx, id)?;
        inbox::set_secret(tx, id, kept.as_bytes(), old_until)?;
        let data = json!({ "replaced": found.secret_set, "old_until": found.secret_set.then_some(old_until) });
        audit::record(tx, &actor, "inbox.secret_made", ("inbox", id.0), data)?;
        tx.note(Note::Settings);
        Ok::<_, Error>(())
    });
    done.await?;
    Ok(secret)
}

pub async fn delete(app: &App, actor: &Actor, id: InboxId) -> Result<()> {
    reach(actor, id)?;
    require_everywhere(actor, Permission::InboxManage)?;
    let actor = actor.clone();
    let since = refuse_used(app, Thing::Inbox(id)).await?;
    app.db
        .write(Queue::People, move |tx| {
            inbox::lock(tx, id)?;
            if inbox::has_sessions(tx, id)? {
                return Err(Error::Conflict("visitors have used it: switch it off instead"));
            }
            if agent_role::names_inbox(tx, id)? {
                return Err(Error::Conflict("agents have roles in this inbox"));
            }
            still_unused(tx, Thing::Inbox(id), since)?;
            inbox::delete(tx, id)?;
            audit::record(tx, &actor, "inbox.deleted", ("inbox", id.0), json!({}))?;
            tx.note(Note::Settings);
            Ok(())
        })
        .await
}

fn team_exists(q: &mut impl Query, team: Option<TeamId>) -> Result<()> {
    let Some(id) = team else { return Ok(()) };
    match team::get(q, id) {
        Err(StoreError::NotFound) => Err(Error::invalid("team", "there is no such team")),
        found => Ok(found.map(drop)?),
    }
}

fn named(name: &str) -> Result<String> {
    display_name(name, MAX_NAME).ok_or_else(|| Error::invalid("name", "1 to 60 characters"))
}

fn dressed(patch: WidgetPatch, kept: WidgetSettings) -> Result<WidgetSettings> {
    patch.onto(kept).map_err(|(field, why)| Error::invalid(field, why))
}

/// Hours that a calendar can be made of.
fn open(hours: Hours) -> Result<Hours> {
    Calendar::new(&hours).map_err(|error| Error::invalid("hours", error.to_string()))?;
    Ok(hours)
}

fn taken(error: StoreError) -> Error {
    Error::or_duplicate(error, "inbox", "name", "name")
}
