//! Compressed RTF (MS-OXRTFCP): copies from a ring of 4096 bytes that begins with the usual words of an RTF.

use super::Reader;
use crate::channel::email::mime::MAX_TEXT;

const START: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans \
SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
const RING: usize = 4096;
const COMPRESSED: u32 = 0x7546_5a4c;
const PLAIN: u32 = 0x414c_454d;

/// The RTF, at most [`MAX_TEXT`] bytes: the size in front of it is only a claim.
pub(super) fn unpack(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut rest = Reader(bytes);
    rest.u32()?;
    let size = usize::try_from(rest.u32()?).ok()?.min(MAX_TEXT);
    let kind = rest.u32()?;
    rest.u32()?;
    match kind {
        PLAIN => rest.0.get(..size).or(Some(rest.0)).map(<[u8]>::to_vec),
        COMPRESSED => Some(expand(rest, size)),
        _ => None,
    }
}

fn expand(mut rest: Reader<'_>, size: usize) -> Vec<u8> {
    let mut ring = [0u8; RING];
    for (slot, byte) in ring.iter_mut().zip(START) {
        *slot = *byte;
    }
    let mut at = START.len();
    let mut out = Vec::new();
    while let Some([flags]) = rest.take(1) {
        for bit in 0..8 {
            if out.len() >= size {
                return out;
            }
            let copies = flags >> bit & 1 == 1;
            let (from, length) = match (copies, rest.take(1 + usize::from(copies))) {
                (true, Some([high, low])) => (usize::from(*high) << 4 | usize::from(*low) >> 4, usize::from(low & 15) + 2),
                (false, Some([byte])) => {
                    put(&mut ring, &mut at, &mut out, *byte);
                    continue;
                }
                _ => return out,
            };
            // A copy from where the next byte goes is the end.
            if from == at {
                return out;
            }
            for step in 0..length {
                let byte = ring.get((from + step) % RING).copied().unwrap_or_default();
                put(&mut ring, &mut at, &mut out, byte);
            }
        }
    }
    out
}

fn put(ring: &mut [u8; RING], at: &mut usize, out: &mut Vec<u8>, byte: u8) {
    if let Some(slot) = ring.get_mut(*at) {
        *slot = byte;
    }
    *at = (*at + 1) % RING;
    out.push(byte);
}
