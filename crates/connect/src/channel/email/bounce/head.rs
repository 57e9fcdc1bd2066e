//! What the head of a mail says. Nothing here is believed yet: anyone can write any field.

use super::address;
use mail_parser::{HeaderForm, Message, MimeHeaders};

/// The values of a field in order, folded lines joined and encoded words decoded; an empty field gives an empty text.
pub(in crate::channel::email) fn values(message: &Message<'_>, name: &'static str) -> Vec<String> {
    if message.parts.is_empty() {
        return Vec::new();
    }
    let texts = message.header_as(name, HeaderForm::Text);
    texts.into_iter().map(|value| value.into_text().map_or_else(String::new, |text| text.trim().to_owned())).collect()
}

/// The first value of a field, in lower case.
pub(in crate::channel::email) fn lower(message: &Message<'_>, name: &'static str) -> Option<String> {
    values(message, name).into_iter().next().map(|value| value.to_lowercase())
}

pub(in crate::channel::email) fn has(message: &Message<'_>, name: &str) -> bool {
    message.parts.first().is_some_and(|root| root.headers.iter().any(|header| header.name().eq_ignore_ascii_case(name)))
}

/// The addresses in all fields of a name, as written.
pub(in crate::channel::email) fn addresses(message: &Message<'_>, name: &'static str) -> Vec<String> {
    values(message, name)
        .iter()
        .flat_map(|value| address::all(value).filter_map(|at| value.get(at).map(str::to_owned)).collect::<Vec<_>>())
        .collect()
}

/// The `report-type` of a mail that is a `multipart/report` (RFC 6522), in lower case; empty where it does not say.
pub(in crate::channel::email) fn report_type(message: &Message<'_>) -> Option<String> {
    let kind = message.parts.first()?.content_type()?;
    let report = kind.ctype().eq_ignore_ascii_case("multipart") && kind.subtype().is_some_and(|sub| sub.eq_ignore_ascii_case("report"));
    report.then(|| kind.attribute("report-type").unwrap_or_default().to_lowercase())
}

/// Whether the mail asks that nothing be sent back: an empty return path (RFC 5321, 4.5.5), or what mail stores write
/// in its place (`Return-Path: <MAILER-DAEMON>`, the separator line `From MAILER-DAEMON` of a mbox).
pub(in crate::channel::email) fn null_path(message: &Message<'_>) -> bool {
    let empty = |path: &String| {
        let bare = path.trim_matches(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"')).to_lowercase();
        bare.is_empty() || bare.starts_with("mailer-daemon")
    };
    // The parser takes the separator line for a field that is named by everything up to the first colon of the time.
    let separator = |name: &str| name.get(..18).is_some_and(|start| start.eq_ignore_ascii_case("from mailer-daemon"));
    values(message, "Return-Path").iter().any(empty)
        || message.parts.first().and_then(|root| root.headers.first()).is_some_and(|first| separator(first.name()))
}

/// The text of `Auto-Submitted` in lower case without its comment, unless it is absent or says `no` (RFC 3834, 5).
pub(in crate::channel::email) fn auto_submitted(message: &Message<'_>) -> Option<String> {
    let value = lower(message, "Auto-Submitted")?;
    let word = value.split([';', '(', ' ']).next().unwrap_or_default().trim().to_owned();
    (!word.is_empty() && word != "no").then_some(word)
}
