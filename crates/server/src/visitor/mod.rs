//! `/visitor/v1`: the widget's and mobile apps' surface. One file a noun, each with its `routes()`; merged here.

pub mod address;
pub mod config;
pub mod conversations;
pub mod files;
pub mod session;
pub mod types;

use crate::live::visitor;
use crate::state::AppState;
use axum::routing::get;
use utoipa_axum::router::OpenApiRouter;

/// Everything under `/visitor/v1`, in the order of the names.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .merge(address::routes())
        .merge(config::routes())
        .merge(conversations::routes())
        .merge(files::routes())
        .merge(session::routes())
        .route("/stream", get(visitor::socket).post(visitor::streamed))
}
