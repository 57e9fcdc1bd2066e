//! Text cut down to one line: previews in lists, names, subjects.
//!
//! What comes out cannot break a layout or pretend to be something else: no controls, no bidi steering, no stacks of
//! marks. It is still plain text: escaping for HTML is the reader's business.

use super::fold::invisible;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

/// Combining marks kept on one character; more is decoration that climbs over other lines.
const MAX_MARKS: usize = 4;
/// A word is not cut when its start is this near to the end of the line.
const WORD_SLACK: usize = 12;

/// One line of at most `graphemes` characters as people count them, the ellipsis of a cut included.
pub fn preview(text: &str, graphemes: usize) -> String {
    // Text beyond what could be shown is not looked at, however long it is.
    let line = one_line(head(text, graphemes.saturating_mul(32).saturating_add(256)));
    cut(&line, graphemes)
}

/// A name or subject: one line, at most `graphemes` long, without anything invisible. May be empty.
pub fn clean_line(text: &str, graphemes: usize) -> String {
    let visible: String = text.chars().filter(|c| !matches!(c, '\u{2800}' | '\u{1d159}')).collect();
    preview(&visible, graphemes)
}

/// A preview that shows the text around `byte`, with an ellipsis in front when it begins later.
pub(crate) fn window(text: &str, byte: usize, graphemes: usize) -> String {
    let mut start = byte.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let lead = graphemes / 3;
    let from = text[..start].grapheme_indices(true).rev().nth(lead).map_or(0, |(at, _)| at);
    if from == 0 {
        return preview(text, graphemes);
    }
    let from = text[from..start].find(char::is_whitespace).map_or(from, |space| from + space);
    format!("…{}", preview(&text[from..], graphemes.saturating_sub(1)))
}

fn head(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// White space and controls become single spaces; what hides or steers goes.
fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut space, mut marks) = (false, 0);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_whitespace() || c.is_control() {
            space = !out.is_empty();
            continue;
        }
        let keeps = match c {
            // Joiners shape letters of some scripts and emoji; between others they only hide.
            '\u{200c}' | '\u{200d}' => {
                !space && out.chars().next_back().is_some_and(joins) && chars.peek().is_some_and(|next| joins(*next))
            }
            '\u{fe0e}' | '\u{fe0f}' => {
                !space && out.chars().next_back().is_some_and(|before| !before.is_alphabetic() && !invisible(before))
            }
            _ => !invisible(c),
        };
        if !keeps {
            continue;
        }
        marks = if is_combining_mark(c) { marks + 1 } else { 0 };
        if marks > MAX_MARKS {
            continue;
        }
        if space {
            out.push(' ');
            space = false;
        }
        out.push(c);
    }
    out
}

/// Letters that joiners shape (Arabic to Khmer), and what emoji are made of.
fn joins(c: char) -> bool {
    matches!(c, '\u{600}'..='\u{17ff}' | '\u{2600}'..='\u{27bf}' | '\u{fe0f}' | '\u{1f000}'..='\u{1faff}' | '⬛')
}

fn cut(line: &str, graphemes: usize) -> String {
    // Most lines end long before; no character that people count has less than one of Unicode's.
    if line.chars().count() <= graphemes {
        return line.to_owned();
    }
    let mut starts = line.grapheme_indices(true).map(|(at, _)| at);
    let Some(last) = graphemes.checked_sub(1) else { return String::new() };
    let Some(end) = starts.nth(last) else { return line.to_owned() };
    if starts.next().is_none() {
        return line.to_owned();
    }
    let kept = line[..end].trim_end();
    // Only where words are separated by spaces: before and behind the cut stand letters of such a script.
    let spaced = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && c < '\u{e00}');
    let inside = kept.len() == end && spaced(kept.chars().next_back()) && spaced(line[end..].chars().next());
    let word = kept.rfind(' ').filter(|at| inside && *at > 0 && kept[*at..].graphemes(true).count() <= WORD_SLACK);
    let kept = word.map_or(kept, |at| &kept[..at]);
    format!("{}…", kept.trim_end_matches([' ', ',', '，', '、']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_preview_is_one_line_cut_between_words() {
        assert_eq!(preview("  Hello,\r\n\tworld \u{0} again  ", 40), "Hello, world again");
        assert_eq!(preview("my withdrawal has not arrived", 20), "my withdrawal has…");
        assert_eq!(preview("我的提现一直没有到账请帮忙", 6), "我的提现一…");
        assert_eq!(preview("exactly ten", 11), "exactly ten");
        assert_eq!(preview("abcdefghijklmnopqrstuvwxyz", 5), "abcd…");
        assert_eq!(preview("anything", 0), "");
        assert_eq!(preview("ab", 1), "…");
    }

    #[test]
    fn characters_of_several_parts_stay_whole() {
        assert_eq!(preview("👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 2), "👨‍👩‍👧‍👦…");
        assert_eq!(preview("e\u{301}e\u{301}e\u{301}", 2), "e\u{301}…");
        assert_eq!(preview("❤️ 🇸🇬", 9), "❤️ 🇸🇬");
        assert_eq!(preview("می\u{200c}خواهم", 20), "می\u{200c}خواهم");
    }

    #[test]
    fn names_cannot_hide_or_steer() {
        assert_eq!(clean_line("Bin\u{200b}ance\u{202e} troppuS", 40), "Binance troppuS");
        assert_eq!(clean_line("\u{2066}\u{200e}\u{2800}\u{3164}\u{ad}", 40), "");
        assert_eq!(clean_line("a\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}b", 40), "a\u{300}\u{301}\u{302}\u{303}b");
        assert_eq!(clean_line("line\u{2028}break\u{85}s", 40), "line break s");
        assert_eq!(clean_line("陈 小明", 40), "陈 小明");
    }

    #[test]
    fn an_endless_text_costs_no_more_than_its_head() {
        let long = "a".repeat(50_000_000);
        assert_eq!(preview(&long, 20).len(), 19 + '…'.len_utf8());
    }

    proptest! {
        #[test]
        fn previews_keep_their_promises(text in "\\PC{0,60}|(?s).{0,60}", n in 0usize..30) {
            let line = preview(&text, n);
            prop_assert!(line.graphemes(true).count() <= n.max(1), "{:?}", line);
            let steered = line.chars().any(|c| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'));
            prop_assert!(!steered);
            let again = preview(&line, n);
            prop_assert!(again.graphemes(true).count() <= n);
            window(&text, n, n);
        }
    }
}
