//! The page a browser's request comes from, as the browser says it.

use crate::problem::{ApiError, Code};
use crate::state::{AppState, Site};
use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, Method, header};

/// The Origin, if there is one: apps send none. It is the desk's own or the request was refused before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionalOrigin(pub Option<String>);

impl FromRequestParts<AppState> for OptionalOrigin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, ApiError> {
        Ok(Self(origin(&parts.headers)?.map(str::to_owned)))
    }
}

fn origin(headers: &HeaderMap) -> Result<Option<&str>, ApiError> {
    headers.get(header::ORIGIN).map(|value| value.to_str().map_err(|_| ApiError::new(Code::OriginRefused))).transpose()
}

/// The visitors' surface: a page that names its Origin must be ours (the widget is a frame of ours); apps name none.
pub(crate) fn refuse_foreign(headers: &HeaderMap, site: &Site) -> Result<(), ApiError> {
    match origin(headers)? {
        Some(origin) if !site.owns(origin) => Err(ApiError::new(Code::OriginRefused)),
        _ => Ok(()),
    }
}

/// What comes with a cookie: an unsafe request, or one that opens a socket, must be made by our own page.
pub(crate) fn refuse_forged(method: &Method, headers: &HeaderMap, site: &Site) -> Result<(), ApiError> {
    let harmless = method.is_safe() && !headers.contains_key(header::UPGRADE);
    let ours = match origin(headers)? {
        Some(origin) => site.owns(origin),
        None => harmless || headers.get("sec-fetch-site").is_some_and(|value| value == "same-origin"),
    };
    if ours { Ok(()) } else { Err(ApiError::new(Code::Csrf)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forged(method: Method, given: &[(&'static str, &str)]) -> bool {
        let site = Site::parse("https://desk.test").unwrap();
        let headers = given.iter().map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap())).collect();
        refuse_forged(&method, &headers, &site).is_err()
    }

    #[test]
    fn only_our_own_page_may_change_something_with_a_cookie() {
        assert!(forged(Method::POST, &[]));
        assert!(forged(Method::POST, &[("origin", "null")]));
        assert!(forged(Method::POST, &[("origin", "https://evil.test")]));
        assert!(forged(Method::POST, &[("origin", "https://evil.test"), ("sec-fetch-site", "same-origin")]));
        assert!(forged(Method::POST, &[("sec-fetch-site", "cross-site")]));
        assert!(forged(Method::POST, &[("sec-fetch-site", "same-site")]));
        assert!(!forged(Method::POST, &[("origin", "https://desk.test")]));
        assert!(!forged(Method::DELETE, &[("sec-fetch-site", "same-origin")]));
    }

    #[test]
    fn reading_is_harmless_but_a_socket_is_not() {
        assert!(!forged(Method::GET, &[]));
        assert!(forged(Method::GET, &[("origin", "https://evil.test")]));
        assert!(forged(Method::GET, &[("upgrade", "websocket")]));
        assert!(!forged(Method::GET, &[("upgrade", "websocket"), ("origin", "https://desk.test")]));
    }
}
