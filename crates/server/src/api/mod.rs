//! `/api/v1`: the agents' and integrations' surface. One file a noun, each with its `routes()`; merged here.

pub mod agents;
pub mod audit;
pub mod blocks;
pub mod bulk;
pub mod channels;
pub mod contacts;
pub mod conversations;
pub mod erasures;
pub mod events;
pub mod files;
pub mod inboxes;
pub mod lists;
pub mod mails;
pub mod me;
pub mod outbound;
pub mod parked;
pub mod replies;
pub mod roles;
pub mod session;
pub mod settings;
pub mod signings;
pub mod statuses;
pub mod tags;
pub mod teams;
pub mod tokens;
pub mod types;

use crate::live::agent;
use crate::state::AppState;
use axum::routing::get;
use utoipa_axum::router::OpenApiRouter;

/// Everything under `/api/v1`, in the order of the names.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .merge(agents::routes())
        .merge(audit::routes())
        .merge(blocks::routes())
        .merge(channels::routes())
        .merge(signings::routes())
        .merge(inboxes::routes())
        .merge(me::routes())
        .merge(roles::routes())
        .merge(session::routes())
        .merge(settings::routes())
        .merge(statuses::routes())
        .merge(tags::routes())
        .merge(teams::routes())
        .merge(tokens::routes())
        .merge(bulk::routes())
        .merge(contacts::routes())
        .merge(conversations::routes())
        .merge(erasures::routes())
        .merge(events::routes())
        .merge(files::routes())
        .merge(lists::routes())
        .merge(mails::routes())
        .merge(outbound::routes())
        .merge(parked::routes())
        .merge(replies::routes())
        .route("/stream", get(agent::socket).post(agent::streamed))
}
