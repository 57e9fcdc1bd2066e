//! Channels: the ways of mail into an inbox and out of it, and the mail that could not be made a message.

use super::types::words::{self, present};
use crate::extract::{Body, IfMatch, Page, PageParams, Params, Path, SignedIn, Tagged};
use crate::problem::ApiResult;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use candor_app::channel::{self, New, Patch};
use candor_app::mail;
use candor_domain::channel::{ChannelKind, ChannelSettings, Security, Server};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(list, create))
        .routes(routes!(get, update, remove))
        .routes(routes!(failed))
        .routes(routes!(again))
}

/// A way of mail into an inbox or out of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MailChannel {
    pub id: Uuid,
    pub inbox: Uuid,
    #[schema(value_type = words::ChannelKind)]
    pub kind: ChannelKind,
    pub name: String,
    pub enabled: bool,
    /// Whose mail it takes, or the one address a sender writes from.
    pub addresses: Vec<String>,
    /// The name customers read beside a sender's address.
    pub sender_name: String,
    /// Whether a sender tells customers that their first mail has arrived.
    pub acknowledges: bool,
    /// Where a sender hands mail over.
    #[schema(required)]
    pub server: Option<MailServer>,
    /// Whether a password is kept for it.
    pub secret_set: bool,
    pub version: i64,
}

impl From<candor_store::channel::Channel> for MailChannel {
    fn from(kept: candor_store::channel::Channel) -> Self {
        Self {
            id: kept.id.0,
            inbox: kept.inbox.0,
            kind: kept.kind,
            name: kept.name,
            enabled: kept.enabled,
            addresses: kept.settings.addresses,
            sender_name: kept.settings.name,
            acknowledges: kept.settings.acknowledges,
            server: kept.settings.server.map(MailServer::from),
            secret_set: kept.secret_set,
            version: kept.version,
        }
    }
}

/// A mail server that takes what a sender sends.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailServer {
    pub host: String,
    pub port: u16,
    #[schema(value_type = words::Security)]
    pub security: Security,
    /// Who signs in there.
    #[serde(default)]
    #[schema(required)]
    pub user: Option<String>,
}

impl From<Server> for MailServer {
    fn from(server: Server) -> Self {
        Self { host: server.host, port: server.port, security: server.security, user: server.user }
    }
}

impl From<MailServer> for Server {
    fn from(server: MailServer) -> Self {
        Self { host: server.host, port: server.port, security: server.security, user: server.user.filter(|user| !user.is_empty()) }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelNew {
    /// An inbox for e-mail.
    inbox: Uuid,
    #[schema(value_type = words::ChannelKind)]
    kind: ChannelKind,
    name: String,
    #[serde(default)]
    addresses: Vec<String>,
    #[serde(default)]
    sender_name: String,
    #[serde(default)]
    acknowledges: bool,
    #[serde(default)]
    server: Option<MailServer>,
    /// A sender's password; never read back.
    #[serde(default)]
    secret: Option<String>,
}

/// What is changed; what is absent stays.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelPatch {
    name: Option<String>,
    enabled: Option<bool>,
    addresses: Option<Vec<String>>,
    sender_name: Option<String>,
    acknowledges: Option<bool>,
    server: Option<MailServer>,
    /// A new password; `null` takes it away.
    #[schema(value_type = Option<String>)]
    #[serde(default, deserialize_with = "present")]
    secret: Option<Option<String>>,
}

/// A mail that is kept and could not be made a message.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FailedMail {
    pub id: Uuid,
    pub channel: Uuid,
    pub received_at: i64,
    /// Why, without a name and without a word of the mail.
    pub problem: String,
}

impl From<mail::Failed> for FailedMail {
    fn from(failed: mail::Failed) -> Self {
        Self { id: failed.id.0, channel: failed.channel.0, received_at: failed.received_at, problem: failed.problem }
    }
}

/// The channels of the inboxes you may set up.
#[utoipa::path(get, path = "/channels", tag = "desk", params(PageParams), responses((status = 200, body = Page<MailChannel>)))]
async fn list(State(state): State<AppState>, who: SignedIn, _: Params<PageParams>) -> ApiResult<Json<Page<MailChannel>>> {
    let all = channel::list(&state.app, &who.actor).await?;
    Ok(Json(Page::whole(all.into_iter().map(MailChannel::from).collect())))
}

/// Make a channel.
#[utoipa::path(post, path = "/channels", tag = "desk", request_body = ChannelNew, responses((status = 201, body = MailChannel), (status = 409, description = "`duplicate`")))]
async fn create(State(state): State<AppState>, who: SignedIn, Body(input): Body<ChannelNew>) -> ApiResult<Tagged<MailChannel>> {
    let settings = ChannelSettings {
        addresses: input.addresses,
        name: input.sender_name,
        acknowledges: input.acknowledges,
        server: input.server.map(Server::from),
    };
    let new = New { inbox: input.inbox.into(), kind: input.kind, name: input.name, settings, secret: input.secret };
    let made = channel::create(&state.app, &who.actor, new).await?;
    Ok(Tagged::created(made.version, made.into()))
}

/// One channel.
#[utoipa::path(get, path = "/channels/{id}", tag = "desk", params(("id" = Uuid, Path)), responses((status = 200, body = MailChannel)))]
async fn get(State(state): State<AppState>, who: SignedIn, Path(id): Path<Uuid>) -> ApiResult<Tagged<MailChannel>> {
    let found = channel::get(&state.app, &who.actor, id.into()).await?;
    Ok(Tagged::ok(found.version, found.into()))
}

/// Change a channel.
#[utoipa::path(patch, path = "/channels/{id}", tag = "desk", params(("id" = Uuid, Path)), request_body = ChannelPatch,
    responses((status = 200, body = MailChannel), (status = 409, description = "`duplicate`"), (status = 412, description = "`stale`")))]
async fn update(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<Uuid>,
    IfMatch(seen): IfMatch,
    Body(input): Body<ChannelPatch>,
) -> ApiResult<Tagged<MailChannel>> {
    let before = channel::get(&state.app, &who.actor, id.into()).await?.settings;
    let touched = input.addresses.is_some() || input.sender_name.is_some() || input.acknowledges.is_some() || input.server.is_some();
    let settings = touched.then(|| ChannelSettings {
        addresses: input.addresses.unwrap_or(before.addresses),
        name: input.sender_name.unwrap_or(before.name),
        acknowledges: input.acknowledges.unwrap_or(before.acknowledges),
        server: input.server.map(Server::from).or(before.server),
    });
    let patch = Patch { name: input.name, enabled: input.enabled, settings, secret: input.secret };
    let changed = channel::update(&state.app, &who.actor, id.into(), patch, seen).await?;
    Ok(Tagged::ok(changed.version, changed.into()))
}

/// Delete a channel on which nothing ever came; another is switched off.
#[utoipa::path(delete, path = "/channels/{id}", tag = "desk", params(("id" = Uuid, Path)), responses((status = 204), (status = 409, description = "`conflict`")))]
async fn remove(State(state): State<AppState>, who: SignedIn, Path(id): Path<Uuid>) -> ApiResult<StatusCode> {
    channel::delete(&state.app, &who.actor, id.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Mail that is kept and could not be made a message, the oldest first.
#[utoipa::path(get, path = "/intake", tag = "operations", params(PageParams), responses((status = 200, body = Page<FailedMail>)))]
async fn failed(State(state): State<AppState>, who: SignedIn, _: Params<PageParams>) -> ApiResult<Json<Page<FailedMail>>> {
    let all = mail::failed(&state.app, &who.actor).await?;
    Ok(Json(Page::whole(all.into_iter().map(FailedMail::from).collect())))
}

/// Read such a mail again.
#[utoipa::path(post, path = "/intake/{id}/again", tag = "operations", params(("id" = Uuid, Path)), responses((status = 204), (status = 409, description = "`conflict`")))]
async fn again(State(state): State<AppState>, who: SignedIn, Path(id): Path<Uuid>) -> ApiResult<StatusCode> {
    mail::again(&state.app, &who.actor, id.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}
