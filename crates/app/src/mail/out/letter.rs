//! What customers read: the answer, who wrote it, and their own last words below it.

use candor_domain::locale::Locale;
use std::fmt::Write;

/// The most lines of the customer's words that are repeated below an answer.
const QUOTED: usize = 200;

/// An answer's parts.
pub(super) struct Parts<'a> {
    pub text: &'a str,
    /// The name the customer knows the agent by.
    pub agent: &'a str,
    pub desk: &'a str,
    /// What is answered, and from whom.
    pub quoted: Option<(&'a str, &'a str)>,
    pub locale: Locale,
}

impl Parts<'_> {
    /// As plain text.
    pub(super) fn plain(&self) -> String {
        let mut text = format!("{}\n\n-- \n{}\n", self.text.trim_end(), self.signature());
        if let Some((who, words)) = self.quoted {
            let _ = write!(text, "\n{}\n", self.intro(who));
            for line in words.trim_end().lines().take(QUOTED) {
                let _ = writeln!(text, "> {line}");
            }
        }
        text
    }

    /// The same as HTML, for programs that show nothing else. No style, no picture, nothing that asks home.
    pub(super) fn html(&self) -> String {
        let mut html = format!("<div>{}</div><p>-- <br>{}</p>", lines(self.text.trim_end()), escaped(&self.signature()));
        if let Some((who, words)) = self.quoted {
            let words: Vec<&str> = words.trim_end().lines().take(QUOTED).collect();
            let _ = write!(html, "<p>{}</p><blockquote>{}</blockquote>", escaped(&self.intro(who)), lines(&words.join("\n")));
        }
        html
    }

    fn signature(&self) -> String {
        if self.desk.is_empty() { self.agent.to_owned() } else { format!("{} · {}", self.agent, self.desk) }
    }

    fn intro(&self, who: &str) -> String {
        match self.locale {
            Locale::English => format!("{who} wrote:"),
            Locale::SimplifiedChinese => format!("{who} 写道："),
            Locale::TraditionalChinese => format!("{who} 寫道："),
        }
    }
}

pub(super) fn lines(text: &str) -> String {
    escaped(text).replace('\n', "<br>\n")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_stands_above_the_customers_own_words() {
        let parts = Parts {
            text: "See <b>",
            agent: "Mia",
            desk: "Example",
            quoted: Some(("Ann", "one\ntwo\n")),
            locale: Locale::SimplifiedChinese,
        };
        assert_eq!(parts.plain(), "See <b>\n\n-- \nMia · Example\n\nAnn 写道：\n> one\n> two\n");
        assert!(parts.html().contains("See &lt;b&gt;") && parts.html().contains("<blockquote>one<br>"));
    }

    #[test]
    fn long_words_are_not_repeated_whole() {
        let words = "line\n".repeat(1000);
        let parts = Parts { text: "ok", agent: "Mia", desk: "", quoted: Some(("Ann", &words)), locale: Locale::English };
        assert_eq!(parts.plain().matches("> line").count(), QUOTED);
    }
}
