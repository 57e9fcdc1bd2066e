//! What customers read: the code they know us by, the answer with its pictures, who wrote it, and their own last words below it.

use crate::mail::phishing;
use candor_domain::channel::{Around, Known, fill};
use candor_domain::locale::Locale;
use candor_domain::text::html_escaped;
use std::fmt::Write;

/// The most lines of the customer's words that are repeated below an answer.
const QUOTED: usize = 200;
/// The widest a picture is shown, for programs that know no other limit.
const WIDEST: i64 = 640;
/// How mail programs mark history: those that fold it look for these names.
const HISTORY: &str = "<div class=\"gmail_quote\"><div dir=\"ltr\" class=\"gmail_attr\">";
const CITED: &str =
    "<blockquote class=\"gmail_quote\" type=\"cite\" style=\"margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex\">";

/// A picture that the page shows.
pub(super) struct Picture {
    /// Its id in the mail.
    pub id: String,
    pub name: String,
    pub width: Option<i64>,
}

/// An answer's parts.
pub(super) struct Parts<'a> {
    /// What the customer knows mail of ours by.
    pub code: Option<&'a str>,
    pub text: &'a str,
    pub pictures: &'a [Picture],
    /// The words around it, in the customer's language.
    pub around: Option<&'a Around>,
    /// The name the customer knows the agent by, the desk's, and the number of the case.
    pub known: Known<'a>,
    /// What is answered, and from whom.
    pub quoted: Option<(&'a str, &'a str)>,
    pub locale: Locale,
}

impl Parts<'_> {
    /// As plain text.
    pub(super) fn plain(&self) -> String {
        let mut text = String::new();
        for above in [self.code(), self.head(), Some(self.text.trim_end().to_owned())].into_iter().flatten() {
            text.push_str(&above);
            text.push_str("\n\n");
        }
        let _ = writeln!(text, "-- \n{}", self.foot());
        if let Some((who, words)) = self.quoted {
            let _ = write!(text, "\n{}\n", self.intro(who));
            for line in words.trim_end().lines().take(QUOTED) {
                let _ = writeln!(text, "> {line}");
            }
        }
        text
    }

    /// The same as HTML, made of plain words alone. No style sheet, nothing that asks home; pictures lie in the mail.
    pub(super) fn html(&self) -> String {
        let mut html = String::new();
        for above in [self.code(), self.head()].into_iter().flatten() {
            let _ = write!(html, "<p>{}</p>", lines(&above));
        }
        let _ = write!(html, "<div>{}</div>", lines(self.text.trim_end()));
        for Picture { id, name, width } in self.pictures {
            let width = width.map(|width| format!(" width=\"{}\"", width.min(WIDEST))).unwrap_or_default();
            let (id, name) = (html_escaped(id), html_escaped(name));
            let _ = write!(html, "<p><img src=\"cid:{id}\" alt=\"{name}\"{width} style=\"max-width:100%;height:auto\"></p>");
        }
        let _ = write!(html, "<p>-- <br>{}</p>", lines(&self.foot()));
        if let Some((who, words)) = self.quoted {
            let words: Vec<&str> = words.trim_end().lines().take(QUOTED).collect();
            let _ = write!(html, "{HISTORY}{}</div>{CITED}{}</blockquote></div>", html_escaped(&self.intro(who)), lines(&words.join("\n")));
        }
        html
    }

    fn code(&self) -> Option<String> {
        self.code.map(|code| phishing::line(code, self.locale))
    }

    fn head(&self) -> Option<String> {
        self.around.map(|words| fill(&words.head, &self.known)).filter(|head| !head.is_empty())
    }

    /// The desk's own words, else who wrote it.
    fn foot(&self) -> String {
        match self.around.filter(|words| !words.foot.is_empty()) {
            Some(words) => fill(&words.foot, &self.known),
            None if self.known.desk.is_empty() => self.known.agent.to_owned(),
            None => format!("{} · {}", self.known.agent, self.known.desk),
        }
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
    html_escaped(text).replace('\n', "<br>\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts<'a>(text: &'a str, quoted: &'a str) -> Parts<'a> {
        Parts {
            code: None,
            text,
            pictures: &[],
            around: None,
            known: Known { agent: "Mia", desk: "Example", number: 7 },
            quoted: Some(("Ann", quoted)),
            locale: Locale::SimplifiedChinese,
        }
    }

    #[test]
    fn an_answer_stands_above_the_customers_own_words() {
        let parts = parts("See <b>", "one\ntwo\n");
        assert_eq!(parts.plain(), "See <b>\n\n-- \nMia · Example\n\nAnn 写道：\n> one\n> two\n");
        let html = parts.html();
        assert!(html.contains("See &lt;b&gt;") && html.contains("type=\"cite\""), "{html}");
        assert!(html.ends_with("one<br>\ntwo</blockquote></div>"), "{html}");
    }

    #[test]
    fn long_words_are_not_repeated_whole() {
        let words = "line\n".repeat(1000);
        assert_eq!(parts("ok", &words).plain().matches("> line").count(), QUOTED);
    }

    #[test]
    fn the_desks_own_words_and_the_code_stand_around_it() {
        let around = Around { head: "您好，编号 #{number}".to_owned(), foot: "{agent}\n{desk} <客服>".to_owned() };
        let code = Some("blue\" <fish>");
        let pictures = [Picture { id: "p1.x@desk.test".to_owned(), name: "a\"b.png".to_owned(), width: Some(4000) }];
        let parts = Parts { code, around: Some(&around), quoted: None, pictures: &pictures, ..parts("好的", "") };
        assert_eq!(parts.plain(), "您的防钓鱼码：blue\" <fish>\n\n您好，编号 #7\n\n好的\n\n-- \nMia\nExample <客服>\n");
        let html = parts.html();
        assert!(html.starts_with("<p>您的防钓鱼码：blue&quot; &lt;fish&gt;</p><p>您好，编号 #7</p><div>好的</div>"), "{html}");
        assert!(html.contains("<img src=\"cid:p1.x@desk.test\" alt=\"a&quot;b.png\" width=\"640\""), "{html}");
        assert!(html.ends_with("Mia<br>\nExample &lt;客服&gt;</p>"), "{html}");
    }
}
