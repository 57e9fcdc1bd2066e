//! Any bytes give an answer, soon.

use crate::corpus;
use candor_connect::channel::email::mime::{Doubt, Inbound, MAX_DEPTH, MAX_FILES, MAX_NAME, MAX_TEXT, parse, read};
use proptest::prelude::*;
use std::time::{Duration, Instant};

const SETS: [&str; 13] = [
    "mail-parser-eml",
    "mime4j-testmsgs",
    "ruby-mail",
    "cpython-email",
    "mimekit",
    "rspamd-messages",
    "spamassassin-data",
    "flanker",
    "bounces-sisimai",
    "dkim-arc-spf",
    "arc-suite",
    "reply-trimmer-discourse",
    "reply-talon",
];

fn all() -> Vec<Vec<u8>> {
    SETS.iter().flat_map(|set| corpus::files(set, &[])).map(|path| std::fs::read(path).expect("a file")).collect()
}

fn promises(mail: &Inbound) {
    assert!(mail.files.len() <= MAX_FILES && mail.text.len() <= MAX_TEXT);
    assert!(mail.html.as_ref().is_none_or(|html| html.len() <= MAX_TEXT));
    assert!(!mail.subject.contains(['\n', '\r', '\u{202e}']));
    let mut names = std::collections::HashSet::new();
    for file in &mail.files {
        assert!(names.insert(file.name.to_lowercase()), "{}", file.name);
        assert!(!file.name.is_empty() && file.name.chars().count() <= MAX_NAME && !file.name.starts_with('.'));
        assert!(!file.name.contains(['/', '\\', '\0', '\n', '\u{202e}', '\u{2066}', '\u{200f}']), "{:?}", file.name);
    }
}

/// A build without optimisation takes ten times as long.
fn soon(what: &str, work: impl FnOnce() -> Inbound) -> Inbound {
    let limit = if cfg!(debug_assertions) { Duration::from_secs(6) } else { Duration::from_millis(700) };
    let start = Instant::now();
    let mail = work();
    assert!(start.elapsed() < limit, "{what}: {:?}", start.elapsed());
    promises(&mail);
    mail
}

#[test]
fn every_file_of_the_corpora_is_read() {
    for raw in all() {
        promises(&read(&raw));
        parse(&raw);
    }
}

#[test]
fn ten_thousand_parts_are_soon_read() {
    let part = "--b\r\nContent-Type: image/png; name=\"a.png\"\r\nContent-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n";
    let raw = format!("From: a@example.org\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n{}--b--\r\n", part.repeat(10_000));
    let mail = soon("10,000 parts", || read(raw.as_bytes()));
    assert_eq!(mail.files.len(), MAX_FILES);
    assert!(mail.doubts.contains(&Doubt::TooManyParts(10_000 - MAX_FILES)), "{:?}", mail.doubts);
    let texts = format!("From: a@example.org\nContent-Type: multipart/mixed; boundary=b\n\n{}", "--b\n\nword\n".repeat(200_000));
    soon("200,000 parts", || read(texts.as_bytes()));
}

#[test]
fn a_header_of_a_megabyte_is_cut_and_the_mail_is_kept() {
    for filler in ["a", "=?utf-8?q?a", "<", "\"", "(", "a*1=x;", ";", "=?", "a@b,", "\r\n a", "%", ":", "\\", "é", "\u{1b}$B"] {
        let long = filler.repeat(1 << 20 >> filler.len().ilog2());
        for field in ["Subject", "From", "Content-Type", "References", "Date", "Content-Disposition", "X-Long"] {
            let raw = format!("{field}: {long}\r\nTo: desk@example.org\r\n\r\nwords");
            let mail = soon(&format!("{field} of {filler:?}"), || read(raw.as_bytes()));
            assert!(mail.doubts.iter().any(|doubt| matches!(doubt, Doubt::HeaderCut(name) if name == field)), "{field} {filler:?}");
            assert_eq!(mail.to.len(), 1, "{field} {filler:?}");
        }
    }
    let many = "X-A: b\r\n".repeat(130_000);
    let mail = soon("130,000 fields", || read(many.as_bytes()));
    assert!(mail.doubts.contains(&Doubt::TooManyHeaders));
}

#[test]
fn deep_nesting_ends_at_the_limit() {
    let mut raw = String::from("From: a@example.org\n");
    for depth in 0..5000 {
        raw.push_str(&format!("Content-Type: multipart/mixed; boundary=b{depth}\n\n--b{depth}\n"));
    }
    raw.push_str("\nwords");
    let mail = soon("5,000 deep", || read(raw.as_bytes()));
    assert!(mail.doubts.contains(&Doubt::TooDeep), "{:?}", mail.doubts);
    assert_eq!(mail.files.len(), 1, "what lies below {MAX_DEPTH} is a file");
    let mails = "Content-Type: message/rfc822\n\n".repeat(200_000);
    soon("200,000 mails in each other", || read(mails.as_bytes()));
    assert!(parse(mails.as_bytes()).is_none() && parse(raw.as_bytes()).is_none());
}

#[test]
fn hostile_html_and_text_are_soon_read() {
    for filler in
        ["<", "<a ", "<a href=\"", "<!--", "<style>", "<div style=display:none>", "&", "&a", "<blockquote>", "<pre>\n ", "=\n", "> "]
    {
        for kind in ["html", "plain; format=flowed"] {
            let body = filler.repeat(1_500_000 / filler.len());
            let raw = format!("From: a@example.org\nContent-Type: text/{kind}\n\n{body}");
            soon(&format!("{kind} of {filler:?}"), || read(raw.as_bytes()));
        }
    }
    let uu = format!("From: a@example.org\n\n{}", "begin 644 a\n".repeat(100_000));
    soon("many begins", || read(uu.as_bytes()));
}

#[test]
fn a_mail_in_a_mail_that_ends_with_the_outer_one_is_read() {
    // mail_parser asserts that there is no such thing, in builds that check assertions.
    let raw =
        "Content-Type: multipart/\n\tboundary=b\n\n--b\nContent-Type: message/rfc822\n\n0.\nContent-Type: message/rfc822\n\n\n--b--\n";
    promises(&read(raw.as_bytes()));
    assert!(parse(raw.as_bytes()).is_some());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_mails_are_read(pick in any::<prop::sample::Index>(), other in any::<prop::sample::Index>(), cuts in prop::collection::vec(any::<(prop::sample::Index, u8)>(), 0..12), at in any::<prop::sample::Index>()) {
        thread_local!(static MAILS: Vec<Vec<u8>> = all().into_iter().filter(|raw| !raw.is_empty() && raw.len() < 60_000).collect());
        MAILS.with(|mails| {
            if mails.is_empty() {
                return;
            }
            let mut raw = pick.get(mails).clone();
            // Splice the end of another mail in, flip bytes, and cut.
            let tail = other.get(mails);
            raw.truncate(at.index(raw.len()) + 1);
            raw.extend_from_slice(&tail[at.index(tail.len())..]);
            for (place, byte) in &cuts {
                let place = place.index(raw.len());
                raw[place] = *byte;
            }
            promises(&read(&raw));
            parse(&raw);
        });
    }

    #[test]
    fn any_bytes_are_read(raw in prop::collection::vec(any::<u8>(), 0..2000)) {
        promises(&read(&raw));
        parse(&raw);
    }

    #[test]
    fn bytes_that_look_like_a_mail_are_read(pieces in prop::collection::vec(prop::sample::select(vec![
        "From: ", "Subject: ", "Content-Type: ", "multipart/mixed; ", "boundary=b", "text/html", "; charset=", "utf-7", "gb2312", "iso-2022-jp", "\r\n", "\n", "\r", "\n\n", "--b", "--",
        "=?utf-8?B?", "?=", "=?gbk?Q?=D6=D0?=", " ", "\t", "<", ">", "\"", "\\", "(", ")", "@", ",", ";", "a", "=", "name*0*=", "name*1=", "''", "%E4", "message/rfc822", "begin 644 a\n", "end\n",
        "Content-Transfer-Encoding: ", "base64", "quoted-printable", "format=flowed", "&amp;", "<br>", "+AGE-", "\u{feff}", "\u{202e}", "你好", "\u{0}", "Date: ", "1 Jan 2020", "99999999999",
    ]), 0..80)) {
        let raw = pieces.concat();
        promises(&read(raw.as_bytes()));
        parse(raw.as_bytes());
    }
}
