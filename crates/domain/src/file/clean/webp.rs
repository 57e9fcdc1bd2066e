//! WebP: chunks in a container that counts its bytes, so what goes is overwritten in its place and renamed to a chunk
//! that readers step over.

use super::jpeg::{upright_block, way_up};
use super::{Next, Step, Then};

/// The longest block that is read for the way up.
const READ: u64 = 64 << 10;

/// `left` is what is left of the container; a rewritten chunk goes into `out`.
pub(super) fn head(bytes: &[u8], left: &mut u64, out: &mut Vec<u8>) -> Step {
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
    let name: [u8; 4] = [name[0], name[1], name[2], name[3]];
    if name == *b"EXIF" && whole <= READ {
        let Some(chunk) = usize::try_from(whole).ok().and_then(|whole| bytes.get(..whole)) else { return Step::Wait };
        *left -= whole;
        out.extend(rewritten(chunk));
        return Step::Skip(chunk.len(), Next::Head);
    }
    *left -= whole;
    match &name {
        b"EXIF" | b"XMP " => {
            out.extend(b"JUNK");
            out.extend(&bytes[4..8]);
            Step::Skip(8, if whole > 8 { Next::Blank(whole - 8) } else { Next::Head })
        }
        _ => Step::Take(0, Next::Keep(whole, Then::Head)),
    }
}

/// A block of the same length that says the way up and nothing else, or nothing at all.
fn rewritten(chunk: &[u8]) -> Vec<u8> {
    let mut out = vec![0; chunk.len()];
    out[4..8].copy_from_slice(&chunk[4..8]);
    let body = &chunk[8..];
    let block = way_up(body.strip_prefix(b"Exif\0\0").unwrap_or(body)).map(upright_block).filter(|block| block.len() <= body.len());
    match block {
        Some(block) => {
            out[..4].copy_from_slice(b"EXIF");
            out[8..8 + block.len()].copy_from_slice(&block);
        }
        None => out[..4].copy_from_slice(b"JUNK"),
    }
    out
}
