//! Files that are taken, files that are not, and names.

use super::*;
use proptest::prelude::*;

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend(b"\x08\x06\0\0\0 and the rest");
    bytes
}

fn jpeg(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0".to_vec();
    // A profile as long as one can be stands before the frame.
    bytes.extend(b"\xff\xe2\xff\xff");
    bytes.extend(vec![7; 65_533]);
    bytes.extend(b"\xff\xc2\0\x11\x08");
    bytes.extend(height.to_be_bytes());
    bytes.extend(width.to_be_bytes());
    bytes.extend(b"\x03 and the rest");
    bytes
}

fn boxed(brand: &[u8; 4]) -> Vec<u8> {
    [b"\0\0\0\x18ftyp", &brand[..], b"\0\0\0\0isom", b"\0\0\0\0", b"\0\0\0\x08free and so on"].concat()
}

fn checked(name: &str, declared: &str, bytes: &[u8], piece: usize) -> Result<Accepted, Refused> {
    let mut check = Check::new(FilePolicy::default(), name, declared);
    for part in bytes.chunks(piece) {
        check.feed(part)?;
    }
    check.finish()
}

fn check(name: &str, declared: &str, bytes: &[u8]) -> Result<Accepted, Refused> {
    let whole = checked(name, declared, bytes, usize::MAX);
    assert_eq!(checked(name, declared, bytes, 1000), whole, "in pieces");
    whole
}

#[test]
fn what_a_case_needs_is_taken_and_known_by_its_content() {
    let webp = b"RIFF\x24\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x7f\x02\0\xdf\x01\0";
    let lossless = b"RIFF\x24\0\0\0WEBPVP8L\x10\0\0\0\x2f\x0f\xc0\x03\0";
    let gbk = b"\xb6\xa9\xb5\xa5,\xca\xfd\xc1\xbf\r\n1,2\r\n";
    for (name, declared, bytes, kind, pixels) in [
        ("a.png", "image/png", png(640, 480), FileKind::Png, Some((640, 480))),
        ("a.jpg", "image/jpeg", jpeg(4032, 3024), FileKind::Jpeg, Some((4032, 3024))),
        ("a.gif", "image/gif", b"GIF89a\x40\x01\xf0\0\0\0\0".to_vec(), FileKind::Gif, Some((320, 240))),
        ("a.webp", "image/webp", webp.to_vec(), FileKind::Webp, Some((640, 480))),
        ("a.webp", "image/webp", lossless.to_vec(), FileKind::Webp, Some((16, 16))),
        ("a.heic", "", boxed(b"heic"), FileKind::Heic, None),
        ("a.pdf", "application/pdf", b"%PDF-1.7\n1 0 obj".to_vec(), FileKind::Pdf, None),
        ("a.txt", "text/plain", "你好\n".into(), FileKind::Text, None),
        ("a.csv", "application/vnd.ms-excel", gbk.to_vec(), FileKind::Csv, None),
        ("a.mp4", "video/mp4", boxed(b"mp42"), FileKind::Mp4, None),
        ("a.mov", "video/quicktime", boxed(b"qt  "), FileKind::Mov, None),
        ("a.webm", "video/webm", b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm".to_vec(), FileKind::Webm, None),
    ] {
        let accepted = check(name, declared, &bytes).unwrap_or_else(|refused| panic!("{name}: {refused}"));
        assert_eq!((accepted.kind, accepted.pixels), (kind, pixels), "{name}");
        assert_eq!((accepted.name.as_str(), accepted.size), (name, bytes.len() as u64));
    }
}

#[test]
fn what_runs_or_hides_is_refused() {
    let zip = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    let commented = [&zip[..20], b"\x03\0abc"].concat();
    for (bytes, refused) in [
        (b"".to_vec(), Refused::Empty),
        (b"PK\x03\x04 docx".to_vec(), Refused::Archive),
        (b"\x1f\x8b\x08".to_vec(), Refused::Archive),
        (b"MZ\x90\0".to_vec(), Refused::Program),
        (b"#!/bin/sh\n".to_vec(), Refused::Program),
        (b"{\\rtf1}".to_vec(), Refused::Office),
        (b"<svg onload=alert(1)>".to_vec(), Refused::Markup),
        (b"\xef\xbb\xbf  \n<!DOCTYPE html>".to_vec(), Refused::Markup),
        (b"<?xml version=\"1.0\"?>".to_vec(), Refused::Markup),
        (b"hello <SCRIPT>alert(1)</SCRIPT>".to_vec(), Refused::Markup),
        (b"<a href=x>".to_vec(), Refused::Markup),
        (b"text\0with zero".to_vec(), Refused::Unknown),
        (b"\0\0\0\x18ftypzzzz\0\0\0\0zzzz\0\0\0\0".to_vec(), Refused::Unknown),
        ([png(9, 9), b"<script>".to_vec()].concat(), Refused::Hidden),
        ([png(9, 9), vec![1; 5000], b"<ScRiPt>".to_vec()].concat(), Refused::Hidden),
        ([png(9, 9), vec![1; 2500], b"<iframe".to_vec(), vec![1; 9000]].concat(), Refused::Hidden),
        ([png(9, 9), b"%PDF-1.4".to_vec()].concat(), Refused::Hidden),
        ([png(9, 9), zip.to_vec()].concat(), Refused::Hidden),
        ([png(9, 9), vec![1; 200_000], commented].concat(), Refused::Hidden),
        (png(0, 9), Refused::Damaged),
        (png(9, 9)[..20].to_vec(), Refused::Damaged),
        (b"\xff\xd8\xff\xd9".to_vec(), Refused::Damaged),
        (png(60_000, 60_000), Refused::TooManyPixels),
        (png(30_001, 1), Refused::TooManyPixels),
    ] {
        assert_eq!(check("a.bin", "", &bytes), Err(refused), "{:?}", String::from_utf8_lossy(&bytes[..bytes.len().min(40)]));
    }
}

#[test]
fn a_control_byte_late_in_a_text_is_seen() {
    let mut text = vec![b'a'; 10_000];
    text.push(0);
    assert_eq!(check("a.txt", "", &text), Err(Refused::Unknown));
}

#[test]
fn declared_types_are_held_against_the_content() {
    assert_eq!(check("a.jpg", "image/jpeg", &png(9, 9)).map(|accepted| accepted.name), Ok("a.png".into()));
    assert_eq!(check("a.png", "image/png", b"%PDF-1.7"), Err(Refused::Mismatch { found: FileKind::Pdf }));
    assert_eq!(check("a.pdf", "application/pdf", b"just text"), Err(Refused::Mismatch { found: FileKind::Text }));
    assert!(check("a", "application/octet-stream", b"%PDF-1.7").is_ok());
    assert!(check("a.png", "IMAGE/PNG; x=y", &png(9, 9)).is_ok());
}

#[test]
fn size_ends_the_check_at_once() {
    let policy = FilePolicy { max_bytes: 10, ..FilePolicy::default() };
    let mut check = Check::new(policy, "a.txt", "");
    assert_eq!(check.feed(b"0123456789"), Ok(()));
    assert_eq!(check.feed(b"x"), Err(Refused::TooLarge));
    assert!(policy.allows_count(10) && !policy.allows_count(11));
}

#[test]
fn names_are_made_safe() {
    for (name, kind, safe) in [
        ("receipt.png", FileKind::Png, "receipt.png"),
        ("../../etc/passwd", FileKind::Text, "passwd.txt"),
        ("C:\\Users\\me\\截图 2025-11-21.JPG", FileKind::Jpeg, "截图 2025-11-21.jpg"),
        ("photo.jpeg", FileKind::Jpeg, "photo.jpeg"),
        ("invoice.pdf.exe", FileKind::Pdf, "invoice_pdf_exe.pdf"),
        ("ann\u{202e}gpj.exe", FileKind::Png, "anngpj_exe.png"),
        ("a\u{200b}\r\nb\0.txt", FileKind::Text, "ab.txt"),
        ("CON.txt", FileKind::Text, "_CON.txt"),
        ("Lpt1 .png", FileKind::Csv, "_Lpt1.csv"),
        ("lpt1.tar.csv", FileKind::Csv, "lpt1_tar.csv"),
        ("...", FileKind::Pdf, "file.pdf"),
        ("", FileKind::Gif, "file.gif"),
        (".htaccess", FileKind::Text, "htaccess.txt"),
        ("a\"b;c<d>.png", FileKind::Png, "a_b_c_d_.png"),
        ("shot 2025.11.21.png", FileKind::Png, "shot 2025.11.21.png"),
        ("video.webm", FileKind::Mp4, "video.mp4"),
    ] {
        assert_eq!(safe_name(name, kind), safe, "{name:?}");
    }
    let long = safe_name(&("长".repeat(500) + ".png"), FileKind::Png);
    assert!(long.len() <= 184 && long.ends_with("长.png"), "{long}");
}

#[test]
fn the_chooser_offers_every_kind() {
    let list = accept_list();
    assert!(FileKind::ALL.iter().all(|kind| list.iter().any(|entry| entry == kind.media_type())));
    assert!(list.contains(&".csv".to_owned()));
}

#[test]
fn naughty_names_become_harmless() {
    let Some(path) = crate::text::shared("corpora/blns/blns.json") else { return };
    let names: Vec<String> = serde_json::from_slice(&std::fs::read(path).expect("readable")).expect("a list of strings");
    for name in names {
        harmless(&name);
    }
}

fn harmless(name: &str) {
    let safe = safe_name(name, FileKind::Pdf);
    assert!(safe.ends_with(".pdf") && safe.len() > 4 && safe.len() <= 190, "{safe:?}");
    assert!(!safe.starts_with(['.', '-', ' ']) && !safe.contains(['/', '\\', '"', '<', ':', '\u{202e}', '\n']), "{safe:?}");
    assert_eq!(safe_name(&safe, FileKind::Pdf), safe, "from {name:?}");
}

proptest! {
    #[test]
    fn names_stay_as_they_were_made(name in "\\PC{0,40}|[a-zA-Z0-9./\\\\ …\u{202e}\u{301}长-]{0,120}") {
        harmless(&name);
    }

    #[test]
    fn any_bytes_are_judged_alike_in_any_pieces(
        start in proptest::sample::select(vec![&b""[..], b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"RIFF\0\0\0\0WEBP", b"%PDF-", b"\0\0\0\x18ftypheic", b"a,b\n"]),
        rest in proptest::collection::vec(any::<u8>(), 0..3000),
        piece in 1usize..4000,
    ) {
        let bytes = [start, &rest].concat();
        prop_assert_eq!(checked("x.csv", "", &bytes, piece), checked("x.csv", "", &bytes, usize::MAX));
    }
}
