//! All routes and what every request passes on its way: id and log line, panic guard, headers, body time limit.

use crate::problem::{ApiError, Code};
use crate::state::AppState;
use crate::{api, demo, headers, health, logs, openapi, pages, visitor};
use axum::extract::Request;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;
use utoipa_axum::router::OpenApiRouter;

/// A body may pause this long; bodies of JSON have a limit for the whole as well.
const BODY_PAUSE: Duration = Duration::from_secs(20);

/// The two surfaces with their descriptions, from which the document is made too.
pub fn surfaces() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(openapi::base()).nest("/api/v1", api::routes()).nest("/visitor/v1", visitor::routes())
}

/// The whole site.
pub fn build(state: AppState) -> Router {
    let (surfaces, document) = surfaces().split_for_parts();
    let document = openapi::finish(document);
    surfaces
        .route("/livez", get(health::livez))
        .route("/readyz", get(health::readyz))
        .route("/openapi.json", get(move || async move { Json(document) }))
        .route("/chat", get(pages::chat))
        .route("/demo", get(pages::demo))
        .merge(demo::routes())
        .route("/widget", get(pages::widget))
        .route("/widget/index.html", get(pages::widget))
        .fallback(pages::fallback)
        .method_not_allowed_fallback(async || ApiError::new(Code::MethodNotAllowed))
        .layer(from_fn(limit_uri))
        .layer(RequestBodyTimeoutLayer::new(BODY_PAUSE))
        .layer(from_fn_with_state(state.clone(), headers::protect))
        .layer(CatchPanicLayer::custom(logs::after_panic))
        .layer(from_fn_with_state(state.clone(), logs::record))
        .with_state(state)
}

/// Longer addresses are nobody's of ours.
async fn limit_uri(request: Request, next: Next) -> Response {
    const LONGEST: usize = 16 << 10;
    if request.uri().path_and_query().is_some_and(|uri| uri.as_str().len() > LONGEST) {
        return ApiError::new(Code::TooLarge).with("limit", LONGEST).into_response();
    }
    next.run(request).await
}
