//! `name=value; name=value`, the form of the headers of DKIM and ARC (RFC 6376, 3.2).

use std::collections::BTreeMap;

/// Values by name, without the white space around them. Names are case sensitive.
pub(super) type Tags<'a> = BTreeMap<&'a str, &'a str>;

/// The tags of a header. `None` when it is no list of tags: one is empty, has no value, a wrong name, or comes twice.
pub(super) fn read(value: &[u8]) -> Option<Tags<'_>> {
    let value = std::str::from_utf8(value).ok()?.trim_ascii();
    let value = value.strip_suffix(';').unwrap_or(value);
    let mut tags = Tags::new();
    for tag in value.split(';') {
        let (name, value) = tag.split_once('=')?;
        let name = name.trim_ascii();
        let is_name =
            name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !is_name || tags.insert(name, value.trim_ascii()).is_some() {
            return None;
        }
    }
    Some(tags)
}

/// Digits, at most as many as a time has.
pub(super) fn is_number(value: &str) -> bool {
    matches!(value.len(), 1..=12) && value.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_list_holds_each_name_once() {
        let tags = read(b" a=rsa-sha256; d = example.org ;\r\n b=AA\r\n BB==;\r\n").unwrap();
        assert_eq!((tags["a"], tags["d"], tags["b"]), ("rsa-sha256", "example.org", "AA\r\n BB=="));
        assert_eq!(read(b"a=1; a=2"), None);
        assert_eq!(read(b"a=1;; b=2"), None);
        assert_eq!(read(b"a; b=2"), None);
        assert_eq!(read(b"&=1"), None);
        assert_eq!(read(b""), None);
    }
}
