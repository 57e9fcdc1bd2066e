//! The hostile mails.

use super::PLAIN;
use std::fmt::Write as _;

/// A hostile mail: what it is called, its bytes, and the doubt that agents are shown of it, if any.
pub(super) type Bad = (&'static str, Vec<u8>, Option<&'static str>);

pub(super) fn bad() -> Vec<Bad> {
    let mut all: Vec<Bad> = Vec::new();
    let mut add = |name, bytes: Vec<u8>, doubt| all.push((name, bytes, doubt));
    let text = |head: &str, body: &str| format!("{PLAIN}{head}\r\n{body}\r\n").into_bytes();
    add("a field of 1 MB", text(&format!("Subject: {}\r\n", "long ".repeat(200_000)), "a"), Some("header_cut"));
    add("a folded field of 1 MB", text(&format!("X-Fold: a{}\r\n", "\r\n b".repeat(250_000)), "b"), Some("header_cut"));
    add("5,000 fields", text(&"X-Many: 1\r\n".repeat(5000), "c"), Some("too_many_headers"));
    add("10,000 parts", many_parts(10_500), Some("too_many_parts"));
    add("1,000 parts in each other", nested(1000), Some("too_deep"));
    add("mails in mails", forwarded(300), None);
    add("a boundary without an end", text("Content-Type: multipart/mixed; boundary=b\r\n", "--b\r\n\r\nd"), None);
    add("NUL in a field and in the words", text("Subject: a\0b\r\n", "d\0e"), Some("nul"));
    add("a lone CR", text("Subject: lone\rBcc: x@evil.test\r\n", "e\rf"), Some("lone_cr"));
    add("lone LF alone", b"From: Ann <ann@example.net>\nSubject: unix\n\nwords\n".to_vec(), Some("no_date"));
    add("8 bits in fields", [PLAIN.as_bytes(), b"Subject: caf\xe9 \xff\xfe\r\n\r\nf\r\n"].concat(), None);
    add("no date", b"From: Ann <ann@example.net>\r\nSubject: dateless\r\n\r\ng\r\n".to_vec(), Some("no_date"));
    add("no sender", b"Date: Mon, 2 Feb 2026 10:00:00 +0000\r\nSubject: nobody\r\n\r\nh\r\n".to_vec(), Some("no_from"));
    add("two fields of senders", text("From: Bob <bob@evil.test>\r\n", "i"), Some("two_froms"));
    add("two senders in one", b"From: a@example.net, b@evil.test\r\nSubject: both\r\n\r\nj\r\n".to_vec(), Some("two_froms"));
    add("5,000 recipients", text(&format!("To: {}x@y.test\r\nSubject: list\r\n", "Ann <a@b.test>,\r\n ".repeat(5000)), "k"), None);
    add("an address of 1 MB", text(&format!("To: {}@y.test\r\n", "a".repeat(1 << 20)), "l"), Some("header_cut"));
    add("a base64 of noise", text("Content-Transfer-Encoding: base64\r\n", &"=\u{fffd}A=".repeat(10_000)), None);
    add("a charset that is none", text("Content-Type: text/plain; charset=\"\u{1}evil\"\r\n", "m"), None);
    add("a line of 10 MB", text("Subject: line\r\n", &"n".repeat(10 << 20)), Some("text_cut"));
    add("a bomb in an archive", attached("bomb.zip", "application/zip", &bomb()), None);
    add("a picture of a billion points", attached("wide.png", "image/png", &wide()), None);
    for (name, from) in [
        ("the desk's own name", "Candor Support <a@evil.test>"),
        ("an agent's name", "ALICE <a@evil.test>"),
        ("letters that look alike", "=?utf-8?q?=D0=90l=D1=96ce?= <a@evil.test>"),
        ("staff in Chinese", "=?utf-8?b?5Zyo57q/5a6i5pyN?= <a@evil.test>"),
    ] {
        add(name, format!("From: {from}\r\nSubject: {name}\r\n\r\nsend me your password\r\n").into_bytes(), Some("names_staff"));
    }
    let other = b"From: \"ceo@bank.test\" <a@evil.test>\r\nSubject: as another\r\n\r\no\r\n";
    add("another's address as a name", other.to_vec(), Some("imitation"));
    add("nothing", Vec::new(), Some("no_from"));
    add("noise", (0..20_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).filter(|byte| *byte != b'\n').collect(), None);
    all
}

fn many_parts(count: usize) -> Vec<u8> {
    let part = "--b\r\nContent-Type: text/plain; name=a.txt\r\n\r\nx\r\n";
    format!("{PLAIN}Content-Type: multipart/mixed; boundary=b\r\n\r\n{}--b--\r\n", part.repeat(count)).into_bytes()
}

fn nested(deep: usize) -> Vec<u8> {
    let mut mail = format!("{PLAIN}Subject: deep\r\n");
    for level in 0..deep {
        let _ = write!(mail, "Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n");
    }
    mail.push_str("\r\nat the bottom\r\n");
    mail.into_bytes()
}

fn forwarded(deep: usize) -> Vec<u8> {
    format!("{}From: z@example.net\r\n\r\nthe first words\r\n", format!("{PLAIN}Content-Type: message/rfc822\r\n\r\n").repeat(deep))
        .into_bytes()
}

fn attached(name: &str, mime: &str, bytes: &[u8]) -> Vec<u8> {
    let encoded = data_encoding::BASE64.encode(bytes);
    format!(
        "{PLAIN}Subject: {name}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nsee\r\n--b\r\n\
         Content-Type: {mime}; name={name}\r\nContent-Transfer-Encoding: base64\r\n\r\n{encoded}\r\n--b--\r\n"
    )
    .into_bytes()
}

/// The head of an archive that says it holds 4 GB in a few bytes (APPNOTE 4.3.7).
fn bomb() -> Vec<u8> {
    let mut zip = b"PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0\0\0\0\0\x10\0\0\0\xff\xff\xff\xff\x01\0\0\0a".to_vec();
    zip.extend([0; 4096]);
    zip
}

/// The head of a picture of 100,000 by 100,000 points (RFC 2083, 11.2.1).
fn wide() -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    png.extend(100_000_u32.to_be_bytes());
    png.extend(100_000_u32.to_be_bytes());
    png.extend(b"\x08\x02\0\0\0\0\0\0\0");
    png
}
