//! Takes the addresses out of images, and says where links really lead.
//!
//! Works on what `ammonia` wrote: each attribute quoted, each `a` closed. Values are carried over as they are written.

use super::lex::{Lexer, Token};
use ammonia::Url;

/// Content ids that are listed; a mail has as many as it has parts.
const MAX_CIDS: usize = 200;
/// Bytes of a link's text that are looked at.
const MAX_LABEL: usize = 300;
/// Endings of file names that look like hosts.
const FILES: [&str; 16] =
    ["csv", "doc", "docx", "eml", "gif", "htm", "html", "jpeg", "jpg", "json", "log", "pdf", "png", "txt", "xlsx", "zip"];

/// HTML from which nothing is fetched.
#[derive(Debug, Default)]
pub(super) struct Inert {
    pub(super) html: String,
    pub(super) remote: usize,
    pub(super) cids: Vec<String>,
}

/// Writes the HTML with inert images and marked links.
pub(super) fn inert(html: &str) -> Inert {
    let mut out = Inert { html: String::with_capacity(html.len() + html.len() / 16), ..Inert::default() };
    let mut lexer = Lexer::new(html);
    while let Some(token) = lexer.next() {
        match token {
            Token::Text(text) => out.html.push_str(text),
            Token::Start(name, attributes) if name == "img" => out.image(&attributes),
            Token::Start(name, attributes) => {
                out.html.push('<');
                out.html.push_str(&name);
                for (attribute, value) in &attributes {
                    out.attribute(attribute, value);
                }
                let href = attributes.iter().find(|(attribute, _)| name == "a" && *attribute == "href");
                if let Some(host) = href.and_then(|(_, href)| other_host(&decoded(href), &label(lexer.clone()))) {
                    out.attribute("data-other-host", &encoded(&host));
                }
                out.html.push('>');
            }
            Token::End(name) => {
                out.html.push_str("</");
                out.html.push_str(&name);
                out.html.push('>');
            }
        }
    }
    out
}

impl Inert {
    fn attribute(&mut self, name: &str, value: &str) {
        self.html.push(' ');
        self.html.push_str(name);
        self.html.push_str("=\"");
        self.html.push_str(value);
        self.html.push('"');
    }

    fn image(&mut self, attributes: &[(&str, &str)]) {
        let source = ["src", "data-src", "data-cid"].iter().find_map(|name| attributes.iter().find(|(found, _)| found == name));
        self.html.push_str("<img");
        for (name, value) in attributes.iter().filter(|(name, _)| !matches!(*name, "src" | "data-src" | "data-cid")) {
            self.attribute(name, value);
        }
        match source {
            Some((_, data)) if data.starts_with("data:") => self.attribute("src", data),
            Some((name, cid)) if *name == "data-cid" => self.picture(cid),
            Some((_, url)) => match cid_of(url) {
                Some(cid) => self.picture(&encoded(&cid)),
                None => {
                    self.remote += 1;
                    self.attribute("data-src", url);
                }
            },
            None => {}
        }
        self.html.push('>');
    }

    fn picture(&mut self, cid: &str) {
        let id = decoded(cid);
        if !self.cids.contains(&id) && self.cids.len() < MAX_CIDS {
            self.cids.push(id);
        }
        self.attribute("data-cid", cid);
    }
}

/// The text of the link that was just opened. Links do not nest, so each is read ahead once.
fn label(lexer: Lexer<'_>) -> String {
    let mut label = String::new();
    for token in lexer {
        match token {
            Token::Text(text) => label.push_str(text.get(..text.floor_char_boundary(MAX_LABEL)).unwrap_or_default()),
            Token::End(name) if name == "a" => break,
            _ => {}
        }
        if label.len() > MAX_LABEL {
            break;
        }
    }
    decoded(&label)
}

/// The host that a link leads to, when its text names another one.
fn other_host(href: &str, label: &str) -> Option<String> {
    let target = Url::parse(href).ok()?.host_str()?.to_ascii_lowercase();
    let named = host_named(label.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{200b}' | '<' | '>' | '"' | ',' | ';')))?;
    (bare(&named) != bare(&target)).then_some(target)
}

/// The host of a text that is a web address as a whole: `https://example.com/login`, `www.example.com`, `example.com`.
fn host_named(text: &str) -> Option<String> {
    if text.is_empty() || text.chars().any(char::is_whitespace) {
        return None;
    }
    let lower = text.to_lowercase();
    let full = lower.starts_with("http://") || lower.starts_with("https://");
    let host = if full { Url::parse(text) } else { Url::parse(&format!("https://{text}")) }.ok()?.host_str()?.to_ascii_lowercase();
    if full {
        return Some(host);
    }
    let start = lower.split(['/', '?', '#']).next().unwrap_or_default();
    let (_, top) = start.split(':').next()?.rsplit_once('.')?;
    let is_host = top.chars().count() >= 2 && top.chars().all(char::is_alphabetic) && !start.contains('@');
    (is_host && (start.len() < lower.len() || !FILES.contains(&top))).then_some(host)
}

fn bare(host: &str) -> &str {
    host.strip_prefix("www.").unwrap_or(host).trim_end_matches('.')
}

/// The id in `cid:…` (RFC 2392), with its percent signs resolved.
fn cid_of(url: &str) -> Option<String> {
    let url = decoded(url);
    let (scheme, id) = url.split_once(':')?;
    if !scheme.eq_ignore_ascii_case("cid") {
        return None;
    }
    let mut bytes = Vec::with_capacity(id.len());
    let mut rest = id.as_bytes();
    while let [first, after @ ..] = rest {
        let escape = if *first == b'%' { after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok()) } else { None };
        match escape.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    let id: String = String::from_utf8_lossy(&bytes).chars().filter(|c| !c.is_control()).collect();
    Some(id.trim_matches(|c: char| c == '<' || c == '>' || c == ' ').to_owned())
}

/// The five characters that the writer of the HTML escapes.
pub(super) fn decoded(value: &str) -> String {
    value.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&nbsp;", "\u{a0}").replace("&amp;", "&")
}

pub(super) fn encoded(value: &str) -> String {
    value.replace('&', "&amp;").replace('"', "&quot;").replace('\u{a0}', "&nbsp;").replace('<', "&lt;").replace('>', "&gt;")
}
