//! The size of a picture, read from its header without decoding it.

use super::FileKind;

/// Width and height. `None` when the header does not say, which means the picture is damaged.
pub(super) fn pixels(kind: FileKind, head: &[u8]) -> Option<(u32, u32)> {
    match kind {
        FileKind::Png => png(head),
        FileKind::Jpeg => jpeg(head),
        FileKind::Gif => Some((u32::from(little(head, 6)?), u32::from(little(head, 8)?))),
        FileKind::Webp => webp(head),
        _ => None,
    }
}

fn png(head: &[u8]) -> Option<(u32, u32)> {
    if head.get(12..16)? != b"IHDR" {
        return None;
    }
    let side = |at: usize| head.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map(u32::from_be_bytes);
    Some((side(16)?, side(20)?))
}

/// Walks the segments to the first frame header; what stands between (previews, colour profiles) is stepped over.
fn jpeg(head: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        if *head.get(at)? != 0xff {
            return None;
        }
        let marker = *head.get(at + 1)?;
        match marker {
            // Fill bytes, and markers without a length.
            0xff => at += 1,
            0x01 | 0xd0..=0xd8 => at += 2,
            // Frame headers of all processes, without the tables that lie among their numbers.
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                return Some((u32::from(big(head, at + 7)?), u32::from(big(head, at + 5)?)));
            }
            0xd9 | 0xda => return None,
            _ => {
                let length = usize::from(big(head, at + 2)?);
                if length < 2 {
                    return None;
                }
                at += 2 + length;
            }
        }
    }
}

fn webp(head: &[u8]) -> Option<(u32, u32)> {
    let three = |at: usize| head.get(at..at + 3).map(|b| u32::from(b[0]) | u32::from(b[1]) << 8 | u32::from(b[2]) << 16);
    match head.get(12..16)? {
        b"VP8X" => Some((three(24)? + 1, three(27)? + 1)),
        b"VP8 " if head.get(23..26)? == b"\x9d\x01\x2a" => {
            Some((u32::from(little(head, 26)? & 0x3fff), u32::from(little(head, 28)? & 0x3fff)))
        }
        b"VP8L" if *head.get(20)? == 0x2f => {
            let bits = u32::from_le_bytes(head.get(21..25)?.try_into().ok()?);
            Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        _ => None,
    }
}

fn big(head: &[u8], at: usize) -> Option<u16> {
    head.get(at..at + 2).and_then(|bytes| bytes.try_into().ok()).map(u16::from_be_bytes)
}

fn little(head: &[u8], at: usize) -> Option<u16> {
    head.get(at..at + 2).and_then(|bytes| bytes.try_into().ok()).map(u16::from_le_bytes)
}
