//! The page a browser's request comes from, as the browser says it.

use crate::problem::{ApiError, Code};
use crate::state::{AppState, Site};
use axum::extract::FromRequestParts;
use candor_app::visitor;
use http::request::Parts;
use http::{HeaderMap, Method, header};

/// The page a visitor's request comes from, for the calls that check it against the inbox's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OptionalOrigin {
    /// None was sent: an app, or a browser that reads from its own site.
    Absent,
    /// The desk's own.
    Own,
    Page(String),
}

impl OptionalOrigin {
    pub fn as_origin(&self) -> visitor::Origin<'_> {
        match self {
            Self::Absent => visitor::Origin::Absent,
            Self::Own => visitor::Origin::Own,
            Self::Page(page) => visitor::Origin::Page(page),
        }
    }
}

impl FromRequestParts<AppState> for OptionalOrigin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        Ok(match origin(&parts.headers)? {
            None => Self::Absent,
            Some(origin) if state.site.owns(origin) => Self::Own,
            Some(origin) => Self::Page(origin.to_owned()),
        })
    }
}

/// A request that a page of somebody else's did not make: ours, or an app without Origin. For calls that are not
/// about one inbox's list, as the visitors' socket before it is signed in.
#[derive(Clone, Copy, Debug)]
pub struct NoForeignPage;

impl FromRequestParts<AppState> for NoForeignPage {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        refuse_foreign(&parts.headers, &state.site).map(|()| Self)
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
