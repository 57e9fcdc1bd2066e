//! JPEG: segments between marks. Of what cameras write about themselves only the way up is kept.

use super::{Next, Step, Then};

/// What the segment at the beginning of `bytes` is; a rewritten one goes into `out`.
pub(super) fn head(bytes: &[u8], out: &mut Vec<u8>) -> Step {
    let [0xff, mark, ..] = *bytes else {
        return if bytes.len() < 2 && bytes[0] == 0xff { Step::Wait } else { Step::Take(0, Next::Rest) };
    };
    match mark {
        // A byte that fills.
        0xff => return Step::Skip(1, Next::Head),
        0x01 | 0xd0..=0xd8 => return Step::Take(2, Next::Head),
        0xd9 => return Step::Take(2, Next::End),
        _ => {}
    }
    let Some(length) = bytes.get(2..4).map(|length| usize::from(length[0]) << 8 | usize::from(length[1])) else { return Step::Wait };
    if length < 2 {
        return Step::Take(0, Next::Rest);
    }
    let whole = 2 + length;
    let keep = |then| Step::Take(0, Next::Keep(whole as u64, then));
    match mark {
        0xda => keep(Then::Scan),
        // Colour profiles change what is seen; other uses of the mark (further pictures) do not.
        0xe2 if whole >= 16 && bytes.len() < 16 => Step::Wait,
        0xe2 if bytes.get(4..16) == Some(b"ICC_PROFILE\0") => keep(Then::Head),
        0xe1 if bytes.len() < whole => Step::Wait,
        0xe1 => {
            if let Some(way_up) = bytes[4..whole].strip_prefix(b"Exif\0\0").and_then(way_up) {
                out.extend(upright(way_up));
            }
            Step::Skip(whole, Next::Head)
        }
        0xe2..=0xed | 0xef | 0xfe => Step::Take(0, Next::Drop(whole as u64)),
        _ => keep(Then::Head),
    }
}

/// How far compressed data reaches, and whether a mark ends it there. A last 0xff waits for the byte after it.
pub(super) fn scan(bytes: &[u8]) -> (usize, bool) {
    let mut at = 0;
    while let Some(found) = bytes[at..].iter().position(|byte| *byte == 0xff) {
        at += found;
        match bytes.get(at + 1) {
            None => return (at, false),
            Some(0x00 | 0xd0..=0xd7) => at += 2,
            Some(0xff) => at += 1,
            Some(_) => return (at, true),
        }
    }
    (bytes.len(), false)
}

/// The way up (1 to 8) in the first directory of a TIFF block.
pub(super) fn way_up(tiff: &[u8]) -> Option<u8> {
    let little = match tiff.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let two =
        |at: usize| tiff.get(at..at + 2).map(|b| if little { u16::from_le_bytes([b[0], b[1]]) } else { u16::from_be_bytes([b[0], b[1]]) });
    let four = |at: usize| {
        Some(if little { u32::from(two(at)?) | u32::from(two(at + 2)?) << 16 } else { u32::from(two(at)?) << 16 | u32::from(two(at + 2)?) })
    };
    let directory = usize::try_from(four(4)?).ok().filter(|at| *at < tiff.len())?;
    (0..usize::from(two(directory)?))
        .map(|entry| directory + 2 + entry * 12)
        .take_while(|at| at + 12 <= tiff.len())
        .find(|at| two(*at) == Some(0x0112))
        .and_then(|at| two(at + 8))
        .and_then(|way| u8::try_from(way).ok())
        .filter(|way| (2..=8).contains(way))
}

/// A segment that says the way up and nothing else.
fn upright(way_up: u8) -> Vec<u8> {
    [b"\xff\xe1\0\x22Exif\0\0".as_slice(), &upright_block(way_up)].concat()
}

/// A TIFF block with the way up alone.
pub(super) fn upright_block(way_up: u8) -> [u8; 26] {
    let mut block = *b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0";
    block[19] = way_up;
    block
}
