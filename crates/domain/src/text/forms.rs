//! The forms under which each part of a text is found: shared by the index, highlights and ranking.
//!
//! Works on folded text; never folds.

use super::ids::{self, is_id};
use super::scan::{Kind, Token, tokens};
use std::borrow::Cow;
use std::ops::Range;

/// A word of the index and the part of the folded text it stands for.
pub(crate) enum Form<'a> {
    /// The part itself.
    Part(Range<usize>),
    /// Made from the part: an amount without commas, an order number without dashes.
    Made(&'a str, Range<usize>),
}

/// Calls `take` with every form, repeated ones too, until it answers false.
pub(crate) fn forms(folded: &str, mut take: impl FnMut(Form<'_>) -> bool) {
    let mut group: Option<Group> = None;
    for token in tokens(folded) {
        if token.kind != Kind::Run {
            group = match group.take() {
                Some(open) if open.joins(folded, &token) => Some(open.with(&token)),
                closed => {
                    if !closed.is_none_or(|group| compact(folded, &group, &mut take)) {
                        return;
                    }
                    Some(Group { range: token.range.clone(), joints: 0 })
                }
            };
        }
        let go_on = match token.kind {
            Kind::Run => run(folded, &token.range, &mut take),
            Kind::Word => take(Form::Part(token.range.clone())) && id_ends(folded, &token.range, &mut take),
            Kind::Number => match amount(&folded[token.range.clone()]) {
                Cow::Borrowed(_) => take(Form::Part(token.range.clone())) && id_ends(folded, &token.range, &mut take),
                Cow::Owned(amount) => take(Form::Made(&amount, token.range.clone())),
            },
        };
        if !go_on {
            return;
        }
    }
    if let Some(group) = group {
        compact(folded, &group, &mut take);
    }
}

/// Words joined by dashes, underscores or slashes: `ord-2025-00123`.
struct Group {
    range: Range<usize>,
    joints: usize,
}

impl Group {
    fn joins(&self, folded: &str, next: &Token) -> bool {
        matches!(&folded.as_bytes()[self.range.end..next.range.start], [] | [b'-' | b'_' | b'/'])
    }

    fn with(self, next: &Token) -> Self {
        let joint = usize::from(next.range.start > self.range.end);
        Self { range: self.range.start..next.range.end, joints: self.joints + joint }
    }
}

/// A joined id is found without its joints too.
fn compact(folded: &str, group: &Group, take: &mut impl FnMut(Form<'_>) -> bool) -> bool {
    let source = &folded[group.range.clone()];
    if group.joints == 0 || source.len() > 160 || !source.is_ascii() || !source.bytes().any(|byte| byte.is_ascii_digit()) {
        return true;
    }
    let word: String = source.chars().filter(char::is_ascii_alphanumeric).collect();
    if word.len() < 6 {
        return true;
    }
    take(Form::Made(&word, group.range.clone())) && (!is_id(&word) || ends(&word, |end| take(Form::Made(&word[end], group.range.clone()))))
}

fn id_ends(folded: &str, range: &Range<usize>, take: &mut impl FnMut(Form<'_>) -> bool) -> bool {
    let word = &folded[range.clone()];
    if word.len() > super::words::MAX_WORD_BYTES || !is_id(word) {
        return true;
    }
    ends(word, |end| take(Form::Part(range.start + end.start..range.start + end.end)))
}

/// The ends of an id, and where a query for an end would be cut (`12trx9` is whole, `129trx` an amount), its cut.
fn ends(id: &str, mut take: impl FnMut(Range<usize>) -> bool) -> bool {
    ids::ends(id).all(|end| {
        take(end.clone())
            && tokens(&id[end.clone()])
                .filter(|part| part.range.len() < end.len())
                .all(|part| take(end.start + part.range.start..end.start + part.range.end))
    })
}

fn run(folded: &str, range: &Range<usize>, take: &mut impl FnMut(Form<'_>) -> bool) -> bool {
    let text = &folded[range.clone()];
    let mut before: Option<usize> = None;
    for (offset, c) in text.char_indices() {
        let at = range.start + offset;
        let end = at + c.len_utf8();
        if !take(Form::Part(at..end)) || !before.is_none_or(|start| take(Form::Part(start..end))) {
            return false;
        }
        before = Some(at);
    }
    true
}

/// The pairs of a run, as ranges of it.
pub(crate) fn pairs(run: &str, mut take: impl FnMut(Range<usize>)) {
    let mut before: Option<usize> = None;
    for (at, c) in run.char_indices() {
        if let Some(start) = before {
            take(start..at + c.len_utf8());
        }
        before = Some(at);
    }
}

/// An amount in one form: no commas, no zeros at the end of the decimals.
pub(crate) fn amount(number: &str) -> Cow<'_, str> {
    let has_point = number.contains('.');
    if !has_point && !number.contains(',') {
        return Cow::Borrowed(number);
    }
    let mut plain: String = number.chars().filter(|c| *c != ',').collect();
    if has_point {
        plain.truncate(plain.trim_end_matches('0').trim_end_matches('.').len());
    }
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_one_form() {
        for (number, plain) in [("1,000.50", "1000.5"), ("100.00", "100"), ("0.5", "0.5"), ("1000", "1000"), ("0.00", "0"), ("007", "007")]
        {
            assert_eq!(amount(number), plain);
        }
    }

    #[test]
    fn a_caller_that_has_enough_gets_no_more() {
        let mut count = 0;
        forms("提现失败 a b c 1,000 ord-2025-1234567", |_| {
            count += 1;
            count < 5
        });
        assert_eq!(count, 5);
    }
}
