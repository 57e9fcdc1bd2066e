//! API tokens of integrations.

use super::types::staff::Token;
use super::types::words;
use crate::extract::{Body, Page, PageParams, Params, Path, SignedIn};
use crate::problem::ApiResult;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use candor_app::token::{self, New};
use candor_domain::id::InboxId;
use candor_domain::permission::Permission;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(list, create)).routes(routes!(get, revoke))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenNew {
    name: String,
    #[schema(value_type = Vec<words::Permission>)]
    permissions: BTreeSet<Permission>,
    /// Where they hold; absent or empty: everywhere.
    #[serde(default)]
    inboxes: Option<Vec<Uuid>>,
    #[serde(default)]
    expires_at: Option<i64>,
}

/// A new token with its secret.
#[derive(Serialize, ToSchema)]
pub struct TokenCreated {
    token: Token,
    /// `cnd_...`, shown once.
    secret: String,
}

/// All tokens that were not revoked.
#[utoipa::path(get, path = "/tokens", tag = "staff", params(PageParams), responses((status = 200, body = Page<Token>)))]
async fn list(State(state): State<AppState>, who: SignedIn, _: Params<PageParams>) -> ApiResult<Json<Page<Token>>> {
    let all = token::list(&state.app, &who.actor).await?;
    Ok(Json(Page::whole(all.into_iter().map(Token::from).collect())))
}

/// Make a token; it may do at most what you may.
#[utoipa::path(post, path = "/tokens", tag = "staff", request_body = TokenNew, responses((status = 201, body = TokenCreated)))]
async fn create(State(state): State<AppState>, who: SignedIn, Body(input): Body<TokenNew>) -> ApiResult<(StatusCode, Json<TokenCreated>)> {
    let new = New {
        name: input.name,
        permissions: input.permissions,
        inboxes: input.inboxes.unwrap_or_default().into_iter().map(InboxId).collect(),
        expires_at: input.expires_at,
    };
    let (token, secret) = token::create(&state.app, &who.actor, new).await?;
    Ok((StatusCode::CREATED, Json(TokenCreated { token: token.into(), secret })))
}

/// One token.
#[utoipa::path(get, path = "/tokens/{id}", tag = "staff", params(("id" = Uuid, Path)), responses((status = 200, body = Token)))]
async fn get(State(state): State<AppState>, who: SignedIn, Path(id): Path<Uuid>) -> ApiResult<Json<Token>> {
    Ok(Json(token::get(&state.app, &who.actor, id.into()).await?.into()))
}

/// Revoke a token.
#[utoipa::path(delete, path = "/tokens/{id}", tag = "staff", params(("id" = Uuid, Path)), responses((status = 204)))]
async fn revoke(State(state): State<AppState>, who: SignedIn, Path(id): Path<Uuid>) -> ApiResult<StatusCode> {
    token::revoke(&state.app, &who.actor, id.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}
