//! The agents' cookie: read from requests, set and taken back by signing in and out.

use crate::state::Site;
use http::{HeaderMap, HeaderValue, header};

/// The value of the desk's own cookie.
pub(crate) fn read<'a>(headers: &'a HeaderMap, site: &Site) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|value| value.split(';')).find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == site.cookie_name() && !value.is_empty()).then_some(value)
    })
}

/// `Set-Cookie` of a new session: kept by the browser for this long, out of reach of scripts and of other sites.
pub fn sign_in(site: &Site, token: &str, life_ms: i64) -> HeaderValue {
    write(site, token, life_ms / 1000)
}

/// `Set-Cookie` that takes it back.
pub fn sign_out(site: &Site) -> HeaderValue {
    write(site, "", 0)
}

fn write(site: &Site, value: &str, seconds: i64) -> HeaderValue {
    let secure = if site.is_secure() { "; Secure" } else { "" };
    let text = format!("{}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}", site.cookie_name());
    HeaderValue::from_str(&text).expect("tokens are base64url")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_cookie_is_found_among_others() {
        let site = Site::parse("https://desk.test").unwrap();
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "a=1; candor_dev=no".parse().unwrap());
        assert_eq!(read(&headers, &site), None);
        headers.append(header::COOKIE, "__Host-candor=yes=; b=2".parse().unwrap());
        assert_eq!(read(&headers, &site), Some("yes="));
    }

    #[test]
    fn the_cookie_is_bound_to_this_host_and_hidden_from_scripts() {
        let site = Site::parse("https://desk.test").unwrap();
        assert_eq!(sign_in(&site, "abc", 60_000), "__Host-candor=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure");
        let site = Site::parse("http://localhost:8080").unwrap();
        assert_eq!(sign_out(&site), "candor_dev=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    }
}
