//! Magic bytes: what the content says it is, and what it must not be.

use super::FileKind;
use super::check::Refused;

/// What the first bytes are. `Ok(None)`: no signature, so it may be text.
pub(super) fn sniff(head: &[u8]) -> Result<Option<FileKind>, Refused> {
    if let Some(kind) = known(head) {
        return Ok(Some(kind));
    }
    const REFUSED: [(&[u8], Refused); 24] = [
        (b"PK\x03\x04", Refused::Archive),
        (b"PK\x05\x06", Refused::Archive),
        (b"PK\x07\x08", Refused::Archive),
        (b"Rar!\x1a\x07", Refused::Archive),
        (b"7z\xbc\xaf\x27\x1c", Refused::Archive),
        (b"\x1f\x8b", Refused::Archive),
        (b"BZh", Refused::Archive),
        (b"\xfd7zXZ\0", Refused::Archive),
        (b"\x28\xb5\x2f\xfd", Refused::Archive),
        (b"MSCF", Refused::Archive),
        (b"MZ", Refused::Program),
        (b"\x7fELF", Refused::Program),
        (b"\xfe\xed\xfa\xce", Refused::Program),
        (b"\xfe\xed\xfa\xcf", Refused::Program),
        (b"\xcf\xfa\xed\xfe", Refused::Program),
        (b"\xca\xfe\xba\xbe", Refused::Program),
        (b"\0asm", Refused::Program),
        (b"dex\n", Refused::Program),
        (b"#!", Refused::Program),
        (b"L\0\0\0\x01\x14\x02\0", Refused::Program),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Refused::Office),
        (b"{\\rtf", Refused::Office),
        (b"%!PS", Refused::Office),
        (b"%!", Refused::Office),
    ];
    match REFUSED.iter().find(|(magic, _)| head.starts_with(magic)) {
        Some((_, refused)) => Err(refused.clone()),
        None => Ok(None),
    }
}

fn known(head: &[u8]) -> Option<FileKind> {
    const MAGIC: [(&[u8], FileKind); 6] = [
        (b"\x89PNG\r\n\x1a\n", FileKind::Png),
        (b"\xff\xd8\xff", FileKind::Jpeg),
        (b"GIF87a", FileKind::Gif),
        (b"GIF89a", FileKind::Gif),
        (b"%PDF-", FileKind::Pdf),
        (b"\x1a\x45\xdf\xa3", FileKind::Webm),
    ];
    if let Some((magic, kind)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        // The container of WebM is Matroska's: only the document type tells them apart.
        let other = *kind == FileKind::Webm && !contains(&head[magic.len()..head.len().min(64)], b"webm", false);
        return (!other).then_some(*kind);
    }
    if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        return Some(FileKind::Webp);
    }
    boxed(head)
}

/// The family of MP4: a first box `ftyp` with a brand.
pub(super) fn boxed(head: &[u8]) -> Option<FileKind> {
    if head.get(4..8) != Some(b"ftyp") {
        return None;
    }
    let length = u32::from_be_bytes(head.get(..4)?.try_into().ok()?) as usize;
    if !(16..=256).contains(&length) {
        return None;
    }
    let brands = std::iter::once(head.get(8..12)?).chain(head.get(16..length.min(head.len())).unwrap_or_default().chunks_exact(4));
    for brand in brands {
        match brand {
            b"heic" | b"heix" | b"hevc" | b"heim" | b"heis" | b"mif1" | b"msf1" => return Some(FileKind::Heic),
            b"qt  " => return Some(FileKind::Mov),
            b"isom" | b"iso2" | b"iso4" | b"iso5" | b"iso6" | b"mp41" | b"mp42" | b"avc1" | b"M4V " | b"dash" => {
                return Some(FileKind::Mp4);
            }
            _ => {}
        }
    }
    None
}

/// Beginnings of tags and scripts that browsers and readers would run. Looked for in the first bytes of every file.
const RUNS: [&[u8]; 12] =
    [b"<!doctype", b"<html", b"<head", b"<body", b"<script", b"<svg", b"<iframe", b"<?xml", b"<?php", b"<math", b"<object", b"javascript:"];

/// Whether the head holds something that runs, in any case of letters.
pub(super) fn runs(head: &[u8]) -> bool {
    RUNS.iter().any(|tag| contains(head, tag, true))
}

/// The ones that are long enough not to appear by chance anywhere in a compressed picture.
pub(super) fn runs_anywhere(bytes: &[u8]) -> bool {
    [&b"<script"[..], b"<!doctype", b"<iframe"].iter().any(|tag| contains(bytes, tag, true))
}

/// The longest of [`runs_anywhere`]: what must be kept of one piece to find one cut in two.
pub(super) const LONGEST_RUN: usize = 9;

/// A text that is markup: after white space it begins with a tag.
pub(super) fn markup(text: &[u8]) -> bool {
    let start = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text).trim_ascii_start();
    matches!(start, [b'<', next, ..] if next.is_ascii_alphabetic() || matches!(next, b'!' | b'?' | b'/'))
}

/// A zip archive that ends here: its end record, with a comment that reaches exactly to the end.
pub(super) fn ends_as_archive(tail: &[u8]) -> bool {
    tail.windows(22).enumerate().any(|(at, record)| {
        let comment = usize::from(record[20]) | usize::from(record[21]) << 8;
        record.starts_with(b"PK\x05\x06") && at + 22 + comment == tail.len()
    })
}

pub(super) fn contains(bytes: &[u8], wanted: &[u8], any_case: bool) -> bool {
    let Some(first) = wanted.first() else { return true };
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| byte == first || (any_case && byte.eq_ignore_ascii_case(first))) {
        rest = &rest[at..];
        match rest.get(..wanted.len()) {
            None => return false,
            Some(part) if part == wanted || (any_case && part.eq_ignore_ascii_case(wanted)) => return true,
            Some(_) => rest = &rest[1..],
        }
    }
    false
}
