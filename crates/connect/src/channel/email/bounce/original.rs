//! Which of our mails came back.

use super::body::{Letter, clip};
use super::cut::{behind_report, field};
use super::{MAX_RECIPIENTS, address, head, report};
use mail_parser::Message;

/// Bytes of a Message-ID that are believed; a line of a head has 998 at most (RFC 5322, 2.1.1).
const MAX_ID: usize = 998;
/// Bytes of a body that are searched for a head.
const MAX_HEAD: usize = 16 * 1024;

/// The Message-ID of the mail that came back, without its brackets: from the mail itself, else from its head, else from
/// the text behind the notice, else from what the notice answers to (`In-Reply-To`, then the last of `References`).
pub(super) fn read(message: &Message<'_>, letter: &Letter<'_>) -> Option<String> {
    // A relay that wraps the bounce of another: the text that came back is a bounce, and ours is behind its report.
    let wrapped = report::within(&letter.returned).then(|| field(behind_report(&letter.returned), "message-id")).flatten();
    let attached = letter.attached.iter().flat_map(|mail| head::values(mail, "Message-ID"));
    // An empty line above the head makes a body of it.
    let bodies = letter.attached.iter().filter_map(|mail| field(clip(&mail.body_text(0)?, MAX_HEAD), "message-id"));
    let heads = letter.heads.iter().filter_map(|text| field(text, "message-id"));
    let texts = [&letter.returned, &letter.notice].into_iter().filter_map(|text| field(text, "message-id"));
    let reports = letter.reports.iter().chain(&letter.feedback);
    let named = reports.filter_map(|text| field(text, "original-message-id").or_else(|| field(text, "x-original-message-id")));
    let answered = ["X-Original-Message-ID", "Original-Message-ID", "In-Reply-To"].into_iter().flat_map(|name| head::values(message, name));
    let thread = head::values(message, "References").into_iter().map(|ids| ids.rsplit('<').next().unwrap_or_default().to_owned());
    wrapped
        .into_iter()
        .chain(attached)
        .chain(heads)
        .chain(bodies)
        .chain(texts)
        .chain(named)
        .chain(answered)
        .chain(thread)
        .find_map(|value| id(&value))
}

/// The id in a value, where it is one.
pub(super) fn id(value: &str) -> Option<String> {
    let id = value.split(['<', '>']).map(str::trim).find(|id| !id.is_empty())?;
    (id.contains('@') && id.len() <= MAX_ID && !id.contains(char::is_whitespace)).then(|| id.to_owned())
}

/// Whom the mail that came back was written to.
pub(super) fn to(letter: &Letter<'_>) -> Vec<String> {
    let attached = letter.attached.first().map(|mail| head::addresses(mail, "To")).unwrap_or_default();
    if !attached.is_empty() {
        return attached.into_iter().take(MAX_RECIPIENTS).collect();
    }
    let value = letter.heads.first().and_then(|text| field(text, "to")).or_else(|| field(&letter.returned, "to")).unwrap_or_default();
    address::all(&value).filter_map(|at| value.get(at).map(str::to_owned)).take(MAX_RECIPIENTS).collect()
}
