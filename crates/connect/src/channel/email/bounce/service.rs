//! Notifications of a sending service by mail: Amazon SES through SNS, a line of JSON as the body.
//!
//! A scan for the few names needed, not a reader of JSON: SNS cuts and wraps the line, so it often is none any more.

use super::body::Letter;
use super::{Action, Bounce, Failed, Kind, MAX_RECIPIENTS, head, original, short, status};
use mail_parser::Message;

pub(super) fn read(message: &Message<'_>, letter: &Letter<'_>) -> Option<Bounce> {
    let writer = head::lower(message, "From").unwrap_or_default();
    let sent = head::has(message, "x-amz-sns-message-id") || writer.contains("sns.amazonaws.com");
    let json = letter.notice.trim_start();
    if !sent || !json.starts_with('{') {
        return None;
    }
    let kind = text(json, "notificationType").or_else(|| text(json, "eventType"))?;
    let (kind, list, action) = match kind.as_str() {
        "Bounce" => (Kind::Bounce, "bouncedRecipients", Action::Failed),
        "Complaint" => (Kind::Complaint, "complainedRecipients", Action::Delivered),
        "DeliveryDelay" => (Kind::Delay, "delayedRecipients", Action::Delayed),
        "Delivery" => (Kind::Delivered, "recipients", Action::Delivered),
        _ => return None,
    };
    let list = json.split_once(&format!("\"{list}\""))?.1.split(']').next().unwrap_or_default();
    // Each recipient is an object; of a delivery, a bare text.
    let named = list.split('{').skip(1).filter_map(|one| {
        let words = text(one, "diagnosticCode").unwrap_or_default();
        let status = status::best(text(one, "status").as_deref(), &words);
        Some(Failed { mail: text(one, "emailAddress")?, addressed: None, action, status, words: short(&words) })
    });
    let recipients: Vec<Failed> = named.take(MAX_RECIPIENTS).collect();
    // Theirs is the id of the service; ours stands among the headers, where the notification carries them.
    let ours = json.split_once("\"Message-ID\"").or_else(|| json.split_once("\"Message-Id\"")).and_then(|(_, rest)| text(rest, "value"));
    let common = json.split_once("\"commonHeaders\"").and_then(|(_, rest)| text(rest, "messageId"));
    let original = ours.or(common).and_then(|value| original::id(&value));
    let permanent = kind == Kind::Bounce && text(json, "bounceType").is_some_and(|kind| kind == "Permanent");
    Some(Bounce { kind, recipients, original, permanent })
}

/// The text that stands behind a name.
fn text(json: &str, name: &str) -> Option<String> {
    let (_, rest) = json.split_once(&format!("\"{name}\""))?;
    let mut chars = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?.chars();
    let mut value = String::new();
    while let Some(c) = chars.next() {
        match c {
            '"' => return Some(value),
            '\\' => match chars.next()? {
                'n' | 'r' | 't' => value.push(' '),
                'u' => {
                    let code: String = chars.by_ref().take(4).collect();
                    value.push(u32::from_str_radix(&code, 16).ok().and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER));
                }
                plain => value.push(plain),
            },
            plain => value.push(plain),
        }
    }
    None
}
