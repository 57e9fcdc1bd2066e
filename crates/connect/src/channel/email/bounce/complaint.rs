//! Complaints: someone pressed "this is spam" on our mail, and the provider tells (RFC 5965).

use super::body::Letter;
use super::{Action, Bounce, Failed, Kind, MAX_RECIPIENTS, address, head, original, report, short};
use mail_parser::Message;

/// A feedback report by its part or its type, or the form of Hotmail, which names the mail in the subject and attaches
/// it. Types that blame nobody (`auth-failure`, `not-spam`) have no recipients, so that none is ever written off by one.
pub(super) fn read(message: &Message<'_>, letter: &Letter<'_>) -> Option<Bounce> {
    let declared = head::report_type(message).is_some_and(|kind| kind == "feedback-report");
    let subject = head::lower(message, "Subject").unwrap_or_default();
    let bare = subject.starts_with("complaint about message from") && !letter.attached.is_empty();
    // A person who passes a report on attaches it to a mail of another type, which is no complaint then.
    if !bare && !(declared && (letter.returns_mail() || !letter.feedback.is_empty())) {
        return None;
    }
    // Without a readable part the fields stand in the text.
    let texts = if letter.feedback.is_empty() { std::slice::from_ref(&letter.notice) } else { &letter.feedback };
    let fields: Vec<(String, String)> = texts.iter().flat_map(|text| report::fields(text).flatten().collect::<Vec<_>>()).collect();
    let all = |wanted: &str| -> Vec<String> {
        let values = fields.iter().filter(|(name, _)| name == wanted);
        values.filter_map(|(_, value)| address::first(value).map(str::to_owned)).take(MAX_RECIPIENTS).collect()
    };
    let kind = fields.iter().find(|(name, _)| name == "feedback-type").map(|(_, value)| value.to_lowercase()).unwrap_or_default();
    let mut mails = all("original-rcpt-to");
    if mails.is_empty() {
        mails = all("removal-recipient");
    }
    if mails.is_empty() {
        mails = original::to(letter);
    }
    if ["auth-failure", "not-spam", "dmarc"].iter().any(|other| kind.starts_with(other)) {
        mails.clear();
    }
    let words = short(if kind.is_empty() { &letter.notice } else { &kind });
    let failed = |mail| Failed { mail, addressed: None, action: Action::Delivered, status: None, words: words.clone() };
    let recipients = mails.into_iter().map(failed).collect();
    Some(Bounce { kind: Kind::Complaint, recipients, original: original::read(message, letter), permanent: false })
}
