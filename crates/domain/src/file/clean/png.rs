//! PNG: chunks with a length and a name. Only chunks that change what is seen are kept.

use super::{Next, Step, Then};

/// Chunks besides the critical ones that a picture needs to look as it should, and those of moving pictures.
const KEPT: [&[u8]; 14] =
    [b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"sBIT", b"bKGD", b"pHYs", b"hIST", b"sPLT", b"acTL", b"fcTL", b"fdAT"];

pub(super) fn head(bytes: &[u8]) -> Step {
    let Some((length, name)) = bytes.get(..8).map(|head| head.split_at(4)) else { return Step::Wait };
    let length = u32::from_be_bytes([length[0], length[1], length[2], length[3]]);
    if length > i32::MAX as u32 || !name.iter().all(u8::is_ascii_alphabetic) {
        return Step::Take(0, Next::Rest);
    }
    let whole = u64::from(length) + 12;
    match name {
        b"IEND" => Step::Take(0, Next::Keep(whole, Then::End)),
        _ if name[0].is_ascii_uppercase() || KEPT.contains(&name) => Step::Take(0, Next::Keep(whole, Then::Head)),
        _ => Step::Take(0, Next::Drop(whole)),
    }
}
