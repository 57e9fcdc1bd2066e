//! Status codes in the words of servers: the enhanced ones (RFC 3463) and the three digits of SMTP.

/// The most telling enhanced code in a text: the first that says more than its class, else the first.
pub(super) fn enhanced(text: &str) -> Option<&str> {
    let mut first = None;
    for code in codes(text) {
        if !vague(code) {
            return Some(code);
        }
        first = first.or(Some(code));
    }
    first
}

/// The code of one recipient. The field `Status` of the report goes first, except where it says its class alone
/// (`5.0.0`) and the server's words say more within that class. Without either, the SMTP reply code gives the class:
/// `550 No such user` is `5.0.0`.
pub(super) fn best(field: Option<&str>, words: &str) -> Option<String> {
    let field = field.and_then(enhanced);
    let spoken = enhanced(words);
    let code = match (field, spoken) {
        (Some(field), Some(spoken)) if vague(field) && spoken.get(..1) == field.get(..1) => spoken,
        (Some(field), _) => field,
        (None, Some(spoken)) => spoken,
        (None, None) => return reply(words).map(|code| format!("{}.0.0", code / 100)),
    };
    Some(code.to_owned())
}

/// Whether a code says its class and nothing else.
fn vague(code: &str) -> bool {
    code.ends_with(".0.0")
}

fn codes(text: &str) -> impl Iterator<Item = &str> {
    let bytes = text.as_bytes();
    text.match_indices(['2', '4', '5']).filter_map(move |(at, _)| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        if before.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'.') || bytes.get(at + 1) != Some(&b'.') {
            return None;
        }
        let subject = digits(bytes, at + 2);
        if subject == 0 || bytes.get(at + 2 + subject) != Some(&b'.') {
            return None;
        }
        let end = at + 3 + subject;
        let detail = digits(bytes, end);
        let end = end + detail;
        // Three numbers that go on are an address of the network or a version of a program.
        let goes_on = match bytes.get(end) {
            Some(b'.') => bytes.get(end + 1).is_some_and(u8::is_ascii_alphanumeric),
            Some(byte) => byte.is_ascii_alphanumeric(),
            None => false,
        };
        if detail == 0 || goes_on { None } else { text.get(at..end) }
    })
}

/// How many digits stand at a place, three at most.
fn digits(bytes: &[u8], at: usize) -> usize {
    bytes.iter().skip(at).take(3).take_while(|byte| byte.is_ascii_digit()).count()
}

/// The first SMTP reply code of failure in a text, 400 to 599.
pub(super) fn reply(text: &str) -> Option<u16> {
    let bytes = text.as_bytes();
    text.match_indices(['4', '5']).find_map(|(at, _)| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        if before.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'/' | b',' | b'+' | b'=')) {
            return None;
        }
        if !matches!(bytes.get(at + 3), None | Some(b' ' | b'-' | b':' | b'\r' | b'\n' | b'\t' | b')' | b']' | b',' | b';')) {
            return None;
        }
        // The second digit is 0 to 5 in the standard; 7 is seen in practice (571, 471).
        let code = text.get(at..at + 3)?;
        (matches!(code.as_bytes().get(1), Some(b'0'..=b'5' | b'7'))).then(|| code.parse().ok()).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_that_says_most_is_taken() {
        assert_eq!(enhanced("550-5.1.1 No such user"), Some("5.1.1"));
        assert_eq!(enhanced("(#5.1.2)"), Some("5.1.2"));
        assert_eq!(enhanced("5.0.0 then 5.7.606."), Some("5.7.606"));
        assert_eq!(best(Some("5.0.0 (undefined)"), "550 5.2.2 Mailbox full").as_deref(), Some("5.2.2"));
        assert_eq!(best(Some("4.4.7"), "550 5.2.2 Mailbox full").as_deref(), Some("4.4.7"));
        assert_eq!(best(None, "550 No such user").as_deref(), Some("5.0.0"));
        assert_eq!(best(Some("RO"), "gone"), None);
    }

    #[test]
    fn hosts_and_versions_are_no_codes() {
        for text in ["192.0.2.4", "5.9.1.2", "version 4.8.5.36", "4.4.4b-GA", "5.65", "4..1", "25.1.1", ""] {
            assert_eq!(enhanced(text), None, "{text}");
        }
        assert_eq!(reply("sent 2015-04-29, 4500 bytes, host 192.0.2.550"), None);
        assert_eq!(reply("said: 421 later"), Some(421));
    }
}
