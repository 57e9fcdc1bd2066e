//! Facts that the bytes of a mail show without a reader: a plain subject, an address in angle brackets, a plain file name.

use super::{Tally, name, words};
use crate::corpus;
use candor_connect::channel::email::mime::read;

const SETS: [&str; 7] =
    ["ruby-mail", "cpython-email", "mimekit/messages", "rspamd-messages", "spamassassin-data", "flanker", "dkim-arc-spf/arf"];

#[test]
fn plain_facts_of_other_mails_are_read() {
    let mut tally = Tally::default();
    for set in SETS {
        for path in corpus::files(set, &[]).into_iter().filter(|path| is_mail(path)) {
            let raw = std::fs::read(&path).unwrap();
            let raw = String::from_utf8_lossy(&raw).replace("\r\n", "\n");
            let mail = read(raw.as_bytes());
            let head = raw.trim_start().split("\n\n").next().unwrap_or_default().replace("\n ", " ").replace("\n\t", " ");
            if let Some(subject) = only(&head, "subject:") {
                tally.fact(&name(&path), "subject", &words(&mail.subject), &words(subject));
            }
            if let Some(from) = only(&head, "from:").and_then(|from| from.split('<').nth(1)?.split_once('>')).map(|(from, _)| from)
                && from.contains('@')
                && !from.contains([' ', '"'])
            {
                tally.fact(&name(&path), "from", &mail.froms.first().map(|from| from.mail.as_str()).unwrap_or_default(), &from);
            }
            for file in plain_names(&raw) {
                tally.fact(&name(&path), file, &mail.files.iter().any(|ours| ours.name == file), &true);
            }
        }
    }
    tally.at_least(95);
}

#[test]
fn bounces_have_a_sender_and_a_subject() {
    let mut tally = Tally::default();
    for path in corpus::files("bounces-sisimai", &[".eml"]) {
        let mail = read(&std::fs::read(&path).unwrap());
        let head: String = mail.headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect::<String>().to_lowercase();
        let says = |name: &str| head.lines().any(|line| line.strip_prefix(name).is_some_and(|value| !value.trim().is_empty()));
        tally.fact(&name(&path), "from", &!mail.froms.is_empty(), &says("from:"));
        tally.fact(&name(&path), "subject", &!mail.subject.is_empty(), &says("subject:"));
        tally.fact(&name(&path), "words", &(!mail.text.is_empty() || !mail.files.is_empty() || raw_is_empty(&path)), &true);
    }
    tally.at_least(99);
}

fn raw_is_empty(path: &std::path::Path) -> bool {
    let raw = String::from_utf8_lossy(&std::fs::read(path).expect("a mail")).replace("\r\n", "\n");
    raw.split_once("\n\n").is_none_or(|(_, body)| body.trim().is_empty())
}

fn is_mail(path: &std::path::Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let other = ["LICENSE", "README", "COPYING", ".png", ".xbm", ".webp", ".json", ".xml", ".yml"];
    !other.iter().any(|ending| name.ends_with(ending)) && !path.to_string_lossy().contains("/dkim/README")
}

/// The value of a field that stands once, in ASCII and without encoded words.
fn only<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut found = head.lines().filter(|line| line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)));
    let value = found.next()?.get(name.len()..)?.trim();
    (found.next().is_none() && value.is_ascii() && !value.contains("=?") && value.len() < 300).then_some(value)
}

/// File names of attachments of a mail that holds no other mail.
fn plain_names(raw: &str) -> Vec<&str> {
    if raw.to_ascii_lowercase().contains("message/") || !raw.to_ascii_lowercase().contains("mime-version") {
        return Vec::new();
    }
    let quoted = raw.split("attachment;").skip(1).filter_map(|rest| rest.trim_start().strip_prefix("filename=\"")?.split('"').next());
    quoted.filter(|name| name.is_ascii() && !name.contains(['=', '/', '\\', '\n', '%', ':', '?'])).collect()
}
