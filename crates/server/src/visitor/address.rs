//! Where a visitor's answers go by mail.

use super::types::VisitorEmail;
use crate::extract::{Body, ClientAddress, VisitorIn};
use crate::problem::ApiResult;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use candor_app::visitor;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(get_one, ask, forget))
}

/// Where answers go that the visitor does not see, masked.
#[utoipa::path(get, path = "/session/email", tag = "visitor", responses((status = 200, body = VisitorEmail)))]
async fn get_one(State(state): State<AppState>, visitor: VisitorIn) -> ApiResult<Json<VisitorEmail>> {
    Ok(Json(visitor::address(&state.app, &visitor).await?.into()))
}

/// An address a visitor wants to be written to.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VisitorEmailInput {
    pub email: String,
}

/// Want answers by mail at this address. It is sent a link, once; nothing else goes there until somebody has followed it.
#[utoipa::path(put, path = "/session/email", tag = "visitor", request_body = VisitorEmailInput, responses((status = 200, body = VisitorEmail), (status = 409, description = "`conflict`: the desk sends no mail, or the exchange has signed an address")))]
async fn ask(
    State(state): State<AppState>,
    visitor: VisitorIn,
    ClientAddress(peer): ClientAddress,
    Body(input): Body<VisitorEmailInput>,
) -> ApiResult<Json<VisitorEmail>> {
    Ok(Json(visitor::ask_address(&state.app, &visitor, peer, &input.email).await?.into()))
}

/// Want no mail any more. An address that the exchange has signed stays.
#[utoipa::path(delete, path = "/session/email", tag = "visitor", responses((status = 200, body = VisitorEmail)))]
async fn forget(State(state): State<AppState>, visitor: VisitorIn) -> ApiResult<Json<VisitorEmail>> {
    Ok(Json(visitor::drop_address(&state.app, &visitor).await?.into()))
}
