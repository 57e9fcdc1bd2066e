//! `mime4j-testmsgs`: trees of parts with the decoded body of each leaf in a file.

use super::{Tally, name, words};
use crate::corpus;
use candor_connect::channel::email::mime::{Inbound, read};

#[test]
fn leaves_of_mime4j_are_in_the_text_or_a_file() {
    let mut tally = Tally::default();
    for path in corpus::files("mime4j-testmsgs", &["_decoded.xml"]) {
        let stem = path.to_string_lossy().trim_end_matches("_decoded.xml").to_owned();
        let Ok(raw) = std::fs::read(format!("{stem}.msg")) else { continue };
        let mail = read(&raw);
        let tree = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        let mut mails = 0;
        for line in tree.lines() {
            // Leaves of an attached mail are inside its file.
            mails += usize::from(line.contains("<message>"));
            mails -= usize::from(line.contains("</message>"));
            let Some(leaf) = line.split("-body name=\"").nth(1).and_then(|rest| rest.split('"').next()).filter(|_| mails == 1) else {
                continue;
            };
            let body = std::fs::read(path.with_file_name(leaf)).unwrap_or_default();
            tally.fact(&name(&path), leaf, &holds(&mail, &body), &true);
        }
        tally.fact(
            &name(&path),
            "attached mails",
            &mail.files.iter().filter(|file| file.mime == "message/rfc822").count(),
            &attached(&tree),
        );
    }
    tally.at_least(95);
}

/// The number of `message` elements one below the mail.
fn attached(tree: &str) -> usize {
    let (mut depth, mut count) = (0usize, 0);
    for line in tree.lines() {
        if line.contains("<message>") {
            count += usize::from(depth == 1);
            depth += 1;
        }
        depth -= usize::from(line.contains("</message>"));
    }
    count
}

fn holds(mail: &Inbound, body: &[u8]) -> bool {
    // Files in uuencode are taken out of the text here, and left in it there.
    let text = String::from_utf8_lossy(body);
    let text = text.split("begin 644 ").next().unwrap_or_default().to_owned();
    let same = |ours: &[u8]| ours == body || words(&String::from_utf8_lossy(ours)) == words(&text);
    // Letters only: a body in its own character set, or broken lines that were joined, differ in the rest.
    let letters = |text: &str| -> String { text.chars().filter(char::is_ascii_alphanumeric).collect() };
    let wanted = letters(&text);
    let shown = letters(&mail.text).contains(&wanted) || mail.html.as_ref().is_some_and(|html| letters(html).contains(&wanted));
    shown || mail.files.iter().any(|file| same(&file.bytes))
}
