//! Names of folders on the wire: modified UTF-7 (RFC 3501, 5.1.3), in quotes.

use data_encoding::BASE64_NOPAD;

/// A folder's name as a command says it.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", encoded(name).replace('\\', "\\\\").replace('"', "\\\""))
}

fn encoded(name: &str) -> String {
    let (mut out, mut other) = (String::with_capacity(name.len()), Vec::new());
    for c in name.chars() {
        if (' '..='~').contains(&c) {
            shift(&mut out, &mut other);
            out.push(c);
            if c == '&' {
                out.push('-');
            }
        } else {
            other.extend(c.encode_utf16(&mut [0; 2]).iter().flat_map(|unit| unit.to_be_bytes()));
        }
    }
    shift(&mut out, &mut other);
    out
}

fn shift(out: &mut String, other: &mut Vec<u8>) {
    if !other.is_empty() {
        out.push('&');
        out.push_str(&BASE64_NOPAD.encode(other).replace('/', ","));
        out.push('-');
        other.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_encoded_as_the_standard_shows() {
        for (name, wire) in [
            ("INBOX", "INBOX"),
            ("R&D", "R&-D"),
            ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
            ("Entwürfe", "Entw&APw-rfe"),
            ("😀", "&2D3eAA-"),
        ] {
            assert_eq!(encoded(name), wire);
        }
        assert_eq!(quoted(r#"a"b\c"#), r#""a\"b\\c""#);
    }
}
