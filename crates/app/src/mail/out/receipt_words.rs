//! What a receipt says, in the customer's language.

use super::letter::lines;
use crate::mail::phishing;
use candor_domain::locale::Locale;
use candor_domain::reply_time::ReplyTime;

/// What there is to say.
pub(super) struct Facts {
    /// What the customer knows mail of ours by.
    pub code: Option<String>,
    pub number: i64,
    /// When the desk opens, on its own clock; `None` while it is open.
    pub opens: Option<String>,
    pub reply_time: Option<ReplyTime>,
    /// Where somebody answers at once.
    pub chat: Option<String>,
}

pub(super) fn subject(facts: &Facts, locale: Locale) -> String {
    let number = facts.number;
    match locale {
        Locale::English => format!("We have received your message (case #{number})"),
        Locale::SimplifiedChinese => format!("我们已收到您的来信（编号 #{number}）"),
        Locale::TraditionalChinese => format!("我們已收到您的來信（編號 #{number}）"),
    }
}

/// As plain text, a paragraph each.
pub(super) fn plain(facts: &Facts, locale: Locale) -> String {
    let mut text = paragraphs(facts, locale).join("\n\n");
    text.push('\n');
    text
}

/// The same as HTML.
pub(super) fn html(facts: &Facts, locale: Locale) -> String {
    paragraphs(facts, locale).iter().map(|words| format!("<p>{}</p>\n", lines(words))).collect()
}

fn paragraphs(facts: &Facts, locale: Locale) -> Vec<String> {
    let mut said: Vec<String> = facts.code.iter().map(|code| phishing::line(code, locale)).collect();
    said.push(arrived(facts.number, locale));
    said.extend(expected(facts, locale));
    said.extend(facts.chat.as_deref().map(|chat| quicker(chat, locale)));
    said.push(caution(locale));
    said
}

fn arrived(number: i64, locale: Locale) -> String {
    match locale {
        Locale::English => format!(
            "Thank you for writing to us. Your message has arrived; its case number is #{number}. To add something, reply to this mail."
        ),
        Locale::SimplifiedChinese => format!("感谢您的来信，我们已经收到。您的编号是 #{number}。如需补充，直接回复本邮件即可。"),
        Locale::TraditionalChinese => format!("感謝您的來信，我們已經收到。您的編號是 #{number}。如需補充，直接回覆本郵件即可。"),
    }
}

/// When an answer comes: by what was measured, and by the working hours.
fn expected(facts: &Facts, locale: Locale) -> Option<String> {
    let usual = facts.reply_time.map(|time| usual(time, locale));
    let closed = facts.opens.as_deref().map(|opens| match locale {
        Locale::English => format!("We are away at the moment and back on {opens}."),
        Locale::SimplifiedChinese => format!("现在是非工作时间，我们将于 {opens} 恢复服务。"),
        Locale::TraditionalChinese => format!("現在是非服務時間，我們將於 {opens} 恢復服務。"),
    });
    let separator = if locale == Locale::English { " " } else { "" };
    let said: Vec<String> = closed.into_iter().chain(usual).collect();
    (!said.is_empty()).then(|| said.join(separator))
}

fn usual(time: ReplyTime, locale: Locale) -> String {
    let (low, high) = (span(time.low_s, locale), span(time.high_s, locale));
    match (locale, low == high) {
        (Locale::English, true) => format!("We usually answer within {high}."),
        (Locale::English, false) => format!("We usually answer within {low} to {high}."),
        (Locale::SimplifiedChinese, true) => format!("我们通常会在{high}内回复。"),
        (Locale::SimplifiedChinese, false) => format!("我们通常会在{low}至{high}内回复。"),
        (Locale::TraditionalChinese, true) => format!("我們通常會在{high}內回覆。"),
        (Locale::TraditionalChinese, false) => format!("我們通常會在{low}至{high}內回覆。"),
    }
}

/// A span in the largest unit that holds it without a rest.
fn span(seconds: i64, locale: Locale) -> String {
    let (count, unit) = match seconds {
        day if day % 86_400 == 0 => (day / 86_400, 2),
        hour if hour % 3_600 == 0 => (hour / 3_600, 1),
        other => ((other + 59) / 60, 0),
    };
    match locale {
        Locale::English => {
            let unit = ["minute", "hour", "day"][unit];
            if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
        }
        Locale::SimplifiedChinese => format!(" {count} {}", ["分钟", "小时", "天"][unit]),
        Locale::TraditionalChinese => format!(" {count} {}", ["分鐘", "小時", "天"][unit]),
    }
}

fn quicker(chat: &str, locale: Locale) -> String {
    match locale {
        Locale::English => format!("Our live chat is open now and usually quicker:\n{chat}"),
        Locale::SimplifiedChinese => format!("在线客服现在可用，通常更快：\n{chat}"),
        Locale::TraditionalChinese => format!("線上客服現在可用，通常更快：\n{chat}"),
    }
}

fn caution(locale: Locale) -> String {
    match locale {
        Locale::English => "We never ask for your password, codes or recovery phrase, and never ask you to move funds.",
        Locale::SimplifiedChinese => "我们绝不会索要您的密码、验证码或助记词，也绝不会要求您转账。",
        Locale::TraditionalChinese => "我們絕不會索取您的密碼、驗證碼或助記詞，也絕不會要求您轉帳。",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts {
            code: None,
            number: 7,
            opens: Some("2026-11-23 09:00 (Asia/Shanghai)".to_owned()),
            reply_time: Some(ReplyTime { low_s: 1800, high_s: 7200 }),
            chat: Some("https://desk.test/chat?inbox=1&lang=en".to_owned()),
        }
    }

    #[test]
    fn it_tells_number_hours_usual_time_and_the_quicker_way() {
        let english = plain(&facts(), Locale::English);
        for words in [
            "#7",
            "back on 2026-11-23 09:00 (Asia/Shanghai). We usually",
            "30 minutes to 2 hours",
            "\nhttps://desk.test/chat?inbox=1&lang=en\n",
        ] {
            assert!(english.contains(words), "{words} in {english}");
        }
        assert!(plain(&facts(), Locale::SimplifiedChinese).contains("通常会在 30 分钟至 2 小时内回复"));
        assert!(html(&facts(), Locale::TraditionalChinese).contains("inbox=1&amp;lang=en</p>"));
    }

    #[test]
    fn what_is_not_known_is_not_said() {
        let bare = Facts { opens: None, reply_time: None, chat: None, ..facts() };
        assert_eq!(plain(&bare, Locale::English).matches("\n\n").count(), 1);
    }

    #[test]
    fn the_customers_code_stands_first() {
        let known = Facts { code: Some("blue <fish>".to_owned()), ..facts() };
        assert!(plain(&known, Locale::English).starts_with("Your anti-phishing code: blue <fish>\n\nThank you"));
        assert!(html(&known, Locale::TraditionalChinese).starts_with("<p>您的防釣魚碼：blue &lt;fish&gt;</p>"));
    }

    #[test]
    fn spans_are_counted_in_whole_units() {
        let english = |seconds| span(seconds, Locale::English);
        assert_eq!([60, 2_700, 3_600, 86_400, 172_800].map(english), ["1 minute", "45 minutes", "1 hour", "1 day", "2 days"]);
    }
}
