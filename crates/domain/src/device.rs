//! What a browser says of itself, in the few words that help an agent: "Chrome 141", "Android 15".
//!
//! A hint and nothing more: anybody can say anything, so nothing may depend on it.

use serde::{Deserialize, Serialize};

/// A visitor's or agent's browser or app.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
}

/// Marks and names, the most particular first: nearly everything calls itself Chrome and Safari too.
const BROWSERS: [(&str, &str); 13] = [
    ("MicroMessenger/", "WeChat"),
    ("AlipayClient/", "Alipay"),
    ("QQBrowser/", "QQ Browser"),
    ("UCBrowser/", "UC Browser"),
    ("MiuiBrowser/", "Mi Browser"),
    ("HuaweiBrowser/", "Huawei Browser"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
];

impl Device {
    /// Reads a `User-Agent`.
    pub fn from_user_agent(text: &str) -> Self {
        Self { browser: browser(text), os: os(text), ..Self::default() }
    }

    /// In one line, as lists of sessions show it.
    pub fn line(&self) -> Option<String> {
        let parts: Vec<&str> = [&self.browser, &self.os].into_iter().flatten().map(String::as_str).collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

fn browser(text: &str) -> Option<String> {
    for (mark, name) in BROWSERS {
        if let Some((_, rest)) = text.split_once(mark) {
            return Some(named(name, &digits(rest)));
        }
    }
    let (_, version) = text.split_once("Version/").filter(|_| text.contains("Safari/"))?;
    Some(named("Safari", &digits(version)))
}

fn os(text: &str) -> Option<String> {
    if let Some((_, rest)) = text.split_once("Android ") {
        return Some(named("Android", &digits(rest)));
    }
    if let Some((_, rest)) = text.split_once("iPhone OS ").or_else(|| text.split_once("CPU OS ")) {
        return Some(named("iOS", &digits(rest)));
    }
    let known = [
        ("Windows NT", "Windows"),
        ("HarmonyOS", "HarmonyOS"),
        ("OpenHarmony", "HarmonyOS"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ];
    known.into_iter().find(|(mark, _)| text.contains(mark)).map(|(_, name)| name.to_owned())
}

/// The first number of a version; more would tell people apart.
fn digits(rest: &str) -> String {
    rest.chars().take_while(char::is_ascii_digit).take(4).collect()
}

fn named(name: &str, version: &str) -> String {
    if version.is_empty() { name.to_owned() } else { format!("{name} {version}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_browsers_are_named() {
        for (agent, line) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
                "Chrome 141, Windows",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
                "Edge 141, Windows",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Safari/605.1.15",
                "Safari 18, macOS",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Mobile/15E148 Safari/604.1",
                "Chrome 140, iOS 18",
            ),
            (
                "Mozilla/5.0 (Linux; Android 15; K) AppleWebKit/537.36 Chrome/138.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.60",
                "WeChat 8, Android 15",
            ),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox 140, Linux"),
        ] {
            assert_eq!(Device::from_user_agent(agent).line().as_deref(), Some(line), "{agent}");
        }
    }

    #[test]
    fn nonsense_names_nothing() {
        for agent in ["", "curl/8.5", "Version/", "<script>", "Chrome", "\u{202e}Safari/"] {
            assert_eq!(Device::from_user_agent(agent).line(), None, "{agent}");
        }
        assert_eq!(Device::from_user_agent("Chrome/99999999999").line().as_deref(), Some("Chrome 9999"));
    }
}
