//! Where the signature of a part begins: delimiters, lines of devices and clients, footers of lists, name cards.
//!
//! A closing alone ("Thanks, Ann") stays: it is the sender's word, and one line. So does a card with anything that can be an
//! answer in it: a number of an account, a link with a path.

mod card;
mod device;

use super::lines::{Line, rule};
use std::ops::Range;

/// A signature has at most this many filled lines below "-- ", fewer below a delimiter that people also write as a rule.
const MAX_LINES: usize = 40;
const MAX_LOOSE_LINES: usize = 15;
/// A footer of a list below its rule.
const MAX_FOOTER_LINES: usize = 8;
const FOOTER_RULE: usize = 20;

/// The first line of the signature that ends this part; the end of the part where it has none.
pub(super) fn start(lines: &[Line<'_>], part: &Range<usize>) -> usize {
    let mut start = part.end;
    // A device's line can stand above a delimiter, and a delimiter above a device's line.
    for _ in 0..4 {
        let open = part.start..start;
        let found = small(lines, &open);
        let open = part.start..found;
        let found =
            [delimited(lines, &open), card::named(lines, &open), card::closing(lines, &open)].into_iter().flatten().min().unwrap_or(found);
        if found == start {
            break;
        }
        start = found;
    }
    start
}

/// Whether this line is a device's or a client's, and a paragraph of its own.
pub(super) fn device_paragraph(lines: &[Line<'_>], at: usize) -> bool {
    let near = |line: Option<&Line<'_>>| line.is_none_or(Line::blank);
    let above = at.checked_sub(1).and_then(|above| lines.get(above));
    lines.get(at).is_some_and(|line| device::known(line.bare)) && near(above) && near(lines.get(at + 1))
}

/// Takes away, from the end: rules, lines of devices.
fn small(lines: &[Line<'_>], part: &Range<usize>) -> usize {
    let mut start = part.end;
    for at in part.clone().rev() {
        let Some(line) = lines.get(at) else { break };
        if line.blank() {
            continue;
        }
        let apart = at == part.start || at.checked_sub(1).and_then(|above| lines.get(above)).is_some_and(Line::blank);
        let small = rule(line.bare) || device::known(line.bare) || (apart && device::likely(line.bare));
        if !small {
            break;
        }
        start = at;
    }
    start
}

/// The first delimiter with not too much below it.
fn delimited(lines: &[Line<'_>], part: &Range<usize>) -> Option<usize> {
    let (mut below, mut question, mut link, mut found) = (0, false, false, None);
    for at in part.clone().rev() {
        let Some(line) = lines.get(at) else { break };
        if line.blank() {
            continue;
        }
        let footer = line.bare.len() >= FOOTER_RULE && line.bare.chars().all(|c| c == '_');
        let loose = matches!(line.bare, "--" | "—" | "––" | "__");
        let ends = (line.delimiter && below <= MAX_LINES)
            || (loose && below <= MAX_LOOSE_LINES && !question)
            || (footer && below <= MAX_FOOTER_LINES && link && !question);
        if ends {
            found = Some(at);
        }
        below += 1;
        question |= line.bare.ends_with(['?', '？']);
        link |= line.bare.contains("://") || line.bare.contains('@');
        if below > MAX_LINES {
            break;
        }
    }
    found
}
