//! WebP: chunks in a container that counts its bytes, so what goes is overwritten in its place.

use super::{Next, Step, Then};

/// `left` is what is left of the container.
pub(super) fn head(bytes: &[u8], left: &mut u64) -> Step {
    if *left < 8 {
        return Step::Take(0, Next::End);
    }
    let Some((name, length)) = bytes.get(..8).map(|head| head.split_at(4)) else { return Step::Wait };
    let length = u64::from(u32::from_le_bytes([length[0], length[1], length[2], length[3]]));
    // A chunk of odd length has a byte behind it that the last one may lack.
    let whole = (8 + length + length % 2).min(*left);
    if 8 + length > *left {
        return Step::Take(0, Next::Rest);
    }
    *left -= whole;
    match name {
        b"EXIF" | b"XMP " if whole > 8 => Step::Take(8, Next::Blank(whole - 8)),
        _ => Step::Take(0, Next::Keep(whole, Then::Head)),
    }
}
