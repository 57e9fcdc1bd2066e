//! Cleaned HTML as it is looked at: the mail's own pictures in their places, those of others only where they were asked for, and
//! links that say where they lead.
//!
//! Works on what [`super::clean`] wrote and adds nothing but addresses of pictures and titles of its own. A title that the sender
//! wrote is left out: over a link it would say whatever they like where the true host has to stand.

use super::Clean;
use super::inert::{decoded, encoded};
use super::lex::{Lexer, Token};
use ammonia::Url;

/// HTML to be looked at, in a page that runs nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// The inside of a `body`.
    pub html: String,
    /// Pictures that lie on other servers, whether they are shown or not.
    pub remote: usize,
}

/// Writes the HTML of a mail for the eye. `picture` gives the address of a picture of the mail by its content id, as `data:`;
/// with `remote`, pictures of other servers get theirs, over TLS alone.
pub fn sheet(clean: &Clean, remote: bool, picture: impl FnMut(&str) -> Option<String>) -> Sheet {
    let mut writer = Writer { out: Sheet { html: String::with_capacity(clean.html.len()), remote: 0 }, remote, picture };
    for token in Lexer::new(&clean.html) {
        match token {
            Token::Text(text) => writer.out.html.push_str(text),
            Token::Start(name, attributes) => writer.start(&name, &attributes),
            Token::End(name) => writer.out.html.push_str(&format!("</{name}>")),
        }
    }
    writer.out
}

struct Writer<F> {
    out: Sheet,
    remote: bool,
    picture: F,
}

impl<F: FnMut(&str) -> Option<String>> Writer<F> {
    fn start(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.out.html.push('<');
        self.out.html.push_str(name);
        for (attribute, value) in attributes {
            match *attribute {
                "title" => {}
                "data-cid" => {
                    if let Some(source) = (self.picture)(&decoded(value)) {
                        self.attribute("src", &encoded(&source));
                    }
                }
                "data-src" => {
                    self.out.remote += 1;
                    if self.remote {
                        self.attribute("src", &secured(value));
                    }
                }
                "href" if name == "a" => {
                    self.attribute("href", value);
                    self.attribute("title", &encoded(&leads_to(&decoded(value))));
                }
                attribute => self.attribute(attribute, value),
            }
        }
        self.out.html.push('>');
    }

    /// Adds an attribute whose value is written as HTML already.
    fn attribute(&mut self, name: &str, value: &str) {
        for piece in [" ", name, "=\"", value, "\""] {
            self.out.html.push_str(piece);
        }
    }
}

/// Where a link leads, as short as it can be said: a host as it is on the wire, an address, a number.
fn leads_to(href: &str) -> String {
    let Ok(url) = Url::parse(href) else { return String::new() };
    url.host_str().unwrap_or_else(|| url.path()).to_owned()
}

/// The same address over TLS. Without it, whoever stands between sees what is read, and a mail could make the browser ask
/// unguarded machines of the agent's own network.
fn secured(url: &str) -> String {
    let plain = url.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http://"));
    if plain { format!("https://{}", url.get(7..).unwrap_or_default()) } else { url.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::super::clean;
    use super::*;

    fn shown(html: &str, remote: bool) -> Sheet {
        sheet(&clean(html), remote, |cid| (cid == "a@b").then(|| "data:image/png;base64,AA==".to_owned()))
    }

    #[test]
    fn pictures_of_the_mail_are_in_their_places_and_others_wait() {
        let html = "<img src=\"cid:a@b\" alt=x><img src=\"cid:else\"><img src=\"http://t.example/a?b=1&amp;c=2\" width=1>";
        let waiting = shown(html, false);
        assert_eq!(waiting.html, "<img alt=\"x\" src=\"data:image/png;base64,AA==\"><img><img width=\"1\">");
        let loaded = shown(html, true);
        assert!(loaded.html.ends_with("<img width=\"1\" src=\"https://t.example/a?b=1&amp;c=2\">"), "{}", loaded.html);
        assert_eq!((waiting.remote, loaded.remote), (1, 1));
    }

    #[test]
    fn a_link_says_where_it_leads_and_nobody_else_does() {
        let title = |href: &str, inside: &str| {
            let html = shown(&format!("<a href=\"{href}\" title=\"bank.example\">{inside}</a>"), false).html;
            assert!(!html.contains("\"bank.example\""), "{html}");
            html.split("title=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
        };
        assert_eq!(title("https://evil.example/bank.example", "<b title=\"bank.example\">your bank</b>"), "evil.example");
        assert_eq!(title("https://bank.example@evil.example/", "x"), "evil.example");
        assert_eq!(title("https://b\u{430}nk.example/", "x"), "xn--bnk-6cd.example");
        assert_eq!(title("mailto:ann@example.net?subject=x", "x"), "ann@example.net");
        assert_eq!(title("tel:+123", "x"), "+123");
    }

    #[test]
    fn what_was_clean_stays_clean() {
        let hostile =
            "<p onclick=a() style=\"color: red\">a &lt;script&gt;<script>x</script><img src=x onerror=a()><iframe src=//e></iframe>";
        assert_eq!(shown(hostile, true).html, clean(hostile).html);
    }
}
