//! Which lines are new, from the openings of quotes, the marks of quoting and the signatures.
//!
//! A quote with marks ends where the marks end; what stands below is new again. A quote without marks goes on to the end of the
//! text, so only openings that nobody writes by hand may begin one, and only below new words.

use super::Kind;
use super::block::{self, Block};
use super::intro;
use super::lines::{Line, next_filled, rule};
use super::signature;
use std::ops::Range;

/// Lines of one part of a mail.
struct Part {
    lines: Range<usize>,
    role: Role,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// New words, and perhaps a signature.
    Words,
    /// A forward: new as it is.
    Passed,
    /// Lines with marks of quoting below an attribution.
    Introduced,
    /// Lines with marks of quoting, and nothing says whose.
    Excerpt,
    /// An attribution on top of a mail whose quote has no marks: where the quote ends and the answer begins cannot be seen.
    Loose,
    /// A quote without marks, to the end.
    Rest,
}

/// The openings that follow each other from one line on.
#[derive(Clone, Copy)]
struct Opening {
    end: usize,
    header: bool,
    sure: bool,
    forward: bool,
}

/// The kind of every line.
pub(super) fn kinds(lines: &[Line<'_>]) -> Vec<Kind> {
    let parts = parts(lines);
    let mut kinds = vec![Kind::New; lines.len()];
    let last = trailing(lines, &parts, &mut kinds);
    let above = parts.get(..last).unwrap_or_default();
    for part in above.iter().filter(|part| part.role == Role::Loose) {
        mark(&mut kinds, &part.lines, Kind::Quote);
    }
    // One whole mail above or between the new words is history. Several pieces of it are what the answers between them are
    // about; without them "yes" says nothing, so they stay, and so does an excerpt that the sender picked.
    let quotes: Vec<&Part> = above.iter().filter(|part| matches!(part.role, Role::Introduced | Role::Excerpt)).collect();
    if let [only] = quotes.as_slice()
        && only.role == Role::Introduced
    {
        mark(&mut kinds, &only.lines, Kind::Quote);
    }
    for part in parts.iter().filter(|part| part.role == Role::Words) {
        for line in part.lines.clone().filter(|at| signature::device_paragraph(lines, *at)) {
            mark(&mut kinds, &(line..line + 1), Kind::Signature);
        }
    }
    settle(lines, kinds)
}

/// Marks what hangs at the end, quotes and signatures, and gives the place of the last part with new words.
fn trailing(lines: &[Line<'_>], parts: &[Part], kinds: &mut [Kind]) -> usize {
    for (place, part) in parts.iter().enumerate().rev() {
        match part.role {
            Role::Passed => return place,
            Role::Introduced | Role::Rest | Role::Loose => mark(kinds, &part.lines, Kind::Quote),
            Role::Excerpt if kept(lines, &part.lines) => return place,
            Role::Excerpt => mark(kinds, &part.lines, Kind::Quote),
            Role::Words => {
                let signed = signature::start(lines, &part.lines);
                mark(kinds, &(signed..part.lines.end), Kind::Signature);
                if (part.lines.start..signed).any(|at| lines.get(at).is_some_and(|line| !line.blank())) {
                    return place;
                }
            }
        }
    }
    0
}

/// Whether an excerpt at the end is the sender's: announced by a colon, or one or two lines glued to the text, which can be a path
/// through menus.
fn kept(lines: &[Line<'_>], excerpt: &Range<usize>) -> bool {
    let glued = excerpt.start.checked_sub(1).and_then(|at| lines.get(at)).is_some_and(|line| !line.blank());
    announced(lines, excerpt.start) || (glued && excerpt.len() < 3)
}

/// Whether the last words above end with a colon: the sender shows what follows.
fn announced(lines: &[Line<'_>], at: usize) -> bool {
    let above = lines.get(..at).unwrap_or_default();
    let near = above.iter().rev().take(4).find(|line| !line.blank() && !rule(line.bare));
    near.is_some_and(|line| line.bare.ends_with([':', '：']))
}

fn mark(kinds: &mut [Kind], range: &Range<usize>, kind: Kind) {
    if let Some(part) = kinds.get_mut(range.clone()) {
        part.fill(kind);
    }
}

/// Rules above a quote go with it; empty lines go with the folded lines above them unless new words stand on both sides. Where
/// nothing would be new, everything is.
fn settle(lines: &[Line<'_>], mut kinds: Vec<Kind>) -> Vec<Kind> {
    if !lines.iter().zip(&kinds).any(|(line, kind)| *kind == Kind::New && !line.blank()) {
        return vec![Kind::New; lines.len()];
    }
    let mut below = Kind::New;
    for (line, kind) in lines.iter().zip(kinds.iter_mut()).rev() {
        if below == Kind::Quote && rule(line.bare) {
            *kind = Kind::Quote;
        }
        if !line.blank() {
            below = *kind;
        }
    }
    let mut folded_below = true;
    let below: Vec<bool> = lines
        .iter()
        .zip(&kinds)
        .rev()
        .map(|(line, kind)| {
            if !line.blank() {
                folded_below = *kind != Kind::New;
            }
            folded_below
        })
        .collect();
    let (mut above, mut words) = (Kind::New, false);
    for ((line, kind), below) in lines.iter().zip(kinds.iter_mut()).zip(below.into_iter().rev()) {
        if !line.blank() {
            words |= *kind == Kind::New;
            above = *kind;
        } else if !words || below {
            *kind = above;
        }
    }
    kinds
}

/// Divides a text into its parts.
fn parts(lines: &[Line<'_>]) -> Vec<Part> {
    // Looked for once a line: it is what folding costs.
    let ones: Vec<Option<Opening>> = (0..lines.len()).map(|at| one(lines, at)).collect();
    let marked = Marked::new(lines, &ones);
    let mut parts: Vec<Part> = Vec::new();
    let (mut at, mut words) = (0, false);
    while at < lines.len() {
        let opening = opening(lines, &ones, at);
        let (end, role) = match opening {
            Some(opening) => begin(lines, at, opening, &marked, words),
            None if lines.get(at).is_some_and(|line| line.quoted) => (marks_end(lines, at), Role::Excerpt),
            None => (at + 1, Role::Words),
        };
        words |= role == Role::Words && lines.get(at).is_some_and(|line| !line.blank());
        match parts.last_mut() {
            Some(last) if last.role == Role::Words && role == Role::Words => last.lines.end = end,
            _ => parts.push(Part { lines: at..end, role }),
        }
        at = end;
    }
    parts
}

/// What an opening begins, and where that ends.
fn begin(lines: &[Line<'_>], at: usize, opening: Opening, marked: &Marked, words: bool) -> (usize, Role) {
    let all = lines.len();
    if opening.forward {
        return (all, Role::Passed);
    }
    let next = next_filled(lines, opening.end);
    if next.and_then(|next| lines.get(next)).is_some_and(|line| line.quoted) {
        return (marks_end(lines, opening.end), Role::Introduced);
    }
    // On top of a mail a header is a forward, and an attribution is one line above nobody knows what. Announced, both are shown.
    if !words {
        return if opening.header { (all, Role::Passed) } else { (opening.end, if opening.sure { Role::Loose } else { Role::Words }) };
    }
    if opening.sure && announced(lines, at) {
        return (all, Role::Passed);
    }
    if opening.header {
        return (all, Role::Rest);
    }
    // Marks further down that nothing introduces mean that this client does mark quotes: the lines above them may be the answer.
    if opening.sure && marked.explained(opening.end) { (all, Role::Rest) } else { (opening.end, Role::Words) }
}

/// The openings from here on: an attribution, a title, a printed header, and again.
fn opening(lines: &[Line<'_>], ones: &[Option<Opening>], at: usize) -> Option<Opening> {
    let mut whole: Option<Opening> = None;
    let mut next = Some(at);
    while let Some(here) = next {
        let Some(found) = ones.get(here).copied().flatten() else { break };
        if found.forward && whole.is_some() {
            break;
        }
        let before = whole.unwrap_or(Opening { end: here, header: false, sure: false, forward: false });
        whole = Some(Opening {
            end: found.end,
            header: before.header || found.header,
            sure: before.sure || found.sure,
            forward: found.forward,
        });
        next = if found.forward { None } else { next_filled(lines, found.end) };
    }
    whole
}

fn one(lines: &[Line<'_>], at: usize) -> Option<Opening> {
    match block::find(lines, at) {
        Some(Block::Header(end)) => Some(Opening { end, header: true, sure: true, forward: false }),
        Some(Block::Original) => Some(Opening { end: at + 1, header: true, sure: true, forward: false }),
        Some(Block::Forward) => Some(Opening { end: at + 1, header: true, sure: true, forward: true }),
        None => intro::find(lines, at).map(|found| Opening { end: found.end, header: false, sure: found.sure, forward: false }),
    }
}

/// The end of the lines with marks, empty lines between them included.
fn marks_end(lines: &[Line<'_>], at: usize) -> usize {
    let run = lines.get(at..).unwrap_or_default().iter().enumerate().take_while(|(_, line)| line.quoted || line.blank());
    run.filter(|(_, line)| line.quoted).last().map_or(at, |(offset, _)| at + offset + 1)
}

/// From each line on, whether there is a line with a mark, and if so whether an opening stands right above the first.
struct Marked {
    next: Vec<Option<bool>>,
}

impl Marked {
    fn new(lines: &[Line<'_>], ones: &[Option<Opening>]) -> Self {
        let mut next = vec![None; lines.len()];
        let (mut nearest, mut led) = (None, introduced(lines, ones));
        for at in (0..lines.len()).rev() {
            if let Some((_, led)) = led.pop_if(|(line, _)| *line == at) {
                nearest = Some(led);
            }
            if let Some(slot) = next.get_mut(at) {
                *slot = nearest;
            }
        }
        Self { next }
    }

    /// Whether there are no marks from here on, or the first of them are introduced.
    fn explained(&self, at: usize) -> bool {
        self.next.get(at).copied().flatten().unwrap_or(true)
    }
}

/// Every line with a mark that is not part of an opening, and whether an opening ends right above it.
fn introduced(lines: &[Line<'_>], ones: &[Option<Opening>]) -> Vec<(usize, bool)> {
    let (mut found, mut at, mut led) = (Vec::new(), 0, false);
    while let Some(line) = lines.get(at) {
        if line.quoted {
            found.push((at, led));
            at += 1;
        } else if line.blank() {
            at += 1;
        } else if let Some(opening) = ones.get(at).copied().flatten() {
            led = true;
            at = opening.end.max(at + 1);
        } else {
            led = false;
            at += 1;
        }
    }
    found
}
