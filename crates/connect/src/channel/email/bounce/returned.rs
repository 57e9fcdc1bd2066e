//! Whether a mail says that one of ours did not arrive, and for whom: the three rules of [`super::read`].

use super::body::Letter;
use super::report::{self, Entry};
use super::signs::Signs;
use super::text::{self, Notice};
use super::{Action, Bounce, Failed, Kind, MAX_RECIPIENTS, head, original, status, words};
use crate::channel::email::automatic;
use mail_parser::Message;

/// A mail that a server could not deliver, or not yet.
pub(super) fn read(message: &Message<'_>, letter: &Letter<'_>) -> Option<Bounce> {
    let signs = Signs::read(message);
    if !signs.report && !signs.any() && !signs.deaf {
        return None;
    }
    let subject = head::lower(message, "Subject").unwrap_or_default();
    let mut own = head::addresses(message, "From");
    own.extend(head::addresses(message, "To"));
    own.truncate(MAX_RECIPIENTS);
    let notice = text::read(&letter.notice, &own);
    let mut entries: Vec<Entry> = letter.reports.iter().flat_map(|text| report::entries(text)).collect();
    let listed = head::addresses(message, "X-Failed-Recipients");
    let plain = signs.report || !entries.is_empty() || !listed.is_empty();
    // Carriers send from such addresses, shops do, too: these must attach the mail itself, and nothing else counts.
    if !signs.report && !signs.any() {
        if !notice.says || notice.recipients.is_empty() || letter.attached.is_empty() {
            return None;
        }
    } else if !plain && !report::within(&letter.notice) && !convincing(&signs, &notice, &subject, letter) {
        return None;
    }
    // A relay that wraps the bounce of another leaves its report in the text or in what it attaches.
    let mut deeper = [&letter.notice, &letter.returned].into_iter().filter(|text| report::within(text));
    if let (true, Some(text)) = (entries.is_empty(), deeper.next()) {
        entries = report::entries(text);
    }
    let mut original = original::read(message, letter);
    if entries.is_empty() && listed.is_empty() && notice.recipients.is_empty() {
        for mail in &letter.attached {
            let inner = Letter::read(mail);
            if !inner.reports.is_empty() {
                entries.extend(inner.reports.iter().flat_map(|text| report::entries(text)));
                original = original::read(mail, &inner);
            }
        }
    }
    let mut recipients = recipients(&entries, listed, &notice, letter);
    let delayed = words::delay(&subject) || notice.delay;
    if entries.is_empty() && delayed {
        recipients.iter_mut().for_each(|one| one.action = Action::Delayed);
    }
    Some(Bounce { kind: kind(&recipients, delayed), permanent: recipients.iter().any(lasting), recipients, original })
}

/// The third rule of [`super::read`].
fn convincing(signs: &Signs, notice: &Notice, subject: &str, letter: &Letter<'_>) -> bool {
    if automatic::absence(subject) {
        return false;
    }
    let says = words::failure(subject);
    let shown = letter.returns_mail() || notice.code;
    if !signs.server() && !signs.postmaster {
        return says && shown;
    }
    (says || notice.says) && (shown || signs.server() && (says || signs.daemon && !notice.recipients.is_empty()))
}

/// Whether a failure lasts: by the class of its code; without a code, unless its words speak of a passing one.
fn lasting(one: &Failed) -> bool {
    let passing = || one.status.as_deref().map_or_else(|| words::passing(&one.words.to_lowercase()), |status| status.starts_with('4'));
    one.action == Action::Failed && !passing()
}

fn kind(recipients: &[Failed], delayed: bool) -> Kind {
    let one = |one: &Failed| match one.action {
        Action::Failed => Kind::Bounce,
        Action::Delayed => Kind::Delay,
        Action::Delivered | Action::Relayed | Action::Expanded => Kind::Delivered,
    };
    recipients.iter().map(one).max().unwrap_or(if delayed { Kind::Delay } else { Kind::Bounce })
}

/// The recipients by the best source that names any: the report, the field, the text, the mail that came back.
fn recipients(entries: &[Entry], listed: Vec<String>, notice: &Notice, letter: &Letter<'_>) -> Vec<Failed> {
    let mut failed: Vec<Failed> = entries.iter().filter_map(Entry::failed).collect();
    if failed.is_empty() {
        let named = || notice.recipients.iter().map(|(mail, _)| mail.clone()).collect::<Vec<_>>();
        let mails = [listed, named(), original::to(letter)].into_iter().find(|mails| !mails.is_empty()).unwrap_or_default();
        // A report that names its one recipient by a path or a local name still tells what became of it.
        let only = if let ([entry], 1) = (entries, mails.len()) { Some(entry) } else { None };
        let alone = Entry::default();
        failed = mails.into_iter().map(|mail| only.unwrap_or(&alone).about(mail)).collect();
    }
    let mut kept: Vec<Failed> = Vec::new();
    for mut one in failed {
        if kept.len() >= MAX_RECIPIENTS || kept.iter().any(|other| other.mail.eq_ignore_ascii_case(&one.mail)) {
            continue;
        }
        if one.words.is_empty() {
            let said = notice.recipients.iter().find(|(mail, _)| mail.eq_ignore_ascii_case(&one.mail));
            one.words = said.map_or_else(|| notice.words.clone(), |(_, words)| words.clone());
        }
        one.status = one.status.or_else(|| status::best(None, &one.words));
        kept.push(one);
    }
    kept
}
