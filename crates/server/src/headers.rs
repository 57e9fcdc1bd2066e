//! What every answer says to browsers: nothing may be guessed, framed, or loaded from elsewhere unless a page's own
//! policy says so. Pages set their policy themselves; everything else has the strictest one.

use crate::state::{AppState, Site};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use candor_domain::inbox::Origin;
use http::HeaderValue;
use http::header::{self, HeaderMap, HeaderName};

const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
const NO_POWERS: &str = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()";

/// Fills in what the handler did not set.
pub async fn protect(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut usual = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    usual(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    usual(header::REFERRER_POLICY, "same-origin");
    usual(header::CONTENT_SECURITY_POLICY, NOTHING);
    usual(header::CACHE_CONTROL, "no-store");
    usual(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    usual(HeaderName::from_static("permissions-policy"), NO_POWERS);
    if state.site.is_secure() {
        usual(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    response
}

/// The policy of a page, and the headers that go with it.
pub fn page(headers: &mut HeaderMap, policy: &str, isolated: bool) {
    let policy = HeaderValue::from_str(policy).expect("origins are plain text");
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    if isolated {
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        headers.insert(HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin"));
    }
}

/// The console: everything from here, shown in no frame; it frames the mails it shows.
pub fn console_policy(site: &Site) -> String {
    format!("{}; frame-src 'self'", chat_policy(site))
}

/// `/chat`: everything from here, and shown in no frame.
pub fn chat_policy(site: &Site) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; media-src 'self' blob:; \
         connect-src 'self' {}; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        site.socket_origin()
    )
}

/// The page in a mail: nobody's own, whatever shows it; it runs nothing and fetches nothing but pictures, those of other servers only
/// where they were asked for. Links open in windows that know nothing of this one.
pub fn mail(headers: &mut HeaderMap, remote: bool) {
    const PLAIN: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'self'";
    const REMOTE: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data: https:; \
         style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(if remote { REMOTE } else { PLAIN }));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
}

/// The widget: as the console, but shown in frames of these pages.
pub fn widget_policy(site: &Site, shown_by: &[Origin]) -> String {
    let mut frames = vec!["'self'"];
    frames.extend(shown_by.iter().map(Origin::as_str));
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; media-src 'self' blob:; \
         connect-src 'self' {}; base-uri 'none'; form-action 'none'; frame-ancestors {}",
        site.socket_origin(),
        frames.join(" ")
    )
}

/// The demo page stands for an exchange's own site: it loads the loader and frames the widget.
pub fn demo_policy() -> &'static str {
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widget_stands_in_frames_of_its_pages_only() {
        let site = Site::parse("https://desk.test").unwrap();
        let policy = widget_policy(&site, &["https://exchange.test".parse().unwrap()]);
        assert!(policy.contains("connect-src 'self' wss://desk.test;"), "{policy}");
        assert!(policy.ends_with("frame-ancestors 'self' https://exchange.test"), "{policy}");
    }
}
