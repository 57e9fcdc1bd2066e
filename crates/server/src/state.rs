//! What every handler hangs on: the use cases, what the public address implies, whom to believe about addresses,
//! and whether the server is going down. No statics: a hundred desks run in one test process.

use crate::config::Network;
use candor_app::App;
use candor_domain::inbox::{Origin, OriginError};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

#[derive(Clone)]
pub struct AppState(Arc<Parts>);

/// The parts of an [`AppState`].
pub struct Parts {
    pub app: App,
    pub site: Site,
    pub options: Options,
    /// Cancelled when the server begins to go down: sockets tell their clients to come back.
    pub draining: CancellationToken,
    /// Open sockets and streams hold one of its tokens, so that going down can wait for them.
    pub sockets: TaskTracker,
}

/// What the operator decides about the outside.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Proxies whose word on the client's address counts.
    pub trusted_proxies: Vec<Network>,
    /// Whether the demo page is offered.
    pub demo: bool,
    /// Whether lists are read here: then the desk is ready only when open work has been read.
    pub screens: bool,
}

impl AppState {
    pub fn new(app: App, site: Site, options: Options) -> Self {
        Self(Arc::new(Parts { app, site, options, draining: CancellationToken::new(), sockets: TaskTracker::new() }))
    }

    /// The desk of a test, on this database.
    #[cfg(test)]
    pub(crate) fn of_test(db: &candor_store::testing::TestDb, options: Options) -> Self {
        let address = "http://localhost:1";
        let clock = Arc::clone(db.db.clock());
        let config = candor_app::Config::new(address.to_owned(), db.dir().to_owned());
        let app = App::new(db.db.clone(), config, candor_app::Ids::seeded(Arc::clone(&clock), 1), clock);
        Self::new(app, Site::parse(address).expect("an address of this machine"), options)
    }
}

impl std::ops::Deref for AppState {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// What follows from `public_url`; the Host header never decides anything. Plain http stands only for this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    origin: Origin,
}

impl Site {
    pub fn parse(public_url: &str) -> Result<Self, OriginError> {
        public_url.parse().map(|origin| Self { origin })
    }

    /// Scheme, host and port, as browsers write an Origin.
    pub fn origin(&self) -> &str {
        self.origin.as_str()
    }

    /// The same place for sockets, for policies of browsers that do not count them under 'self'.
    pub fn socket_origin(&self) -> String {
        self.origin().replacen("http", "ws", 1)
    }

    pub fn is_secure(&self) -> bool {
        self.origin().starts_with("https://")
    }

    /// The name of the agents' cookie. Browsers keep the prefixed one to https, this host and the whole path.
    pub fn cookie_name(&self) -> &'static str {
        if self.is_secure() { "__Host-candor" } else { "candor_dev" }
    }

    /// Whether a page with this Origin is our own. On this machine all its names are, with the same port.
    pub fn owns(&self, origin: &str) -> bool {
        let same_machine = || {
            !self.is_secure() && origin.starts_with("http://") && origin.parse::<Origin>().is_ok() && port(origin) == port(self.origin())
        };
        self.origin.is(origin) || same_machine()
    }
}

fn port(origin: &str) -> Option<&str> {
    origin.rsplit_once(':').map(|(_, port)| port).filter(|port| port.bytes().all(|byte| byte.is_ascii_digit()))
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
        assert_eq!(Site::parse("http://support.example.com"), Err(OriginError::PlainHttp));
        assert_eq!(Site::parse("https://a.test/desk"), Err(OriginError::Path));
    }
}
