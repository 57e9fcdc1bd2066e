//! The address of a scanner.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Unix(PathBuf),
    Tcp(SocketAddr),
}

/// Why a text is no address of a scanner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPlace {
    #[error("an address as unix:/run/clamav/clamd.ctl or tcp:127.0.0.1:3310")]
    Form,
    #[error("files go there in the clear: only this machine and private networks can be one")]
    Public,
}

pub(super) fn parse(text: &str) -> Result<Place, NoPlace> {
    match text.trim().split_once(':') {
        Some(("unix", path)) if path.starts_with('/') => Ok(Place::Unix(PathBuf::from(path))),
        Some(("tcp", address)) => {
            let address: SocketAddr = address.parse().map_err(|_| NoPlace::Form)?;
            if is_near(address.ip().to_canonical()) { Ok(Place::Tcp(address)) } else { Err(NoPlace::Public) }
        }
        _ => Err(NoPlace::Form),
    }
}

fn is_near(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_loopback() || address.is_private() || address.is_link_local(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local(),
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            Self::Tcp(address) => write!(f, "tcp:{address}"),
        }
    }
}
