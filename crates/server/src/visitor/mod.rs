//! `/visitor/v1`: the widget's and mobile apps' surface. One file a noun, each with its `routes()`; merged here.

use crate::state::AppState;
use utoipa_axum::router::OpenApiRouter;

/// Everything under `/visitor/v1`, in the order of the names.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
}
