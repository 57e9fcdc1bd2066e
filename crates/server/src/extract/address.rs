//! Where a request comes from. A forwarded address counts only when a trusted proxy says it.

use crate::config::Network;
use crate::problem::ApiError;
use crate::state::AppState;
use axum::extract::FromRequestParts;
use http::HeaderMap;
use http::request::Parts;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The other end of the connection, put into every request by the listener.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// The client's address, for rate limits and session lists. Personal data: never logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl FromRequestParts<AppState> for ClientAddress {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let peer = parts.extensions.get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
        Ok(Self(client(peer, &parts.headers, &state.options.trusted_proxies)))
    }
}

/// Walks the forwarded list from the right, over trusted proxies, to the first address that is none.
fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut seen = peer.to_canonical();
    let values: Vec<&str> = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok()).collect();
    for hop in values.iter().rev().flat_map(|value| value.rsplit(',')) {
        if !is_trusted(seen) {
            break;
        }
        let Some(address) = read(hop.trim()) else { break };
        seen = address.to_canonical();
    }
    seen
}

/// An address with or without port and brackets.
fn read(hop: &str) -> Option<IpAddr> {
    hop.parse::<IpAddr>()
        .or_else(|_| hop.parse::<SocketAddr>().map(|socket| socket.ip()))
        .or_else(|_| hop.trim_start_matches('[').trim_end_matches(']').parse())
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(peer: &str, forwarded: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        let trusted = ["10.0.0.0/8".parse().unwrap(), "127.0.0.1".parse().unwrap()];
        client(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn a_stranger_cannot_name_its_own_address() {
        assert_eq!(from("203.0.113.9", &["1.2.3.4"]), "203.0.113.9");
        assert_eq!(from("127.0.0.1", &["1.2.3.4, 203.0.113.9"]), "203.0.113.9");
    }

    #[test]
    fn trusted_proxies_are_walked_over() {
        assert_eq!(from("127.0.0.1", &["203.0.113.9, 10.1.1.1"]), "203.0.113.9");
        assert_eq!(from("127.0.0.1", &["203.0.113.9", "10.1.1.1"]), "203.0.113.9");
        assert_eq!(from("127.0.0.1", &["[2001:db8::1]:443"]), "2001:db8::1");
        assert_eq!(from("127.0.0.1", &["203.0.113.9:5555"]), "203.0.113.9");
    }

    #[test]
    fn what_cannot_be_read_ends_the_walk() {
        assert_eq!(from("127.0.0.1", &["1.2.3.4, unknown"]), "127.0.0.1");
        assert_eq!(from("127.0.0.1", &[]), "127.0.0.1");
    }
}
