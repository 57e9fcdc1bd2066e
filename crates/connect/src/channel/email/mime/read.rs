//! From the bytes of a mail to its shape.

use super::head::Head;
use super::inbound::{Doubt, Inbound};
use super::kind::Place;
use super::parts::Walk;
use super::{MAX_HEADERS_SHOWN, MAX_LINE, address, date};
use candor_domain::text::clean_line;
use std::borrow::Cow;

/// Reads a mail. Any bytes give an answer, in time linear in their number and with memory of about their size; also a mail
/// without a header, whose `unparsed` is then true. Nothing is fetched and nothing believed.
pub fn read(raw: &[u8]) -> Inbound {
    let mut mail = Inbound::default();
    strange_bytes(raw, &mut mail);
    let raw = lines(without_front(raw));
    let (head, body) = Head::split(&raw);
    fields(&head, &mut mail);
    let mut walk = Walk::default();
    let content = walk.part(&head, body, Place::MAIL);
    walk.finish(content, &mut mail);
    if head.fields.is_empty() {
        mail.unparsed = true;
        mail.doubt(Doubt::Unparsable);
    }
    mail
}

/// Notes NUL bytes and CRs without LF.
fn strange_bytes(raw: &[u8], mail: &mut Inbound) {
    if raw.contains(&0) {
        mail.doubt(Doubt::Nul);
    }
    let mut rest = raw;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\r') {
        rest = rest.get(at + 1..).unwrap_or_default();
        if rest.first() != Some(&b'\n') {
            mail.doubt(Doubt::LoneCr);
            return;
        }
    }
}

/// The mail without what stores and editors put in front of it: a byte order mark, blank lines, the `From ` line of mbox.
fn without_front(raw: &[u8]) -> &[u8] {
    let mut rest = raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(raw);
    let blank = rest.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(rest.len());
    // A fold is no front: only whole lines are skipped.
    let lines = rest.get(..blank).and_then(|blank| blank.iter().rposition(|byte| matches!(byte, b'\r' | b'\n'))).map_or(0, |at| at + 1);
    rest = rest.get(lines..).unwrap_or_default();
    if rest.starts_with(b"From ") || rest.starts_with(b">From ") { super::encoding::line(rest).1 } else { rest }
}

/// The mail with LF where its only line ends are CRs.
fn lines(raw: &[u8]) -> Cow<'_, [u8]> {
    if raw.contains(&b'\n') || !raw.contains(&b'\r') {
        return raw.into();
    }
    raw.iter().map(|byte| if *byte == b'\r' { b'\n' } else { *byte }).collect::<Vec<u8>>().into()
}

fn fields(head: &Head<'_>, mail: &mut Inbound) {
    mail.message_id = address::ids(head, "message-id").into_iter().next();
    mail.in_reply_to = address::ids(head, "in-reply-to");
    mail.references = address::ids(head, "references");
    mail.froms = address::mailboxes(head, "from");
    mail.sender = address::mailboxes(head, "sender").into_iter().next();
    mail.reply_to = address::mailboxes(head, "reply-to");
    mail.to = address::mailboxes(head, "to");
    mail.cc = address::mailboxes(head, "cc");
    mail.return_path = address::return_path(head);
    mail.subject = head.all("subject").next().map(|field| clean_line(&head.shown(field), MAX_LINE)).unwrap_or_default();
    mail.date = head.first("date").and_then(|text| date::read(&text));
    let mut room = MAX_HEADERS_SHOWN;
    for field in &head.fields {
        if field.is_cut() {
            mail.doubt(Doubt::HeaderCut(field.name.to_owned()));
        }
        let value = head.shown(field);
        if room < value.len() + field.name.len() {
            mail.doubt(Doubt::TooManyHeaders);
            break;
        }
        room -= value.len() + field.name.len();
        mail.headers.push((field.name.to_owned(), value));
    }
    if head.more {
        mail.doubt(Doubt::TooManyHeaders);
    }
    if mail.froms.iter().all(|from| from.mail.is_empty()) {
        mail.doubt(Doubt::NoFrom);
    }
    if mail.froms.len() > 1 || head.all("from").count() > 1 {
        mail.doubt(Doubt::TwoFroms);
    }
    if mail.date.is_none() {
        mail.doubt(Doubt::NoDate);
    }
    for doubt in address::imitations(mail.froms.iter().chain(&mail.sender).chain(&mail.reply_to)) {
        mail.doubt(doubt);
    }
}
