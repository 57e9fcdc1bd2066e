//! The built files as pages: the console for every path of its own, the widget and `/chat`, the loader `/w.js`,
//! the demo page. Packed forms go out as they are; names with a hash are kept for ever.

use crate::extract::Params;
use crate::headers;
use crate::problem::{ApiError, ApiResult, Code};
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use candor_app::visitor;
use candor_assets::Asset;
use candor_domain::id::InboxId;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use serde::Deserialize;

const FOREVER: &str = "public, max-age=31536000, immutable";
const CHECK: &str = "no-cache";
/// The loader's name never changes; a new version arrives within five minutes.
const SHORT: &str = "public, max-age=300";
/// Surfaces where an unknown path is a problem document, not the console.
const MACHINES: [&str; 4] = ["/api/", "/visitor/", "/hooks/", "/metrics"];

/// Everything that no route answers.
pub async fn fallback(State(state): State<AppState>, request: Request) -> Response {
    let path = request.uri().path();
    if MACHINES.iter().any(|surface| path.starts_with(surface)) || path == "/api" || path == "/visitor" {
        return ApiError::new(Code::NotFound).into_response();
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return ApiError::new(Code::MethodNotAllowed).into_response();
    }
    let name = path.trim_start_matches('/');
    if name.starts_with("demo/") && !state.options.demo {
        return ApiError::new(Code::NotFound).into_response();
    }
    match candor_assets::get(name) {
        Some(asset) if !name.ends_with(".html") => file(asset, request.headers()),
        None if has_extension(name) => ApiError::new(Code::NotFound).into_response(),
        _ => console(&state, request.headers()),
    }
}

/// The console, for every path of its own router.
fn console(state: &AppState, asked: &HeaderMap) -> Response {
    page("index.html", asked, &headers::console_policy(&state.site), true)
}

/// `/demo`: stands for an exchange's site that has the widget on it.
pub async fn demo(State(state): State<AppState>, asked: HeaderMap) -> Response {
    if !state.options.demo {
        return ApiError::new(Code::NotFound).into_response();
    }
    page("demo/index.html", &asked, headers::demo_policy(), true)
}

/// The widget's frame: which pages may show it is its inbox's setting.
pub async fn widget(State(state): State<AppState>, Params(shown): Params<Shown>, asked: HeaderMap) -> ApiResult<Response> {
    let inbox = shown.inbox.ok_or(ApiError::new(Code::NotFound))?;
    let pages = visitor::frame_ancestors(&state.app, inbox).await?;
    let mut response = page("widget/index.html", &asked, &headers::widget_policy(&state.site, &pages), false);
    // Pages that isolate themselves may show it: it says that it may be loaded, and isolates itself too.
    let headers = response.headers_mut();
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin"));
    headers.insert(HeaderName::from_static("cross-origin-embedder-policy"), HeaderValue::from_static("require-corp"));
    Ok(response)
}

/// What the loader says in the frame's address; the rest is for the app in it.
#[derive(Debug, Deserialize)]
pub struct Shown {
    inbox: Option<InboxId>,
}

/// `/chat`: the widget's app as a page of its own.
pub async fn chat(State(state): State<AppState>, asked: HeaderMap) -> Response {
    page("widget/index.html", &asked, &headers::chat_policy(&state.site), true)
}

pub(crate) fn page(name: &str, asked: &HeaderMap, policy: &str, isolated: bool) -> Response {
    let Some(asset) = candor_assets::get(name) else { return ApiError::new(Code::NotFound).into_response() };
    let mut response = file(asset, asked);
    headers::page(response.headers_mut(), policy, isolated);
    response
}

fn has_extension(name: &str) -> bool {
    name.rsplit('/').next().is_some_and(|last| last.contains('.'))
}

fn file(asset: &'static Asset, asked: &HeaderMap) -> Response {
    let mut response = if is_known(asset, asked) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let (bytes, packing) = pack(asset, asked);
        let mut response = axum::body::Body::from(bytes).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.media_type));
        if let Some(packing) = packing {
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(packing));
        }
        response
    };
    let loader = asset.path == "w.js";
    let keep = if asset.immutable {
        FOREVER
    } else if loader {
        SHORT
    } else {
        CHECK
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    headers.insert(header::ETAG, HeaderValue::from_static(asset.etag));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if asset.path.starts_with("widget/") {
        // The frame isolates itself, so its worker has to say that it does too.
        headers.insert(HeaderName::from_static("cross-origin-embedder-policy"), HeaderValue::from_static("require-corp"));
    }
    if loader {
        // Host pages that isolate themselves may still load it.
        headers.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin"));
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
    response
}

fn is_known(asset: &Asset, asked: &HeaderMap) -> bool {
    let known = asked.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    known.is_some_and(|tags| tags.split(',').any(|tag| tag.trim().trim_start_matches("W/") == asset.etag))
}

/// The smallest form the client takes.
fn pack(asset: &'static Asset, asked: &HeaderMap) -> (&'static [u8], Option<&'static str>) {
    let taken = asked.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match (asset.br, asset.gz) {
        (Some(br), _) if takes(taken, "br") => (br, Some("br")),
        (_, Some(gz)) if takes(taken, "gzip") => (gz, Some("gzip")),
        _ => (asset.bytes, None),
    }
}

/// Whether `Accept-Encoding` names this form, and not with weight 0.
fn takes(accepted: &str, form: &str) -> bool {
    accepted.split(',').any(|one| {
        let mut parts = one.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(form));
        let refused = parts.any(|weight| weight.strip_prefix("q=").is_some_and(|weight| weight.parse::<f32>() == Ok(0.0)));
        named && !refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_forms_go_to_those_who_take_them() {
        assert!(takes("gzip, deflate, br", "br"));
        assert!(takes("BR;q=0.5", "br"));
        assert!(!takes("br;q=0, gzip", "br"));
        assert!(!takes("", "gzip"));
        assert!(!takes("brotli", "br"));
    }

    #[test]
    fn paths_of_files_are_not_paths_of_the_console() {
        assert!(has_extension("console/x.js"));
        assert!(!has_extension("inbox/mine"));
        assert!(!has_extension("a.b/mine"));
    }
}
