//! What every handler hangs on: the use cases, what the public address implies, whom to believe about addresses,
//! and whether the server is going down. No statics: a hundred desks run in one test process.

use crate::config::Network;
use candor_app::App;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

#[derive(Clone)]
pub struct AppState(Arc<Parts>);

/// The parts of an [`AppState`].
pub struct Parts {
    pub app: App,
    pub site: Site,
    /// Proxies whose word on the client's address counts.
    pub trusted_proxies: Vec<Network>,
    /// Cancelled when the server begins to go down: sockets tell their clients to come back.
    pub draining: CancellationToken,
    /// Whether the demo page and its signing helper are offered.
    pub demo: bool,
}

impl AppState {
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl std::ops::Deref for AppState {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// What follows from `public_url`; the Host header never decides anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    origin: String,
    loopback_port: Option<u16>,
    secure: bool,
}

/// Why an address cannot be the public one.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadAddress {
    #[error("not an address like https://support.example.com")]
    Unreadable,
    #[error("has a path, query or user name; give scheme, host and port only")]
    MoreThanOrigin,
    #[error("plain http works on loopback only, because browsers send sign-in cookies over https; use https")]
    PlainHttp,
}

impl Site {
    pub fn parse(public_url: &str) -> Result<Self, BadAddress> {
        let uri: http::Uri = public_url.trim_end_matches('/').parse().map_err(|_| BadAddress::Unreadable)?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return Err(BadAddress::Unreadable) };
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() || authority.as_str().contains('@') {
            return Err(BadAddress::MoreThanOrigin);
        }
        let secure = match scheme {
            "https" => true,
            "http" => false,
            _ => return Err(BadAddress::Unreadable),
        };
        let host = authority.host().to_ascii_lowercase();
        let port = authority.port_u16();
        if !secure && !is_loopback(&host) {
            return Err(BadAddress::PlainHttp);
        }
        let usual = if secure { 443 } else { 80 };
        let origin = match port {
            Some(port) if port != usual => format!("{scheme}://{host}:{port}"),
            _ => format!("{scheme}://{host}"),
        };
        Ok(Self { origin, loopback_port: (!secure).then(|| port.unwrap_or(80)), secure })
    }

    /// Scheme, host and port, as browsers write an Origin.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The same place for sockets, for policies of browsers that do not count them under 'self'.
    pub fn socket_origin(&self) -> String {
        self.origin.replacen("http", "ws", 1)
    }

    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// The name of the agents' cookie. Browsers keep the prefixed one to https, this host and the whole path.
    pub fn cookie_name(&self) -> &'static str {
        if self.secure { "__Host-candor" } else { "candor_dev" }
    }

    /// Whether a page with this Origin is our own. On loopback all names of loopback are, with the same port.
    pub fn owns(&self, origin: &str) -> bool {
        if origin == self.origin {
            return true;
        }
        let Some(port) = self.loopback_port else { return false };
        let Ok(uri) = origin.parse::<http::Uri>() else { return false };
        uri.scheme_str() == Some("http") && uri.host().is_some_and(is_loopback) && uri.port_u16().unwrap_or(80) == port
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.ends_with(".localhost") || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        let site = Site::parse("https://Support.Example.com:443/").unwrap();
        assert_eq!(site.origin(), "https://support.example.com");
        assert_eq!(site.socket_origin(), "wss://support.example.com");
        assert_eq!(site.cookie_name(), "__Host-candor");
        assert!(site.owns("https://support.example.com"));
        assert!(!site.owns("http://support.example.com"));
        assert!(!site.owns("https://support.example.com.evil.test"));
        assert!(!site.owns("null"));
    }

    #[test]
    fn all_names_of_loopback_are_one_place_with_the_same_port() {
        let site = Site::parse("http://127.0.0.1:8080").unwrap();
        assert_eq!(site.cookie_name(), "candor_dev");
        assert!(site.owns("http://localhost:8080"));
        assert!(site.owns("http://[::1]:8080"));
        assert!(!site.owns("http://localhost:8081"));
        assert!(!site.owns("https://localhost:8080"));
        assert!(!site.owns("http://127.0.0.1.evil.test:8080"));
    }

    #[test]
    fn addresses_that_cannot_be_public_are_refused() {
        assert_eq!(Site::parse("http://support.example.com"), Err(BadAddress::PlainHttp));
        assert_eq!(Site::parse("https://a.test/desk"), Err(BadAddress::MoreThanOrigin));
        assert_eq!(Site::parse("https://me@a.test"), Err(BadAddress::MoreThanOrigin));
        assert_eq!(Site::parse("a.test"), Err(BadAddress::Unreadable));
        assert_eq!(Site::parse("ftp://a.test"), Err(BadAddress::Unreadable));
    }
}
