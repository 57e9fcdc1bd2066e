//! Attribution lines: "On Mon, Jan 1, 2024 at 10:00 AM Ann <ann@example.com> wrote:", in the languages and clients we know.
//!
//! The form counts more than the words: a date in front, an address, a colon at the end. Where one of the three is missing
//! the word for "wrote" must be there.

use super::lines::{Line, invisible};
use super::words::{Wrote, opens, story, wrote};

/// An attribution is wrapped over at most this many lines, and is at most this long in bytes.
const MAX_LINES: usize = 6;
const MAX_BYTES: usize = 500;

/// An attribution, from the line where it was looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Intro {
    /// The line after it.
    pub(super) end: usize,
    /// Has an address, or a full date with a time: only a client writes so. What follows is a quote even without marks.
    pub(super) sure: bool,
}

/// How an attribution begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lead {
    /// With the date, or a word and the date.
    Date,
    /// With the writer.
    Name,
}

/// The attribution that begins in this line.
pub(super) fn find(lines: &[Line<'_>], at: usize) -> Option<Intro> {
    let first = lines.get(at)?;
    if first.quoted || first.bare.len() > MAX_BYTES {
        return None;
    }
    let lead = lead(first.bare)?;
    let mut whole = String::new();
    let (mut parts, mut gap) = (0, false);
    for (index, line) in lines.iter().enumerate().skip(at) {
        if line.blank() {
            if gap {
                return None;
            }
            gap = true;
            continue;
        }
        if parts == MAX_LINES || whole.len() + line.bare.len() > MAX_BYTES || (parts > 0 && !continues(&whole, line, gap)) {
            return None;
        }
        if parts > 0 {
            whole.push(' ');
        }
        whole.extend(line.bare.chars().filter(|c| !invisible(*c)));
        (parts, gap) = (parts + 1, false);
        let more = lines.get(index + 1).is_some_and(|next| next.bare.starts_with('<'));
        if let Some(sure) = judge(&whole, lead, more || open(&whole)) {
            return Some(Intro { end: index + 1, sure });
        }
        if whole.ends_with([':', '：', '?', '!']) {
            return None;
        }
    }
    None
}

/// Whether a line can go on with an attribution. A mark of quoting or a gap only where an address is open or begins: some clients
/// wrap before a `>` of their own, some make a paragraph of the address.
fn continues(whole: &str, line: &Line<'_>, gap: bool) -> bool {
    let address = open(whole) || line.bare.starts_with('<');
    if gap || line.quoted { address } else { true }
}

fn open(whole: &str) -> bool {
    whole.matches('<').count() > whole.matches('>').count()
}

/// How the line begins, where an attribution can begin so.
fn lead(bare: &str) -> Option<Lead> {
    let text = bare.trim_start_matches(|c: char| "-*_|\"“ ".contains(c) || invisible(c)).to_lowercase();
    let digit = text.char_indices().take(40).find(|(_, c)| c.is_numeric()).map(|(at, _)| at);
    if let Some(before) = digit.and_then(|at| text.get(..at)) {
        let words = before.split_whitespace().count();
        let weekday = words == 1 && (before.trim_end().ends_with([',', '.']) || before.trim_end().chars().count() <= 4);
        if before.is_empty() || weekday || (words <= 4 && opens(&text)) {
            return Some(Lead::Date);
        }
    }
    let name = text.split(['<', '(']).next().unwrap_or_default();
    let addressed = name.len() < text.len() && address(&text);
    ((addressed && name.split_whitespace().count() <= 7) || via(&text) || text.starts_with("posted by ")).then_some(Lead::Name)
}

fn via(text: &str) -> bool {
    text.contains(" via ") && text.split_whitespace().count() <= 9
}

/// Whether the text is an attribution, and if so whether a sure one.
fn judge(whole: &str, lead: Lead, more: bool) -> Option<bool> {
    let text = whole.trim_matches(|c: char| "-*_| ".contains(c)).to_lowercase();
    let body = text.trim_end_matches([':', '：', ' ', '\u{A0}', '\u{202F}']);
    // The story is looked for last: it costs most, and few texts come so far.
    form(whole, &text, body, lead, more).filter(|_| !story(body))
}

/// The same by form alone. `text` is the whole in lower case without rules around it, `body` that without its colon.
fn form(whole: &str, text: &str, body: &str, lead: Lead, more: bool) -> Option<bool> {
    let (colon, ruled) = (text.ends_with([':', '：']), whole.ends_with("--"));
    let (addressed, year_first, posted) = (address(text), year_first(text), text.starts_with("posted by "));
    if !(colon || ruled || addressed || posted || (year_first && text.contains(" gmt"))) {
        return None;
    }
    let wrote = if colon || ruled || addressed { wrote(body) } else { Wrote::No };
    let (dated, timed) = (date(text), time(text));
    let at_end = body.ends_with(['>', ')', ']']) || body.rsplit(' ').next().is_some_and(|word| word.contains('@'));
    let stated = match wrote {
        Wrote::No => false,
        // A name or a date must follow, not a sentence: "wrote to me the following:".
        Wrote::Before(rest) => {
            colon && ((addressed && at_end) || time(rest) || (lead == Lead::Date && rest.split_whitespace().count() <= 5))
        }
        Wrote::Last => colon || ruled || (addressed && dated),
    };
    if stated {
        let bracketed = addressed && text.contains(['<', '(', '[', '"', '“']) || text.contains("&lt;");
        return match lead {
            _ if addressed => Some(bracketed || (dated && timed)),
            Lead::Date if dated || timed => Some(dated && timed && named(whole)),
            Lead::Name if wrote == Wrote::Last && via(text) => Some(false),
            _ => None,
        };
    }
    if lead == Lead::Date && addressed && at_end && (dated || timed) && (colon || (!more && year_first)) {
        return Some(true);
    }
    // Gmail once wrote the date with the zone and a name, and nothing else.
    let bare_name = !colon && !more && year_first && timed && text.contains(" gmt") && text.split_whitespace().count() <= 9;
    let posted = posted && dated && text.ends_with(|c: char| c.is_ascii_digit()) && text.split_whitespace().count() <= 8;
    (bare_name || posted).then_some(true)
}

/// Whether a name follows the time after a comma: "14:41, Alexander L wrote:". People who tell what happened seldom write so.
fn named(whole: &str) -> bool {
    let tail = whole.rsplit(|c: char| c.is_ascii_digit()).next().unwrap_or_default();
    let name = tail.split_once([',', '，', '、']).map(|(_, name)| name.trim_start());
    name.and_then(|name| name.chars().next()).is_some_and(|c| c.is_alphabetic() && !c.is_lowercase())
}

/// Whether there is an address.
pub(super) fn address(text: &str) -> bool {
    text.match_indices('@').any(|(at, _)| {
        let before = text.get(..at).and_then(|head| head.chars().next_back());
        let after = text.get(at + 1..).and_then(|tail| tail.chars().next());
        before.is_some_and(|c| c.is_alphanumeric() || "_-+.".contains(c)) && after.is_some_and(char::is_alphanumeric)
    })
}

/// Whether there is a year, or a date in digits.
fn date(text: &str) -> bool {
    let runs = digits(text);
    let year = |run: &str| run.len() == 4 && (run.starts_with("19") || run.starts_with("20") || run.starts_with("25"));
    let joint = |c: &char| "./-年月년월. ".contains(*c);
    runs.iter().any(|(_, run)| year(run))
        || runs.windows(3).any(|three| {
            let [(a, day), (b, month), (c, rest)] = three else { return false };
            let near = |from: usize, run: &str, to: usize| {
                text.get(from + run.len()..to).is_some_and(|gap| gap.chars().count() == 1 && gap != " " && gap.chars().all(|c| joint(&c)))
            };
            day.len() <= 4 && month.len() <= 2 && rest.len() <= 4 && near(*a, day, *b) && near(*b, month, *c)
        })
}

/// Whether there is a time of day: 10:00, 10h00, 10点, or 10.00 as a word of its own.
fn time(text: &str) -> bool {
    let runs = digits(text);
    runs.windows(2).any(|two| {
        let [(a, hour), (b, minute)] = two else { return false };
        let Some(gap) = text.get(a + hour.len()..*b) else { return false };
        let before = text.get(..*a).and_then(|head| head.chars().next_back());
        let after = text.get(b + minute.len()..).and_then(|tail| tail.chars().next());
        let alone = before != Some('.') && after != Some('.');
        hour.len() <= 2
            && minute.len() == 2
            && (matches!(gap, ":" | "：" | "h" | "点" | "點" | "時" | "时" | "시 ") || (gap == "." && alone))
    })
}

/// Runs of digits with their places; at most as many as a line of attribution can hold.
fn digits(text: &str) -> Vec<(usize, &str)> {
    let mut runs = Vec::new();
    let mut at = 0;
    for part in text.split_inclusive(|c: char| !c.is_ascii_digit()) {
        let run = part.trim_end_matches(|c: char| !c.is_ascii_digit());
        if !run.is_empty() {
            runs.push((at, run));
        }
        at += part.len();
    }
    runs
}

/// Whether the text begins with a date in digits, the year first.
fn year_first(text: &str) -> bool {
    let mut chars = text.chars();
    let year = chars.by_ref().take(4).filter(char::is_ascii_digit).count() == 4;
    year && chars.next().is_some_and(|c| "-/.".contains(c)) && chars.next().is_some_and(|c| c.is_ascii_digit())
}
