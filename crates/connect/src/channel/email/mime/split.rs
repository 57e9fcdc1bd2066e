//! The parts of a multipart (RFC 2046, 5.1), and what to do without a boundary.

use super::encoding::line;

/// The parts between boundary lines, without preamble and epilogue.
#[derive(Debug, Default)]
pub(super) struct Pieces<'a> {
    pub(super) parts: Vec<&'a [u8]>,
    /// Text in front of the first boundary.
    pub(super) preamble: &'a [u8],
    /// Parts beyond the limit.
    pub(super) left_out: usize,
    /// At least one boundary line was found.
    pub(super) found: bool,
}

/// How strictly a line must equal the boundary.
#[derive(Clone, Copy, PartialEq)]
enum Fit {
    /// White space may follow, nothing else: so the boundary `a` of the outside does not end at `ab` of the inside.
    Whole,
    /// Anything may follow; for senders whose lines and declaration differ.
    Start,
}

/// At most `limit` parts. Tries the declared boundary, then lines that begin with it, then the first line that looks like one.
pub(super) fn split<'a>(body: &'a [u8], declared: Option<&str>, limit: usize) -> Pieces<'a> {
    let declared = declared.unwrap_or_default();
    // RFC 2046: white space at the end is no part of a boundary; some senders mean it, most do not.
    let trimmed = declared.trim_end();
    let exact = Some((declared, Fit::Whole)).filter(|_| declared != trimmed);
    let mut last = Pieces::default();
    for (boundary, fit) in exact.into_iter().chain([(trimmed, Fit::Whole), (trimmed, Fit::Start)]).filter(|_| !trimmed.is_empty()) {
        let pieces = cut(body, boundary.as_bytes(), fit, limit);
        if !pieces.parts.is_empty() {
            return pieces;
        }
        if pieces.found {
            last = pieces;
        }
    }
    likely(body).map_or(last, |boundary| cut(body, boundary, Fit::Whole, limit))
}

/// A line of two dashes with a field of a part below it.
fn likely(body: &[u8]) -> Option<&[u8]> {
    let mut rest = body;
    while !rest.is_empty() {
        let (first, after) = line(rest);
        if let Some(boundary) = first.strip_prefix(b"--").map(<[u8]>::trim_ascii_end).filter(|boundary| !boundary.is_empty()) {
            let (next, _) = line(after);
            if next.get(..8).is_some_and(|start| start.eq_ignore_ascii_case(b"content-")) {
                return Some(boundary);
            }
        }
        rest = after;
    }
    None
}

fn cut<'a>(body: &'a [u8], boundary: &[u8], fit: Fit, limit: usize) -> Pieces<'a> {
    let mut pieces = Pieces::default();
    let mut rest = body;
    // Where the part that is being read begins; `None` in the preamble and behind a closing line.
    let mut open: Option<&[u8]> = None;
    while !rest.is_empty() {
        let (first, after) = line(rest);
        if let Some(closing) = is_boundary(first, boundary, fit) {
            if let Some(part) = open.take() {
                keep(&mut pieces, before(part, rest), limit);
            } else if !pieces.found {
                pieces.preamble = before(body, rest);
            }
            pieces.found = true;
            // Parts behind a closing line too early are parts all the same.
            open = (!closing).then_some(after);
        }
        rest = after;
    }
    // The closing line is missing: mail cut on the way, or a careless sender.
    if let Some(part) = open.filter(|part| !part.is_empty()) {
        keep(&mut pieces, part, limit);
    }
    pieces
}

fn keep<'a>(pieces: &mut Pieces<'a>, part: &'a [u8], limit: usize) {
    if pieces.parts.len() < limit {
        pieces.parts.push(part);
    } else {
        pieces.left_out += 1;
    }
}

/// What stands in front of `rest`; the line break belongs to the boundary.
fn before<'a>(part: &'a [u8], rest: &[u8]) -> &'a [u8] {
    let part = part.get(..part.len().saturating_sub(rest.len())).unwrap_or_default();
    let part = part.strip_suffix(b"\n").unwrap_or(part);
    part.strip_suffix(b"\r").unwrap_or(part)
}

/// Whether it is a boundary line, and then whether it closes.
fn is_boundary(line: &[u8], boundary: &[u8], fit: Fit) -> Option<bool> {
    let rest = line.strip_prefix(b"--")?.strip_prefix(boundary)?;
    let after = rest.strip_prefix(b"--");
    match fit {
        Fit::Whole if rest.trim_ascii().is_empty() => Some(false),
        Fit::Whole if after.is_some_and(|after| after.trim_ascii().is_empty()) => Some(true),
        Fit::Whole => None,
        Fit::Start => Some(after.is_some()),
    }
}
