//! Addresses in running text.

use std::ops::Range;

/// Bytes on either side of the `@` that are looked at: longer ones are not addresses (RFC 5321, 4.5.3.1), and the bound
/// keeps the search linear.
const MAX_SIDE: usize = 254;

/// Where addresses stand in a text, without angle brackets and quotes around them; ascending, never overlapping in the
/// part before the `@`. Domains without a dot and quoted local parts are addresses too.
pub(super) fn all(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.match_indices('@').filter_map(move |(at, _)| {
        let start = start(text.get(..at)?)?;
        let end = at + 1 + domain(text.get(at + 1..)?)?;
        Some(start..end)
    })
}

/// The first address of a text, as written.
pub(super) fn first(text: &str) -> Option<&str> {
    all(text).next().and_then(|at| text.get(at))
}

/// Where the local part begins that ends the text.
fn start(before: &str) -> Option<usize> {
    if let Some(inner) = before.strip_suffix('"') {
        let open = inner.rfind('"').filter(|open| inner.len() - open < MAX_SIDE)?;
        return inner.get(open..).filter(|local| !local.contains('\n')).map(|_| open);
    }
    // A text of another script often touches an address without a space ("收件人a@example.org"): letters of other
    // scripts belong to a local part only where it ends in one.
    let foreign = before.chars().next_back().is_some_and(|c| !latin(c) && !c.is_ascii());
    let fits = |c: char| if foreign { !c.is_ascii() && !c.is_whitespace() && !punctuation(c) } else { latin(c) || atext(c) };
    let mut from = before.len();
    for c in before.chars().rev().take_while(|c| fits(*c)) {
        from -= c.len_utf8();
        if before.len() - from > MAX_SIDE {
            return None;
        }
    }
    let mut local = before.get(from..)?;
    if local.contains("//") {
        return None;
    }
    if local.contains(['&', '?']) && !local.starts_with("=?") {
        // The tail of a link: "…&to=someone@example.org".
        local = local.rsplit('=').next().unwrap_or_default();
    }
    let local = local.trim_start_matches(['\'', '`', '*', '|', '.', '{', '#', '~']);
    (!local.is_empty()).then(|| before.len() - local.len())
}

/// The length of the domain that begins the text.
fn domain(after: &str) -> Option<usize> {
    if let Some(literal) = after.strip_prefix('[') {
        let close =
            literal.char_indices().take(MAX_SIDE).find(|(_, c)| !(c.is_ascii_hexdigit() || matches!(c, '.' | ':' | 'I' | 'P' | 'v')));
        return close.filter(|(at, c)| *c == ']' && *at > 0).map(|(at, _)| at + 2);
    }
    let foreign = after.chars().next().is_some_and(|c| !latin(c));
    let fits = |c: char| matches!(c, '.' | '-' | '_') || latin(c) || foreign && c.is_alphanumeric();
    let end = after.char_indices().take(MAX_SIDE).find(|(_, c)| !fits(*c)).map_or(after.len().min(cut(after)), |(at, _)| at);
    let host = after.get(..end)?.trim_end_matches(['.', '-', '_']);
    host.starts_with(char::is_alphanumeric).then_some(host.len())
}

fn cut(text: &str) -> usize {
    text.char_indices().nth(MAX_SIDE).map_or(text.len(), |(at, _)| at)
}

fn latin(c: char) -> bool {
    c.is_alphanumeric() && c < '\u{250}'
}

fn punctuation(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}' | '\u{2010}'..='\u{203f}' | '«' | '»')
}

/// The printable characters of an atom (RFC 5322, 3.2.3), and the dot.
fn atext(c: char) -> bool {
    "!#$%&'*+-/=?^_`{|}~.".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        all(text).map(|at| &text[at]).collect()
    }

    #[test]
    fn addresses_are_found_without_their_wrapping() {
        assert_eq!(
            found("<a.b@example.org>: \"c@example.org\", 'd@example.org' mailto:e+f@example.org."),
            ["a.b@example.org", "c@example.org", "d@example.org", "e+f@example.org"]
        );
        assert_eq!(
            found(r#""two words"@example.org and root@localhost, x@[192.0.2.1]"#),
            [r#""two words"@example.org"#, "root@localhost", "x@[192.0.2.1]"]
        );
    }

    #[test]
    fn a_text_of_another_script_that_touches_an_address_is_no_part_of_it() {
        assert_eq!(found("您发给abc@example.com的邮件无法送达：用户@例子.中国。"), ["abc@example.com", "用户@例子.中国"]);
        assert_eq!(found("収件人「🐈@example.jp」"), ["🐈@example.jp"]);
    }

    #[test]
    fn links_and_lone_signs_are_no_addresses() {
        assert!(found("https://example.org/@name @ a@ @b a@-").is_empty());
        assert_eq!(found("https://example.org/?x=1&to=me@example.org"), Vec::<&str>::new());
        assert_eq!(found("unsubscribe?x=1&to=me@example.org"), ["me@example.org"]);
    }

    #[test]
    fn endless_runs_are_left_alone() {
        assert!(found(&format!("{}@example.org", "a".repeat(9_000))).is_empty());
        assert!(found(&"@".repeat(9_000)).is_empty());
    }
}
