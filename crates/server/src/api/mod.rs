//! `/api/v1`: the agents' and integrations' surface. One file a noun, each with its `routes()`; merged here.

use crate::state::AppState;
use utoipa_axum::router::OpenApiRouter;

/// Everything under `/api/v1`, in the order of the names.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
}
