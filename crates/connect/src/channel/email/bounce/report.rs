//! The fields of a delivery report (RFC 3464), wherever they stand: in their own part, or in the text of a server that
//! writes the fields but no parts.

use super::{Action, Failed, MAX_RECIPIENTS, address, short, status};

/// What a report says of one recipient. Values are unfolded and trimmed.
#[derive(Debug, Default)]
pub(super) struct Entry {
    last: Option<String>,
    addressed: Option<String>,
    actual: Option<String>,
    action: Option<String>,
    status: Option<String>,
    diagnostic: Option<String>,
}

impl Entry {
    /// Whether a recipient is named, by an address or otherwise (a local name, a path, a pipe).
    pub(super) fn named(&self) -> bool {
        self.last.is_some() || self.addressed.is_some()
    }

    fn value(&mut self, name: &str) -> Option<&mut Option<String>> {
        Some(match name {
            "final-recipient" => &mut self.last,
            "original-recipient" => &mut self.addressed,
            "x-actual-recipient" => &mut self.actual,
            "action" => &mut self.action,
            "status" => &mut self.status,
            "diagnostic-code" => &mut self.diagnostic,
            _ => return None,
        })
    }

    /// The recipient; `None` where the report gives no address for it. The final address goes first: it is the one
    /// that failed. The one that was written to stands beside it where it differs.
    pub(super) fn failed(&self) -> Option<Failed> {
        let last = self.last.as_deref().and_then(mailbox);
        let addressed = self.addressed.as_deref().and_then(mailbox);
        let mail = last.or(addressed).or_else(|| self.actual.as_deref().and_then(mailbox))?.to_owned();
        Some(self.about(mail))
    }

    /// What the report says, for a recipient that is known from elsewhere.
    pub(super) fn about(&self, mail: String) -> Failed {
        let addressed = self.addressed.as_deref().and_then(mailbox).filter(|other| !other.eq_ignore_ascii_case(&mail));
        let words = self.diagnostic.as_deref().map(said).unwrap_or_default();
        let status = status::best(self.status.as_deref(), &words);
        let action = action(self.action.as_deref(), status.as_deref());
        Failed { addressed: addressed.map(str::to_owned), mail, action, status, words }
    }
}

/// The address in a typed value (`rfc822; someone@example.org`).
fn mailbox(value: &str) -> Option<&str> {
    address::first(value.split_once(';').map_or(value, |(_, address)| address))
}

/// The server's own words, without the type before them (`smtp; 550 …`).
fn said(diagnostic: &str) -> String {
    let words = match diagnostic.split_once(';') {
        Some((kind, words)) if kind.len() <= 24 && !kind.trim().contains(' ') => words,
        _ => diagnostic,
    };
    short(words)
}

/// Unknown and missing actions follow the class of the status; a report without either is one of failure, since the
/// others are only sent on request.
fn action(value: Option<&str>, status: Option<&str>) -> Action {
    let value = value.unwrap_or_default().to_ascii_lowercase();
    match value.as_str() {
        v if v.starts_with("delay") || v.starts_with("defer") => Action::Delayed,
        v if v.starts_with("deliver") => Action::Delivered,
        v if v.starts_with("relay") => Action::Relayed,
        v if v.starts_with("expand") => Action::Expanded,
        "" if status.is_some_and(|status| status.starts_with('2')) => Action::Delivered,
        _ => Action::Failed,
    }
}

/// The recipients of a report, 100 at most. Servers forget the empty line between recipients or write one in the middle
/// of one, so a recipient ends where, after an empty line, a field comes that it already has or that names another.
pub(super) fn entries(text: &str) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut open = Entry::default();
    let mut ended = false;
    for line in fields(text) {
        let Some((name, value)) = line else {
            ended = true;
            continue;
        };
        let naming = name.ends_with("-recipient") && name != "x-actual-recipient";
        let named = open.named();
        let Some(held) = open.value(&name) else { continue };
        if ended && (held.is_some() || naming && named) || held.is_some() && name == "final-recipient" {
            entries.push(std::mem::take(&mut open));
            if entries.len() >= MAX_RECIPIENTS {
                return entries;
            }
        }
        if let Some(held) = open.value(&name) {
            held.get_or_insert(value);
        }
        ended = false;
    }
    entries.push(open);
    entries.retain(Entry::named);
    entries
}

/// Whether a text holds the fields of a report: the recipient and what became of it, each at the start of a line.
pub(super) fn within(text: &str) -> bool {
    let (mut recipient, mut fate) = (false, false);
    for line in text.lines() {
        let name = line.split(':').next().unwrap_or_default();
        recipient |= name.eq_ignore_ascii_case("final-recipient") || name.eq_ignore_ascii_case("original-recipient");
        fate |= name.eq_ignore_ascii_case("action") || name.eq_ignore_ascii_case("status");
    }
    recipient && fate
}

/// The fields of a text with names in lower case, and `None` for each empty line. Lines that are neither are passed over.
pub(super) fn fields(text: &str) -> impl Iterator<Item = Option<(String, String)>> {
    let mut lines = text.lines().peekable();
    std::iter::from_fn(move || {
        loop {
            let line = lines.next()?;
            if line.trim().is_empty() {
                return Some(None);
            }
            let Some((name, value)) = line.split_once(':') else { continue };
            if name.is_empty() || name.len() > 60 || !name.trim_end().bytes().all(|byte| byte.is_ascii_graphic()) {
                continue;
            }
            let mut value = value.trim().to_owned();
            while let Some(more) = lines.next_if(|line| line.starts_with([' ', '\t']) && !line.trim().is_empty()) {
                value.push(' ');
                value.push_str(more.trim());
            }
            return Some(Some((name.trim_end().to_ascii_lowercase(), value)));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Failed> {
        entries(text).iter().filter_map(Entry::failed).collect()
    }

    #[test]
    fn each_block_is_a_recipient() {
        let found = read(
            "Reporting-MTA: dns; mx.example.org\n\nFinal-Recipient: rfc822; a@example.org\nOriginal-Recipient: rfc822;b@example.org\n\
             Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 5.1.1\n  No such\n\tuser\n\n\
             Final-Recipient: rfc822;<c@example.org>\nAction: Delayed\nStatus: 4.4.1\n",
        );
        let [first, second] = &found[..] else { panic!("{found:?}") };
        assert_eq!((first.mail.as_str(), first.addressed.as_deref()), ("a@example.org", Some("b@example.org")));
        assert_eq!(
            (first.action, first.status.as_deref(), first.words.as_str()),
            (Action::Failed, Some("5.1.1"), "550 5.1.1 No such user")
        );
        assert_eq!((second.mail.as_str(), second.action, second.status.as_deref()), ("c@example.org", Action::Delayed, Some("4.4.1")));
    }

    #[test]
    fn empty_lines_in_the_wrong_places_do_not_matter() {
        let split = read(
            "Final-Recipient: rfc822; a@example.org\n\nAction: failed\nStatus: 5.1.1\n\nAction: failed\nFinal-Recipient: rfc822; b@example.org",
        );
        assert_eq!(split.iter().map(|one| one.mail.as_str()).collect::<Vec<_>>(), ["a@example.org", "b@example.org"]);
        let joined =
            read("Reporting-MTA: dns; x\nFinal-Recipient: rfc822; a@example.org\nAction: failed\nFinal-Recipient: rfc822; b@example.org");
        assert_eq!(joined.len(), 2);
    }

    #[test]
    fn the_best_known_address_is_taken() {
        let path = read("Final-Recipient: rfc822;/var/mail/a\nOriginal-Recipient: rfc822;a@example.org\nAction: failed");
        assert_eq!(path[0].mail, "a@example.org");
        let actual = read("Final-Recipient: X400; /G=Jo/S=Do\nX-Actual-Recipient: RFC822; jo@example.org\nAction: failed");
        assert_eq!(actual[0].mail, "jo@example.org");
        assert!(read("Final-Recipient: LOCAL; root\nAction: failed").is_empty());
        assert_eq!(entries("Final-Recipient: LOCAL; root").len(), 1);
    }

    #[test]
    fn the_action_follows_the_status_where_it_is_missing() {
        assert_eq!(read("Final-Recipient: rfc822; a@example.org\nStatus: 2.1.5")[0].action, Action::Delivered);
        assert_eq!(read("Final-Recipient: rfc822; a@example.org\nStatus: 4.2.2")[0].action, Action::Failed);
        assert_eq!(read("Final-Recipient: rfc822; a@example.org\nAction: deliverable")[0].action, Action::Delivered);
        assert_eq!(read("Final-Recipient: rfc822; a@example.org\nAction: expanded (list)")[0].action, Action::Expanded);
    }

    #[test]
    fn a_report_without_end_is_cut() {
        assert_eq!(read(&"Final-Recipient: rfc822; a@example.org\n".repeat(5_000)).len(), MAX_RECIPIENTS);
    }
}
