//! Where a notice ends and the mail that came back begins, within one text.

use super::report;

/// Where the mail that came back begins in a text: at the first run of lines that reads as the head of a mail. The
/// lines that servers draw above it ("--- Below this line is a copy of the message.") differ with each of them and in
/// each language; heads do not. Indented ones are part of the notice.
pub(super) fn returned_from(text: &str) -> usize {
    let (mut start, mut fields, mut telling, mut at) = (0, 0, 0, 0);
    for line in text.split_inclusive('\n') {
        let folded = line.starts_with([' ', '\t']) && !line.trim().is_empty();
        match name(line) {
            Some(name) => {
                if fields == 0 {
                    start = at;
                }
                fields += 1;
                telling += usize::from(TELLING.iter().any(|known| name.eq_ignore_ascii_case(known)));
            }
            None if folded && fields > 0 => {}
            None => (fields, telling) = (0, 0),
        }
        if fields >= 3 && telling >= 2 {
            return start;
        }
        at += line.len();
    }
    text.len()
}

/// A notice without the line that servers draw between it and the mail that came back; two at most.
pub(super) fn without_line_above(notice: &str) -> &str {
    let drawn = |line: &str| line.starts_with("--") || line.starts_with("==") || line.ends_with("follow.") || line.ends_with("follows.");
    let mut notice = notice.trim_end();
    for _ in 0..2 {
        match notice.rsplit_once('\n') {
            Some((above, last)) if drawn(last.trim()) => notice = above.trim_end(),
            _ => break,
        }
    }
    notice
}

/// Fields that the head of a mail has and no report: two of them in a run tell a head.
const TELLING: &[&str] = &[
    "received",
    "return-path",
    "message-id",
    "from",
    "to",
    "subject",
    "date",
    "mime-version",
    "reply-to",
    "delivered-to",
    "dkim-signature",
];

fn name(line: &str) -> Option<&str> {
    let (name, _) = line.split_once(':')?;
    (!name.is_empty() && name.len() <= 40 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')).then_some(name)
}

/// Where the mail that came back begins in a text that holds the fields of a report: behind them.
pub(super) fn behind_report(text: &str) -> &str {
    let report = text
        .match_indices("inal-")
        .map(|(at, _)| at)
        .find(|at| text.get(*at..).is_some_and(|rest| rest.get(..15).is_some_and(|name| name.eq_ignore_ascii_case("inal-recipient:"))));
    let rest = text.get(report.unwrap_or_default()..).unwrap_or_default();
    rest.get(returned_from(rest)..).unwrap_or_default()
}

/// The value of a field in the head of a mail that is given as text.
pub(super) fn field(head: &str, wanted: &str) -> Option<String> {
    report::fields(head).flatten().find(|(name, _)| name == wanted).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mail_that_came_back_begins_at_its_head() {
        let text = "Sorry.\n\n<a@example.org>: gone\n\n--- copy ---\n\nReceived: from x\n\tby y\nFrom:a@example.com\nX-Y: z\nSubject: hi\n\nbody\n";
        assert_eq!(&text[returned_from(text)..][..16], "Received: from x");
    }

    #[test]
    fn fields_of_a_report_and_indented_heads_stay_in_the_notice() {
        for text in [
            "Your message\n\n  To: a@example.org\n  Subject: x\n  Date: y\n\ndid not reach",
            "Final-Recipient: rfc822; a@example.org\nAction: failed\nStatus: 5.1.1\nArrival-Date: x\n",
            "Subject: 'x'\nDate: 'y'\n\n1 error(s):\n",
            "Error: x\nTo: y\n",
            "",
        ] {
            assert_eq!(returned_from(text), text.len(), "{text}");
        }
    }
}
