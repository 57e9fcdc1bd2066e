//! Recipients in the free text of servers that send no report: qmail, Exim, old sendmail, carriers, filters, web mail.
//!
//! No list of formats. Nearly all servers put a failing address at the start of a line below the sentence that says
//! what happened, and what their peer said behind it; the others put it behind a label or into that sentence.

use super::{MAX_RECIPIENTS, address, short, status, words};
use lead::{bare, is_label, is_other, is_sender_above, reply_line, uncoded};
use std::ops::Range;

mod lead;

/// Lines of a notice that are read: each costs a look for some hundreds of phrases.
const MAX_LINES: usize = 1_000;

/// What the text of a notice says.
#[derive(Debug, Default)]
pub(super) struct Notice {
    /// A sentence of failure or delay stands in it.
    pub(super) says: bool,
    /// It says that the server still tries.
    pub(super) delay: bool,
    /// A code of SMTP stands in it.
    pub(super) code: bool,
    /// The failing addresses with the words about each.
    pub(super) recipients: Vec<(String, String)>,
    /// The words of the notice for recipients that it does not name.
    pub(super) words: String,
}

/// How an address stands in a notice, the plainest first. Only the plainest that occurs is believed: a notice that lists
/// its recipients mentions others, too (the sender, whom to ask for help).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// At the start of a line below the sentence.
    Listed,
    /// Behind a label (`RCPT TO:`, `收件人：`) or a preposition (`mail to …`).
    Labelled,
    /// At the start of a line above the sentence.
    Above,
    /// On the line of the sentence, or on one with a code.
    Mentioned,
}

struct Line<'t> {
    text: &'t str,
    at: usize,
    lower: String,
    says: bool,
}

/// Reads a notice; `own` are the addresses it was sent to and from, which are no recipients unless nothing else is there.
pub(super) fn read(notice: &str, own: &[String]) -> Notice {
    let lines = lines(notice);
    let said = lines.iter().position(|line| line.says);
    let mut found: Vec<(Place, Range<usize>)> = Vec::new();
    let mut list: Option<usize> = None;
    let mut before: Option<&Line<'_>> = None;
    for (index, line) in lines.iter().enumerate() {
        let indent = line.text.len() - line.text.trim_start().len();
        if line.text.trim().is_empty() {
            list = None;
            continue;
        }
        let before = before.replace(line);
        // Deeper lines of a paragraph that began with a recipient are what was said about it.
        if list.is_some_and(|first| indent > first) {
            continue;
        }
        let below = said.is_some_and(|said| index >= said);
        for (place, at) in places(line, before, below) {
            if place == Place::Listed {
                list.get_or_insert(indent);
            }
            found.push((place, line.at + at.start..line.at + at.end));
        }
    }
    let recipients = recipients(notice, &lines, found, own);
    let code = lines.iter().any(|line| status::enhanced(line.text).is_some() || reply_line(line.text).is_some());
    // What says both gave up: "message has been delayed … is being returned".
    let delay = lines.iter().any(|line| words::delay(&line.lower)) && !notice.to_lowercase().contains("given up");
    let words = telling(&lines, said);
    Notice { says: said.is_some(), delay, code, recipients, words }
}

/// The lines of a notice. A sentence may be broken over two lines, so each is looked at with the end of the one before.
fn lines(notice: &str) -> Vec<Line<'_>> {
    let mut lines: Vec<Line<'_>> = Vec::new();
    let mut at = 0;
    for text in notice.split_inclusive('\n').take(MAX_LINES) {
        // A person who quotes a bounce puts "> " before it; transcripts of servers use ">>> ".
        let quoted = text.starts_with('>') && !text.starts_with(">>");
        let lower = if quoted { String::new() } else { text.trim().to_lowercase() };
        let broken = lines
            .last()
            .filter(|_| !lower.is_empty())
            .is_some_and(|last| !last.says && !last.lower.is_empty() && words::failure(&format!("{} {lower}", last.lower)));
        let says = !lower.is_empty() && (broken || words::failure(&lower));
        lines.push(Line { text, at, lower, says });
        at += text.len();
    }
    lines
}

/// The addresses of a line and how each stands.
fn places(line: &Line<'_>, before: Option<&Line<'_>>, below: bool) -> Vec<(Place, Range<usize>)> {
    let mut places = Vec::new();
    let mut from = 0;
    if line.lower.is_empty() || line.lower.contains("message-id") || line.lower.contains("message id") {
        return places;
    }
    for at in address::all(line.text).take(MAX_RECIPIENTS) {
        let lead = line.text.get(from..at.start).unwrap_or_default();
        let first = from == 0;
        from = at.end;
        let lead = bare(lead).to_lowercase();
        let place = if first && uncoded(&lead).is_empty() {
            let of_sender = before.is_some_and(|before| is_sender_above(&before.lower));
            (!of_sender).then_some(if below { Place::Listed } else { Place::Above })
        } else if is_other(&lead) {
            None
        } else if is_label(&lead) {
            Some(Place::Labelled)
        } else {
            (line.says || reply_line(line.text).is_some()).then_some(Place::Mentioned)
        };
        places.extend(place.map(|place| (place, at)));
    }
    places
}

/// The plainest addresses, each once, with the text from it to the next.
fn recipients(notice: &str, lines: &[Line<'_>], mut found: Vec<(Place, Range<usize>)>, own: &[String]) -> Vec<(String, String)> {
    let mail = |at: &Range<usize>| notice.get(at.clone()).unwrap_or_default();
    let is_own = |at: &Range<usize>| own.iter().any(|own| own.eq_ignore_ascii_case(mail(at)));
    if found.iter().any(|(_, at)| !is_own(at)) {
        found.retain(|(_, at)| !is_own(at));
    }
    let Some(plainest) = found.iter().map(|(place, _)| *place).min() else { return Vec::new() };
    found.retain(|(place, _)| *place == plainest);
    let mut seen: Vec<String> = Vec::new();
    found.retain(|(_, at)| {
        let mail = mail(at).to_lowercase();
        let new = seen.len() < MAX_RECIPIENTS && !seen.contains(&mail);
        if new {
            seen.push(mail);
        }
        new
    });
    let ends = found.iter().skip(1).map(|(_, at)| line_start(lines, at.start)).chain([notice.len()]);
    let about = |(place, at): &(Place, Range<usize>), end: usize| {
        let after = short(notice.get(at.end..end).unwrap_or_default());
        let lead = short(notice.get(line_start(lines, at.start)..at.start).unwrap_or_default());
        let lead = lead.trim_end_matches(|c: char| c.is_whitespace() || "<\"':：(「【".contains(c));
        // A sentence with the address in it, or the code before it, is part of what was said.
        let telling = if *place == Place::Listed { status::reply(lead).is_some() } else { words::failure(&lead.to_lowercase()) };
        let words = if telling || after.chars().filter(|c| c.is_alphanumeric()).count() < 4 { format!("{lead} {after}") } else { after };
        (mail(at).to_owned(), short(&words))
    };
    found.iter().zip(ends).map(|(one, end)| about(one, end)).collect()
}

fn line_start(lines: &[Line<'_>], at: usize) -> usize {
    let next = lines.partition_point(|line| line.at <= at);
    next.checked_sub(1).and_then(|index| lines.get(index)).map_or(at, |line| line.at)
}

/// The words for recipients that the notice does not name: from its first line with a code on, else from the sentence.
fn telling(lines: &[Line<'_>], said: Option<usize>) -> String {
    let coded = lines.iter().position(|line| status::enhanced(line.text).is_some() || reply_line(line.text).is_some());
    let from = coded.or(said).unwrap_or_default();
    let text: String = lines.iter().skip(from).take(12).map(|line| line.text).collect();
    short(&text)
}

#[cfg(test)]
mod tests;
