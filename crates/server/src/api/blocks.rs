//! Blocks: list them, make one, lift one.

use super::types::desk::Block;
use super::types::words;
use crate::extract::{Body, Page, PageParams, Params, Path, SignedIn};
use crate::problem::{ApiError, ApiResult, Code};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use candor_app::block::{self, Aim, Held, New};
use candor_domain::block::BlockKind;
use candor_domain::contact::IdentityKind;
use candor_domain::id::{BlockId, ConversationId};
use candor_domain::network::Network;
use http::StatusCode;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(list, create)).routes(routes!(lift))
}

/// Which blocks.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BlockParams {
    /// Those that ended or were lifted, instead of those that hold.
    #[serde(default)]
    pub ended: bool,
    /// How many, 1 to 100; 50 when absent.
    pub limit: Option<u32>,
    /// `next` of the page before.
    pub cursor: Option<String>,
}

/// A new block. From a case its customer, their network or one of their addresses is blocked without anybody having to
/// know it; without a case a network or an address is named.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BlockNew {
    #[schema(value_type = words::BlockKind)]
    kind: BlockKind,
    /// The case whose customer is meant.
    #[serde(default)]
    conversation: Option<Uuid>,
    /// `address` of a case: which identity of the customer.
    #[serde(default)]
    identity: Option<Uuid>,
    /// `network` without a case: `198.51.100.0/24`, `2001:db8::/48`.
    #[serde(default)]
    network: Option<String>,
    /// `address` without a case.
    #[serde(default)]
    #[schema(value_type = Option<words::IdentityKind>)]
    address_kind: Option<IdentityKind>,
    #[serde(default)]
    address: Option<String>,
    /// When it ends by itself; absent: when somebody lifts it.
    #[serde(default)]
    until: Option<i64>,
    /// For colleagues and the log; the one who is blocked never sees it.
    reason: String,
}

impl BlockNew {
    fn aim(&self, state: &AppState) -> ApiResult<Aim> {
        let bad = |field: &str, why: &str| ApiError::new(Code::ValidationFailed).field(field, why);
        let case = self.conversation.map(ConversationId);
        match (self.kind, case) {
            (BlockKind::Contact, Some(id)) => Ok(Aim::Customer(id)),
            (BlockKind::Contact, None) => Err(bad("conversation", "a customer is blocked from a case of theirs")),
            (BlockKind::Network, Some(id)) => Ok(Aim::CustomerNetwork(id)),
            (BlockKind::Address, Some(id)) => self
                .identity
                .map(|identity| Aim::CustomerAddress(id, identity))
                .ok_or_else(|| bad("identity", "which address of the customer")),
            (BlockKind::Network, None) => {
                let typed = self.network.as_deref().unwrap_or_default().trim();
                let network: Network = typed.parse().map_err(|why: String| bad("network", &why))?;
                // Everybody comes through it: nobody could write any more.
                if state.options.trusted_proxies.iter().any(|proxy| proxy.overlaps(network)) {
                    return Err(bad("network", "one of the trusted proxies stands in it"));
                }
                Ok(Aim::Network(network))
            }
            (BlockKind::Address, None) => match (self.address_kind, &self.address) {
                (Some(kind), Some(value)) => Ok(Aim::Address(kind, value.clone())),
                _ => Err(bad("address", "an address and its kind")),
            },
        }
    }
}

/// Blocks, newest first.
#[utoipa::path(get, path = "/blocks", tag = "desk", params(BlockParams), responses((status = 200, body = Page<Block>)))]
async fn list(State(state): State<AppState>, who: SignedIn, Params(asked): Params<BlockParams>) -> ApiResult<Json<Page<Block>>> {
    let paging = PageParams { limit: asked.limit, cursor: asked.cursor };
    let limit = paging.limit()?;
    let found = block::list(&state.app, &who.actor, !asked.ended, paging.cursor()?, limit).await?;
    let page = Page::of(found, limit, |held: &Held| (held.block.created_at, held.block.id.0));
    Ok(Json(Page { items: page.items.into_iter().map(Into::into).collect(), next: page.next }))
}

/// Block somebody. It acts at once, on open sockets and on replies that wait too.
#[utoipa::path(post, path = "/blocks", tag = "desk", request_body = BlockNew,
    responses((status = 201, body = Block), (status = 409, description = "`duplicate`: blocked already")))]
async fn create(State(state): State<AppState>, who: SignedIn, Body(input): Body<BlockNew>) -> ApiResult<(StatusCode, Json<Block>)> {
    let aim = input.aim(&state)?;
    let made = block::make(&state.app, &who.actor, New { aim, until: input.until, reason: input.reason }).await?;
    Ok((StatusCode::CREATED, Json(block::shown_to_maker(&state.app, made).await?.into())))
}

/// Lift a block. One that ended before stays as it is.
#[utoipa::path(delete, path = "/blocks/{id}", tag = "desk", params(("id" = Uuid, Path)), responses((status = 204)))]
async fn lift(State(state): State<AppState>, who: SignedIn, Path(id): Path<Uuid>) -> ApiResult<StatusCode> {
    block::lift(&state.app, &who.actor, BlockId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
