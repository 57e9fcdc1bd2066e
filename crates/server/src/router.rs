//! All routes and what every request passes on its way: id and log line, panic guard, headers, body time limit.

use crate::problem::{ApiError, Code};
use crate::state::AppState;
use crate::{api, confirm, demo, headers, health, idempotency, logs, openapi, pages, visitor};
use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use http::header;
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;
use utoipa_axum::router::OpenApiRouter;

/// A body may pause this long; bodies of JSON have a limit for the whole as well.
const BODY_PAUSE: Duration = Duration::from_secs(30);

/// The two surfaces with their descriptions, from which the document is made too.
pub fn surfaces() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(openapi::base()).nest("/api/v1", api::routes()).nest("/visitor/v1", visitor::routes())
}

/// The whole site.
pub fn build(state: AppState) -> Router {
    let (surfaces, document) = surfaces().split_for_parts();
    let document = Bytes::from(openapi::finish(document).to_string());
    let site = surfaces
        .route("/livez", get(health::livez))
        .route("/readyz", get(health::readyz))
        .route("/openapi.json", get(move || async move { ([(header::CONTENT_TYPE, "application/json")], document) }))
        .route("/chat", get(pages::chat))
        .route("/demo", get(pages::demo))
        .merge(confirm::routes())
        .merge(demo::routes())
        .route("/widget", get(pages::widget))
        .route("/widget/index.html", get(pages::widget))
        .fallback(pages::fallback)
        .method_not_allowed_fallback(async || ApiError::new(Code::MethodNotAllowed));
    guarded(site, &state).with_state(state)
}

/// What every request passes, the outermost last.
fn guarded(site: Router<AppState>, state: &AppState) -> Router<AppState> {
    site.layer(from_fn_with_state(state.clone(), idempotency::once))
        .layer(from_fn(limit_uri))
        .layer(RequestBodyTimeoutLayer::new(BODY_PAUSE))
        .layer(CatchPanicLayer::custom(logs::after_panic))
        .layer(from_fn_with_state(state.clone(), headers::protect))
        .layer(from_fn_with_state(state.clone(), logs::record))
}

/// Longer addresses are nobody's of ours.
async fn limit_uri(request: Request, next: Next) -> Response {
    const LONGEST: usize = 16 << 10;
    if request.uri().path_and_query().is_some_and(|uri| uri.as_str().len() > LONGEST) {
        return ApiError::new(Code::TooLarge).with("limit", LONGEST).into_response();
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::Options;
    use axum::body::Body;
    use candor_store::testing::TestDb;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    #[tokio::test]
    async fn a_panic_is_answered_with_a_problem_that_says_nothing_of_it() {
        let db = TestDb::sqlite();
        let state = AppState::of_test(&db, Options::default());
        let boom = Router::new().route("/boom", get(async || -> () { panic!("the mail of ann@example.com") }));
        let site = guarded(boom, &state).with_state(state);
        let answer = site.oneshot(Request::builder().uri("/boom").body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(answer.status(), 500);
        assert!(["x-request-id", "content-security-policy"].iter().all(|name| answer.headers().contains_key(*name)));
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        let body = String::from_utf8_lossy(&body).into_owned();
        assert!(body.contains("\"internal\"") && !body.contains("ann"), "{body}");
    }
}
