//! What a transcript says, in the customer's language.

use super::letter::lines;
use candor_domain::hours::Clock;
use candor_domain::locale::Locale;
use std::fmt::Write;

/// A message as its customer knows it.
pub(super) struct Line {
    pub at: i64,
    pub who: String,
    pub text: String,
    /// Names alone: the files are in the chat.
    pub files: Vec<String>,
}

pub(super) struct Transcript {
    pub number: i64,
    pub desk: String,
    /// The place whose clock the times are of.
    pub zone: String,
    pub clock: Clock,
    pub locale: Locale,
    /// What is older did not fit.
    pub cut: bool,
    pub lines: Vec<Line>,
}

/// What the customer is called: their name is theirs, and may be anything.
pub(super) fn somebody(locale: Locale) -> &'static str {
    match locale {
        Locale::English => "You",
        Locale::SimplifiedChinese | Locale::TraditionalChinese => "您",
    }
}

pub(super) mod note {
    use super::Locale;

    pub(in super::super) fn removed(locale: Locale) -> &'static str {
        match locale {
            Locale::English => "(This message was removed.)",
            Locale::SimplifiedChinese => "（该消息已移除。）",
            Locale::TraditionalChinese => "（該訊息已移除。）",
        }
    }

    pub(super) fn file(name: &str, locale: Locale) -> String {
        match locale {
            Locale::English => format!("[File: {name}]"),
            Locale::SimplifiedChinese => format!("[文件：{name}]"),
            Locale::TraditionalChinese => format!("[檔案：{name}]"),
        }
    }

    pub(super) fn cut(locale: Locale) -> &'static str {
        match locale {
            Locale::English => "Earlier messages are left out here.",
            Locale::SimplifiedChinese => "此处省略了更早的消息。",
            Locale::TraditionalChinese => "此處省略了更早的訊息。",
        }
    }
}

impl Transcript {
    pub(super) fn subject(&self) -> String {
        let (number, desk) = (self.number, &self.desk);
        match (self.locale, desk.is_empty()) {
            (Locale::English, true) => format!("Your conversation with us (case #{number})"),
            (Locale::English, false) => format!("Your conversation with {desk} (case #{number})"),
            (Locale::SimplifiedChinese, true) => format!("您的会话记录（编号 #{number}）"),
            (Locale::SimplifiedChinese, false) => format!("您与{desk}的会话记录（编号 #{number}）"),
            (Locale::TraditionalChinese, true) => format!("您的對話記錄（編號 #{number}）"),
            (Locale::TraditionalChinese, false) => format!("您與{desk}的對話記錄（編號 #{number}）"),
        }
    }

    /// As plain text.
    pub(super) fn plain(&self) -> String {
        let mut text = format!("{}\n", self.begins());
        for (day, lines) in self.days() {
            let _ = write!(text, "\n{day}\n");
            for line in lines {
                let _ = write!(text, "\n{}\n{}\n", self.head(line), self.body(line));
            }
        }
        text
    }

    /// The same as HTML. No style, no picture, nothing that asks home.
    pub(super) fn html(&self) -> String {
        let mut html = format!("<p>{}</p>\n", lines(&self.begins()));
        for (day, said) in self.days() {
            let _ = writeln!(html, "<h3>{}</h3>", lines(&day));
            for line in said {
                let _ = writeln!(html, "<p><b>{}</b><br>\n{}</p>", lines(&self.head(line)), lines(&self.body(line)));
            }
        }
        html
    }

    fn begins(&self) -> String {
        let zone = &self.zone;
        let begins = match self.locale {
            Locale::English => {
                format!("This is the conversation you had with us. Times are those of {zone}. To add something, reply to this mail.")
            }
            Locale::SimplifiedChinese => format!("以下是您与客服的会话记录，时间按 {zone} 时区显示。如需补充，直接回复本邮件即可。"),
            Locale::TraditionalChinese => format!("以下是您與客服的對話記錄，時間按 {zone} 時區顯示。如需補充，直接回覆本郵件即可。"),
        };
        if self.cut { format!("{begins}\n{}", note::cut(self.locale)) } else { begins }
    }

    /// What was said, by days.
    fn days(&self) -> Vec<(String, &[Line])> {
        let day = |line: &Line| self.clock.day(line.at, self.locale);
        let same = |one: &Line, next: &Line| day(one) == day(next);
        self.lines.chunk_by(same).filter_map(|lines| Some((day(lines.first()?), lines))).collect()
    }

    fn head(&self, line: &Line) -> String {
        format!("{} {}", self.clock.time(line.at), line.who)
    }

    fn body(&self, line: &Line) -> String {
        let text = Some(line.text.trim_end().to_owned()).filter(|text| !text.is_empty());
        let files = line.files.iter().map(|name| note::file(name, self.locale));
        text.into_iter().chain(files).collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(at: i64, who: &str, text: &str, files: &[&str]) -> Line {
        Line { at, who: who.to_owned(), text: text.to_owned(), files: files.iter().map(|name| (*name).to_owned()).collect() }
    }

    fn transcript(locale: Locale) -> Transcript {
        let begins = 1_795_391_940_000;
        let lines = vec![
            line(begins, somebody(locale), "Where is it?\n", &["a<b>.png"]),
            line(begins + 60_000, "Mia", "On its way", &[]),
            line(begins + 86_400_000, "Mia", note::removed(locale), &[]),
        ];
        let clock = Clock::of("Asia/Shanghai").unwrap();
        Transcript { number: 7, desk: "Example".to_owned(), zone: "Asia/Shanghai".to_owned(), clock, locale, cut: false, lines }
    }

    #[test]
    fn what_was_said_stands_by_days_with_public_names() {
        let plain = transcript(Locale::English).plain();
        let said = "\n23 November 2026\n\n07:59 You\nWhere is it?\n[File: a<b>.png]\n\n08:00 Mia\nOn its way\n\n24 November 2026\n\n07:59 Mia\n(This message was removed.)\n";
        assert!(plain.ends_with(said), "{plain}");
        assert!(!plain.contains("left out"));
        let html = transcript(Locale::SimplifiedChinese).html();
        assert!(
            html.contains("<h3>2026 年 11 月 23 日</h3>") && html.contains("[文件：a&lt;b&gt;.png]") && html.contains("<b>07:59 您</b>"),
            "{html}"
        );
    }

    #[test]
    fn what_did_not_fit_is_said_to_be_left_out() {
        let cut = Transcript { cut: true, ..transcript(Locale::TraditionalChinese) };
        assert!(cut.plain().contains("此處省略了更早的訊息。"));
        assert_eq!(cut.subject(), "您與Example的對話記錄（編號 #7）");
    }
}
