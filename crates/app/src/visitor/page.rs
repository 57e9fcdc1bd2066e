//! The page a chat was opened on, kept so far as an agent may follow it: an address of the web without what stands
//! behind `?` and `#`, where pages put tokens.

use candor_domain::text;
use serde::Serialize;

/// A page's address and title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Page {
    pub url: String,
    pub title: String,
}

const MAX_URL: usize = 1000;
const MAX_TITLE: usize = 200;

impl Page {
    /// A page as a client names it; `None` when it is no page of the web.
    pub fn clean(url: &str, title: &str) -> Option<Self> {
        let url = url.split(['?', '#']).next().unwrap_or_default().trim();
        let web =
            ["https://", "http://"].iter().any(|scheme| url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
        let plain = url.len() <= MAX_URL && !url.chars().any(|c| c.is_control() || c.is_whitespace() || "<>\"'`\\".contains(c));
        // Somebody's name and password do not belong to an address.
        let nobody = !url.split('/').nth(2).unwrap_or_default().contains('@');
        (web && plain && nobody).then(|| Self { url: url.to_owned(), title: text::clean_line(title, MAX_TITLE) })
    }

    /// As it is kept.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("texts always serialise")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_web_are_kept_and_without_their_secrets() {
        let url = |text| Page::clean(text, "t").map(|page| page.url);
        assert_eq!(url("https://ex.test/wallet/withdraw?token=1#a"), Some("https://ex.test/wallet/withdraw".to_owned()));
        assert_eq!(url("HTTP://localhost:8080/"), Some("HTTP://localhost:8080/".to_owned()));
        for bad in [
            "javascript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "",
            "//x",
            "https://u:p@ex.test/",
            "https://ex.test/\"onclick=",
            "https://ex.test/a b",
        ] {
            assert_eq!(url(bad), None, "{bad}");
        }
        assert_eq!(Page::clean("https://ex.test", "<b>提现\u{202e}</b>\n").map(|page| page.title).as_deref(), Some("<b>提现</b>"));
    }
}
