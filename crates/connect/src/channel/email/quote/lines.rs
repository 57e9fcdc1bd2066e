//! A text as lines.

use std::ops::Range;

/// One line.
#[derive(Debug)]
pub(super) struct Line<'a> {
    /// With its line break, in bytes of the text.
    pub(super) range: Range<usize>,
    /// Without white space and invisible characters around it.
    pub(super) bare: &'a str,
    /// Begins with a mark of quoting.
    pub(super) quoted: bool,
    /// Exactly dash dash space, the delimiter of signatures in RFC 3676 4.3.
    pub(super) delimiter: bool,
}

impl Line<'_> {
    pub(super) fn blank(&self) -> bool {
        self.bare.is_empty()
    }
}

/// The lines of a text; together they are the text. `\n` ends a line, and a `\r` before it is white space.
pub(super) fn split(text: &str) -> Vec<Line<'_>> {
    let mut at = 0;
    let parts = text.split_inclusive('\n');
    parts
        .map(|part| {
            let range = at..at + part.len();
            at = range.end;
            let bare = bare(part);
            let delimiter = part.trim_end_matches(['\r', '\n']) == "-- ";
            Line { range, bare, quoted: bare.starts_with('>'), delimiter }
        })
        .collect()
}

/// Without white space and characters that cannot be seen: clients put direction marks and zero width spaces around names.
pub(super) fn bare(part: &str) -> &str {
    part.trim_matches(|c: char| c.is_whitespace() || invisible(c))
}

pub(super) fn invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{AD}' | '\u{FE0F}')
}

/// The first line at or after `at` that is not blank.
pub(super) fn next_filled(lines: &[Line<'_>], at: usize) -> Option<usize> {
    let rest = lines.get(at..)?;
    rest.iter().position(|line| !line.blank()).map(|offset| at + offset)
}

/// Whether a line is only a rule: dashes, underscores, stars, and the dots of mail trackers. Question and exclamation marks are
/// words of a customer and no rule.
pub(super) fn rule(bare: &str) -> bool {
    !bare.is_empty() && bare.chars().all(|c| "-_,=+~#*ᐧ—–―─━═".contains(c) || c.is_whitespace())
}
