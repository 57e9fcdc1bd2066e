//! What the operator may do with channels and with the mail that came on them.

use bytes::Bytes;
use candor_app::channel::Secret;
use candor_app::mail::{Envelope, MAX_BYTES};
use candor_app::{App, Error, Result, channel, inbox, mail};
use candor_domain::actor::Actor;
use candor_domain::channel::{ChannelKind, ChannelSettings, Mailbox, Server};
use candor_domain::id::{InboundId, InboxId};
use candor_domain::inbox::{Channel as Medium, WidgetPatch};
use candor_domain::locale::Locale;
use candor_store::channel::Channel;
use futures_util::stream;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::convert::Infallible;

/// A channel as the operator wants it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelWanted {
    pub name: String,
    /// By name or id; made where there is none of that name.
    pub inbox: String,
    pub kind: ChannelKind,
    pub addresses: Vec<String>,
    pub server: Option<Server>,
    pub mailbox: Option<Mailbox>,
    pub secret: Option<String>,
    pub client_secret: Option<String>,
}

pub(super) async fn list(app: &App, actor: &Actor) -> Result<Value> {
    let (all, readings) = (channel::list(app, actor).await?, channel::readings(app).await?);
    let line = |one: &Channel| {
        let (mut line, reading) = (shown(one), readings.get(&one.id));
        line["read_at"] = json!(reading.and_then(|reading| reading.read_at));
        line["problem"] = json!(reading.and_then(|reading| reading.problem.as_ref()));
        line
    };
    Ok(json!({ "items": all.iter().map(line).collect::<Vec<_>>() }))
}

pub(super) async fn create(app: &App, actor: &Actor, wanted: ChannelWanted) -> Result<Value> {
    let inbox = inbox_for_mail(app, actor, &wanted.inbox).await?;
    let settings =
        ChannelSettings { addresses: wanted.addresses, server: wanted.server, mailbox: wanted.mailbox, ..ChannelSettings::default() };
    let secret = wanted.secret.map(|word| Secret { word, client: wanted.client_secret });
    let new = channel::New { inbox, kind: wanted.kind, name: wanted.name, settings, secret };
    channel::create(app, actor, new).await.map(|made| shown(&made))
}

/// The inbox of this name or id; made when there is none.
async fn inbox_for_mail(app: &App, actor: &Actor, place: &str) -> Result<InboxId> {
    let all = inbox::list(app, actor).await?;
    if let Some(found) = all.iter().find(|one| one.name == place || one.id.to_string() == place) {
        return Ok(found.id);
    }
    let new = inbox::New { name: place.to_owned(), channel: Medium::Email, team: None, widget: WidgetPatch::default(), hours: None };
    Ok(inbox::create(app, actor, new).await?.id)
}

pub(super) async fn switch(app: &App, actor: &Actor, channel: &str, on: bool) -> Result<Value> {
    let found = find(app, actor, channel).await?;
    let patch = channel::Patch { enabled: Some(on), ..channel::Patch::default() };
    channel::update(app, actor, found.id, patch, None).await.map(|changed| shown(&changed))
}

/// Sets the words around answers; what is absent stays.
pub(super) async fn words(
    app: &App,
    actor: &Actor,
    channel: &str,
    language: Locale,
    above: Option<String>,
    below: Option<String>,
) -> Result<Value> {
    let Channel { id, mut settings, version, .. } = find(app, actor, channel).await?;
    let words = settings.around.entry(language).or_default();
    words.head = above.unwrap_or_else(|| std::mem::take(&mut words.head));
    words.foot = below.unwrap_or_else(|| std::mem::take(&mut words.foot));
    let patch = channel::Patch { settings: Some(settings), ..channel::Patch::default() };
    channel::update(app, actor, id, patch, Some(version)).await.map(|changed| shown(&changed))
}

/// Keeps a mail. Without a name it is for the one pipe there is.
pub(super) async fn deliver(app: &App, actor: &Actor, name: Option<&str>, from: String, to: Vec<String>, mail: Vec<u8>) -> Result<Value> {
    let channel = match name {
        Some(name) => find(app, actor, name).await?,
        None => only_pipe(app, actor).await?,
    };
    if !channel.enabled {
        return Err(Error::Conflict("the channel is switched off"));
    }
    let envelope = Envelope { from, to, ..Envelope::default() };
    let body = stream::iter([Ok::<_, Infallible>(Bytes::from(mail))]);
    let kept = mail::keep(app, &channel, &envelope, MAX_BYTES, body).await?;
    Ok(json!({ "id": kept.id, "repeated": kept.repeated }))
}

async fn find(app: &App, actor: &Actor, name: &str) -> Result<Channel> {
    let all = channel::list(app, actor).await?;
    let found = all.into_iter().find(|one| one.name == name || one.id.to_string() == name);
    found.ok_or_else(|| Error::invalid("channel", "there is none of this name or id"))
}

async fn only_pipe(app: &App, actor: &Actor) -> Result<Channel> {
    let all = channel::list(app, actor).await?;
    let mut pipes = all.into_iter().filter(|one| one.kind == ChannelKind::Pipe && one.enabled);
    match (pipes.next(), pipes.next()) {
        (Some(only), None) => Ok(only),
        (None, _) => Err(Error::invalid("channel", "there is no pipe: make one with `candor channel create --kind pipe`")),
        (Some(_), Some(_)) => Err(Error::invalid("channel", "there are several pipes: name one")),
    }
}

pub(super) async fn failed(app: &App, actor: &Actor) -> Result<Value> {
    let line = |one: &mail::Failed| json!({ "id": one.id, "channel": one.channel, "received_at": one.received_at, "problem": one.problem });
    Ok(json!({ "items": mail::failed(app, actor).await?.iter().map(line).collect::<Vec<_>>() }))
}

pub(super) async fn again(app: &App, actor: &Actor, id: InboundId) -> Result<Value> {
    mail::again(app, actor, id).await?;
    Ok(json!({ "id": id }))
}

fn shown(channel: &Channel) -> Value {
    json!({
        "id": channel.id, "name": channel.name, "kind": channel.kind, "inbox": channel.inbox, "enabled": channel.enabled,
        "addresses": channel.settings.addresses, "around": channel.settings.around,
    })
}
