//! Channels: the ways of mail into an inbox and out of it, and the mail that could not be made a message.

use super::types::channel::{BlockedMail, ChannelNew, ChannelPatch, FailedMail, MailChannel};
use crate::extract::{Body, IfMatch, Page, PageParams, Params, Path, SignedIn, Tagged};
use crate::problem::ApiResult;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use candor_app::{channel, mail};
use candor_store::channel::Channel;
use http::StatusCode;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(list, create))
        .routes(routes!(get, update, remove))
        .routes(routes!(failed))
        .routes(routes!(blocked))
        .routes(routes!(again))
}

/// The channels of the inboxes you may set up.
#[utoipa::path(get, path = "/channels", tag = "desk", params(PageParams), responses((status = 200, body = Page<MailChannel>)))]
async fn list(State(state): State<AppState>, who: SignedIn, _: Params<PageParams>) -> ApiResult<Json<Page<MailChannel>>> {
    let all = channel::list(&state.app, &who.actor).await?;
    let mut readings = channel::readings(&state.app).await?;
    let shown = |one: Channel| {
        let reading = readings.remove(&one.id);
        MailChannel::of(one, reading)
    };
    Ok(Json(Page::whole(all.into_iter().map(shown).collect())))
}

/// Make a channel.
#[utoipa::path(post, path = "/channels", tag = "desk", request_body = ChannelNew, responses((status = 201, body = MailChannel), (status = 409, description = "`duplicate`")))]
async fn create(State(state): State<AppState>, who: SignedIn, Body(input): Body<ChannelNew>) -> ApiResult<Tagged<MailChannel>> {
    let made = channel::create(&state.app, &who.actor, input.wanted()).await?;
    Ok(Tagged::created(made.version, MailChannel::of(made, None)))
}

/// One channel.
#[utoipa::path(get, path = "/channels/{id}", tag = "desk", params(("id" = Uuid, Path)), responses((status = 200, body = MailChannel)))]
async fn get(State(state): State<AppState>, who: SignedIn, Path(id): Path<Uuid>) -> ApiResult<Tagged<MailChannel>> {
    let found = channel::get(&state.app, &who.actor, id.into()).await?;
    Ok(Tagged::ok(found.version, shown(&state, found).await?))
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
    let changed = channel::update(&state.app, &who.actor, id.into(), input.wanted(before), seen).await?;
    Ok(Tagged::ok(changed.version, shown(&state, changed).await?))
}

async fn shown(state: &AppState, one: Channel) -> ApiResult<MailChannel> {
    let reading = channel::readings(&state.app).await?.remove(&one.id);
    Ok(MailChannel::of(one, reading))
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

/// Mail whose sender is blocked: kept and made no message, the oldest first. It can be read again like mail that failed.
#[utoipa::path(get, path = "/intake/blocked", tag = "operations", params(PageParams), responses((status = 200, body = Page<BlockedMail>)))]
async fn blocked(State(state): State<AppState>, who: SignedIn, _: Params<PageParams>) -> ApiResult<Json<Page<BlockedMail>>> {
    let all = mail::blocked(&state.app, &who.actor).await?;
    Ok(Json(Page::whole(all.into_iter().map(BlockedMail::from).collect())))
}

/// Read such a mail again.
#[utoipa::path(post, path = "/intake/{id}/again", tag = "operations", params(("id" = Uuid, Path)), responses((status = 204), (status = 409, description = "`conflict`")))]
async fn again(State(state): State<AppState>, who: SignedIn, Path(id): Path<Uuid>) -> ApiResult<StatusCode> {
    mail::again(&state.app, &who.actor, id.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}
