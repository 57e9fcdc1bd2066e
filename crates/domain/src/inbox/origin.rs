//! A page's origin in its one normal form: `https://host[:port]`, as browsers send it.

use serde::{Deserialize, Serialize};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;
use thiserror::Error;

/// An origin that may use a widget. Plain `http` only on this machine.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Origin(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum OriginError {
    #[error("write it as https://www.example.com")]
    Shape,
    #[error("http is only for this machine; use https")]
    PlainHttp,
    #[error("an origin has no path, only scheme, host and port")]
    Path,
    #[error("the port is a number from 1 to 65535")]
    Port,
    #[error("write names outside ASCII in their xn-- form")]
    NotAscii,
}

impl Origin {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether an `Origin` header names this origin. Browsers send the normal form, so anything else is refused.
    pub fn is(&self, header: &str) -> bool {
        self.0 == header
    }
}

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        let text = text.trim();
        if !text.is_ascii() {
            return Err(OriginError::NotAscii);
        }
        let text = text.to_ascii_lowercase();
        let (scheme, rest) = text.split_once("://").ok_or(OriginError::Shape)?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.contains(['/', '?', '#']) {
            return Err(OriginError::Path);
        }
        let (host, port) = split_port(rest)?;
        let local = is_local(host);
        if !local && !is_name(host) && host.parse::<Ipv4Addr>().is_err() && ipv6(host).is_none() {
            return Err(OriginError::Shape);
        }
        let usual = match scheme {
            "https" => 443,
            "http" if local => 80,
            "http" => return Err(OriginError::PlainHttp),
            _ => return Err(OriginError::Shape),
        };
        let host = ipv6(host).map_or_else(|| host.to_owned(), |address| format!("[{address}]"));
        Ok(Self(match port {
            Some(port) if port != usual => format!("{scheme}://{host}:{port}"),
            _ => format!("{scheme}://{host}"),
        }))
    }
}

fn split_port(rest: &str) -> Result<(&str, Option<u16>), OriginError> {
    let colon = rest.rfind(':').filter(|at| !rest[*at..].contains(']'));
    let Some(at) = colon else { return Ok((rest, None)) };
    let digits = &rest[at + 1..];
    let number = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<u16>().ok()).flatten();
    let port = number.filter(|port| *port > 0).ok_or(OriginError::Port)?;
    Ok((&rest[..at], Some(port)))
}

fn ipv6(host: &str) -> Option<Ipv6Addr> {
    host.strip_prefix('[')?.strip_suffix(']')?.parse().ok()
}

fn is_local(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost") && is_name(host)
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || ipv6(host).is_some_and(|address| address.is_loopback())
}

/// A host name with at least two labels.
fn is_name(host: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    // A last label of digits would be an address.
    let named = host.rsplit('.').next().is_some_and(|last| !last.bytes().all(|byte| byte.is_ascii_digit()));
    host.len() <= 253 && host.contains('.') && named && host.split('.').all(label)
}

impl TryFrom<String> for Origin {
    type Error = OriginError;

    fn try_from(text: String) -> Result<Self, OriginError> {
        text.parse()
    }
}

impl From<Origin> for String {
    fn from(origin: Origin) -> Self {
        origin.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(text: &str) -> Result<String, OriginError> {
        text.parse::<Origin>().map(String::from)
    }

    #[test]
    fn an_origin_has_one_form() {
        for (typed, kept) in [
            ("https://Www.Example.com", "https://www.example.com"),
            (" https://www.example.com:443/ ", "https://www.example.com"),
            ("https://example.com:8443", "https://example.com:8443"),
            ("http://localhost:8080", "http://localhost:8080"),
            ("http://127.0.0.1:80", "http://127.0.0.1"),
            ("http://[::1]:5173", "http://[::1]:5173"),
            ("https://[2001:DB8::0:1]", "https://[2001:db8::1]"),
            ("https://xn--fiqs8s.example", "https://xn--fiqs8s.example"),
        ] {
            assert_eq!(normal(typed).as_deref(), Ok(kept), "{typed}");
        }
    }

    #[test]
    fn what_is_no_origin_is_refused_with_its_reason() {
        for (typed, why) in [
            ("www.example.com", OriginError::Shape),
            ("", OriginError::Shape),
            ("null", OriginError::Shape),
            ("*", OriginError::Shape),
            ("https://*.example.com", OriginError::Shape),
            ("https://user@example.com", OriginError::Shape),
            ("https://exam ple.com", OriginError::Shape),
            ("https://-a.example", OriginError::Shape),
            ("https://999.1.1.1", OriginError::Shape),
            ("ftp://example.com", OriginError::Shape),
            ("javascript://example.com", OriginError::Shape),
            ("http://example.com", OriginError::PlainHttp),
            ("https://example.com/help", OriginError::Path),
            ("https://example.com?x", OriginError::Path),
            ("https://example.com:0", OriginError::Port),
            ("https://example.com:99999", OriginError::Port),
            ("https://example.com:+1", OriginError::Port),
            ("https://中国.example", OriginError::NotAscii),
        ] {
            assert_eq!(normal(typed), Err(why), "{typed}");
        }
    }

    #[test]
    fn a_header_must_be_the_same_origin() {
        let origin: Origin = "https://example.com".parse().expect("an origin");
        assert!(origin.is("https://example.com"));
        for other in
            ["https://example.com.evil.test", "http://example.com", "https://example.com:444", "null", "", "https://sub.example.com"]
        {
            assert!(!origin.is(other), "{other}");
        }
    }
}
