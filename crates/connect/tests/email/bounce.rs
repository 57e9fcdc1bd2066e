//! Bounces and automatic mail of real servers, and ordinary mail as the counter-proof.

use super::corpus;
use candor_connect::channel::email::{automatic, bounce};
use mail_parser::MessageParser;
use std::path::{Path, PathBuf};

/// What the desk makes of a file; `None` where it is no mail at all.
fn read(path: &Path) -> (Option<bounce::Bounce>, Option<automatic::Automatic>, String) {
    let bytes = std::fs::read(path).expect("a file of the corpus");
    let text = String::from_utf8_lossy(&bytes).into_owned();
    match MessageParser::default().parse(&bytes) {
        Some(message) => (bounce::read(&message), automatic::read(&message), text),
        None => (None, None, text),
    }
}

fn named(path: &Path) -> String {
    path.components().rev().take(2).map(|part| part.as_os_str().to_string_lossy().into_owned()).collect::<Vec<_>>().join(" in ")
}

/// Answers of absence and a request to unsubscribe: sisimai counts them among bounces, the desk does not (they are mail
/// of people's programs, which an agent may want to see). Told by what the mail itself says.
fn is_answer(text: &str) -> bool {
    let head = text.split("\n\n").next().unwrap_or_default();
    let from = head.lines().find(|line| line.starts_with("From:")).unwrap_or_default().to_lowercase();
    let server = from.contains("daemon") || from.contains("postmaster") || text.contains("Final-Recipient") || text.contains("delivered");
    let answered = head.contains("\nIn-Reply-To:") && head.contains("\nAuto-Submitted: auto-replied") && !server;
    answered || head.contains("X-Apple-Unsubscribe") || head.contains("X-Apple-Action: VACATION")
}

fn bounces() -> Vec<PathBuf> {
    let mut files = corpus::files("bounces-sisimai", &[".eml"]);
    files.retain(|path| !path.components().any(|part| part.as_os_str() == "not"));
    files.extend(
        corpus::files("flanker", &[".eml"])
            .into_iter()
            .filter(|path| path.components().any(|part| part.as_os_str() == "bounce" || part.as_os_str() == "complaints")),
    );
    files.retain(|path| !is_answer(&std::fs::read_to_string(path).unwrap_or_default()));
    files
}

/// Mail that is no bounce: written by people, shops and spammers.
fn others() -> Vec<PathBuf> {
    let mut files = Vec::new();
    for set in [
        "rspamd-messages",
        "spamassassin-data",
        "reply-crisp",
        "reply-github",
        "reply-talon",
        "reply-trimmer-discourse",
        "reply-zapier",
        "ruby-mail",
        "flanker",
        "mimekit",
        "mime4j-testmsgs",
        "mail-parser-eml",
        "cpython-email",
    ] {
        files.extend(corpus::files(set, &[]));
    }
    files
}

fn share(good: usize, all: usize) -> f64 {
    if all == 0 { 100.0 } else { 100.0 * good as f64 / all as f64 }
}

#[test]
fn bounces_of_real_servers_are_recognised() {
    let files = bounces();
    let missed: Vec<String> = files.iter().filter(|path| read(path).0.is_none()).map(|path| named(path)).collect();
    assert!(share(files.len() - missed.len(), files.len()) >= 99.0, "{} of {} missed: {missed:#?}", missed.len(), files.len());
    // Whatever is a bounce is never answered automatically.
    let answered: Vec<String> = files.iter().filter(|path| matches!(read(path), (Some(_), None, _))).map(|path| named(path)).collect();
    // Known to differ: the complaint of Hotmail, which has no sign of a machine but its subject.
    assert!(share(files.len() - answered.len(), files.len()) >= 99.0, "looks written by people: {answered:#?}");
}

/// The values of fields that stand at the start of a line, each up to the address in it.
fn told(text: &str, names: &[&str]) -> Vec<String> {
    let mut mails = Vec::new();
    for line in text.lines() {
        let Some((name, value)) = line.split_once(':') else { continue };
        if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            continue;
        }
        let value = value.rsplit(';').next().unwrap_or_default();
        let mail = value.trim().trim_matches(['<', '>']).to_lowercase();
        if mail.contains('@') && !mail.contains(' ') && !mail.starts_with("=?") && !mails.contains(&mail) {
            mails.push(mail);
        }
    }
    mails
}

#[test]
fn failing_addresses_are_the_ones_the_report_names() {
    let (mut plain, mut wrong) = (0, Vec::new());
    for path in bounces() {
        let (Some(bounce), _, text) = read(&path) else { continue };
        let mut expected = told(&text, &["Final-Recipient", "Original-Rcpt-To"]);
        if expected.is_empty() {
            expected = told(&text, &["X-Failed-Recipients"]);
        }
        if expected.is_empty() {
            continue;
        }
        plain += 1;
        let mut found: Vec<String> = bounce.recipients.iter().map(|one| one.mail.to_lowercase()).collect();
        found.sort();
        expected.sort();
        if found != expected {
            wrong.push(format!("{}: {expected:?}, found {found:?}", named(&path)));
        }
    }
    // Known to differ: a file that holds two bounces, and one where the mail that came back is about another bounce.
    assert!(share(plain - wrong.len(), plain) >= 98.0, "{} of {plain} wrong: {wrong:#?}", wrong.len());
}

/// Where no report names the recipient, the mail that came back usually does; the server may mean another (a member of
/// a list, the target of a redirection), so this is a measure of the free text, not a truth.
#[test]
fn failing_addresses_in_free_text_are_found() {
    let (mut plain, mut wrong) = (0, Vec::new());
    for path in bounces() {
        let (Some(bounce), _, text) = read(&path) else { continue };
        if !told(&text, &["Final-Recipient", "Original-Rcpt-To", "X-Failed-Recipients"]).is_empty() {
            continue;
        }
        let body = text.split_once("\n\n").map(|(_, body)| body).unwrap_or_default();
        let to = told(body, &["To"]);
        let [expected] = &to[..] else { continue };
        plain += 1;
        if !bounce.recipients.iter().any(|one| one.mail.to_lowercase() == *expected) {
            wrong.push(format!(
                "{}: {expected}, found {:?}",
                named(&path),
                bounce.recipients.iter().map(|one| &one.mail).collect::<Vec<_>>()
            ));
        }
    }
    // Known to differ: four where the notice plainly names another address than the mail was written to.
    assert!(share(plain - wrong.len(), plain) >= 85.0, "{} of {plain} differ: {wrong:#?}", wrong.len());
}

#[test]
fn the_mail_that_came_back_is_identified() {
    let (mut plain, mut wrong) = (0, Vec::new());
    for path in bounces() {
        let (Some(bounce), _, text) = read(&path) else { continue };
        // The last head in the file is that of the mail that came back. All that differ are exceptions to this rule of the
        // test: two files hold two bounces, two mails speak SMTP in their body, one mail that came back has another
        // attached, one id is broken over lines by its encoding.
        let body = text.split_once("\n\n").map(|(_, body)| body).unwrap_or_default();
        let mut ids =
            body.lines().filter(|line| line.to_lowercase().starts_with("message-id:") && line.contains('@') && line.contains('<'));
        let Some(expected) = ids.next_back().and_then(|line| line.split(['<', '>']).nth(1)) else { continue };
        plain += 1;
        if bounce.original.as_deref() != Some(expected) {
            wrong.push(format!("{}: {expected}, found {:?}", named(&path), bounce.original));
        }
    }
    assert!(share(plain - wrong.len(), plain) >= 96.0, "{} of {plain} differ: {wrong:#?}", wrong.len());
}

#[test]
fn ordinary_mail_is_no_bounce() {
    let mut believed = Vec::new();
    for path in others() {
        // Bounces among them: by their folder, or because they carry the report of a server at their head.
        if path.components().any(|part| ["bounce", "complaints", "multipart_report_emails"].iter().any(|name| part.as_os_str() == *name)) {
            continue;
        }
        let (bounce, _, text) = read(&path);
        let head = text.split("\n\n").next().unwrap_or_default().split("\r\n\r\n").next().unwrap_or_default().to_lowercase();
        let is_report = head.contains("multipart/report") && (head.contains("delivery-status") || head.contains("feedback-report"));
        if bounce.is_some() && !is_report {
            believed.push(named(&path));
        }
    }
    assert!(believed.is_empty(), "{believed:#?}");
}

/// `not` of sisimai holds what sisimai does not take for a bounce. One of its files is one all the same: a postmaster
/// with an empty return path tells that a mailbox is full and names it (sisimai cannot read its form, hence the folder).
#[test]
fn what_only_looks_like_a_bounce_is_none() {
    for path in corpus::files("bounces-sisimai", &[".eml"]).iter().filter(|path| path.components().any(|part| part.as_os_str() == "not")) {
        let (bounce, _, text) = read(path);
        let truly = text.contains("\nReturn-Path: <>") && text.contains("an email you sent was rejected");
        assert_eq!(bounce.is_some(), truly, "{}", path.display());
    }
}

#[test]
fn answers_of_absence_are_automatic_and_no_bounces() {
    let files = corpus::files("bounces-sisimai", &[".eml"]);
    for path in files.iter().filter(|path| is_answer(&std::fs::read_to_string(path).unwrap_or_default())) {
        let (bounce, automatic, _) = read(path);
        assert!(bounce.is_none() && automatic.is_some(), "{}: {bounce:?} {automatic:?}", path.display());
    }
}

#[test]
fn replies_of_people_are_not_automatic() {
    for set in ["reply-crisp", "reply-github", "reply-talon", "reply-zapier"] {
        for path in corpus::files(set, &[]) {
            let (_, automatic, _) = read(&path);
            assert_eq!(automatic, None, "{}", path.display());
        }
    }
}

#[test]
fn mail_cut_at_any_place_is_answered() {
    for path in bounces() {
        let bytes = std::fs::read(&path).unwrap();
        for part in 1..=12 {
            let cut = &bytes[..bytes.len() * part / 13];
            if let Some(message) = MessageParser::default().parse(cut) {
                let _ = (bounce::read(&message), automatic::read(&message));
            }
        }
    }
}
