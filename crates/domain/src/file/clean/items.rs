//! The parts of a HEIC picture: which of them tell of its making, and where their bytes lie.

use super::boxes::body;
use std::collections::HashSet;

/// Parts that are picture, or say how pictures become one. All others go: Exif, XMP (`mime`), and what makers add.
const SEEN: [&[u8]; 11] = [b"hvc1", b"hev1", b"lhv1", b"av01", b"jpeg", b"j2k1", b"unci", b"grid", b"iovl", b"iden", b"tmap"];
/// The most stretches that are overwritten; a real picture has one or two.
const MOST: usize = 1000;

/// A stretch of bytes, its end not in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Patch {
    pub start: u64,
    pub end: u64,
}

/// What is to be overwritten: within the list (from the first byte behind its head), and in the file. `None` where the list says
/// less than is needed to find it.
pub(super) fn patches(list: &[u8]) -> Option<(Vec<Patch>, Vec<Patch>)> {
    // Behind the flags.
    let boxes = list.get(4..)?;
    let telling = telling(body(boxes, b"iinf").unwrap_or_default())?;
    if telling.is_empty() {
        return Some(Default::default());
    }
    let own = body(boxes, b"idat").map(|data| offset(list, data));
    let mut found = (Vec::new(), Vec::new());
    for place in places(body(boxes, b"iloc")?)?.into_iter().filter(|place| telling.contains(&place.item)) {
        let (into, base) = match place.way {
            0 => (&mut found.1, 0),
            1 => (&mut found.0, own?),
            // In another part.
            _ => return None,
        };
        let start = base.checked_add(place.start)?;
        // No length: the whole of what is around it, which no part that tells something ever is.
        let end = start.checked_add(place.length).filter(|end| *end > start)?;
        into.push(Patch { start, end });
        if into.len() > MOST {
            return None;
        }
    }
    Some(found)
}

/// How far `part` stands in `whole`, of which it is a part.
fn offset(whole: &[u8], part: &[u8]) -> u64 {
    (part.as_ptr().addr() - whole.as_ptr().addr()) as u64
}

/// The numbers of parts that are not seen.
fn telling(info: &[u8]) -> Option<HashSet<u32>> {
    let mut found = HashSet::new();
    let Some(version) = info.first() else { return Some(found) };
    let mut rest = info.get(if *version == 0 { 6 } else { 8 }..)?;
    while !rest.is_empty() {
        let length = usize::try_from(Reader(rest).number(4)?).ok()?;
        let entry = rest.get(..length).filter(|entry| entry.len() >= 8)?;
        rest = &rest[length..];
        if entry.get(4..8) != Some(b"infe") {
            continue;
        }
        let mut reader = Reader(entry.get(8..)?);
        let version = reader.number(1)?;
        reader.number(3)?;
        let item = reader.number(if version >= 3 { 4 } else { 2 })?;
        reader.number(2)?;
        // The oldest way of writing has no kind, and no pictures of this one.
        let kind = if version >= 2 { reader.0.get(..4)? } else { b"mime" };
        if !SEEN.contains(&kind) {
            found.insert(u32::try_from(item).ok()?);
        }
    }
    Some(found)
}

/// Where bytes of a part lie.
struct Place {
    item: u32,
    /// 0: in the file; 1: in the list's own data; 2: in another part.
    way: u64,
    start: u64,
    length: u64,
}

fn places(table: &[u8]) -> Option<Vec<Place>> {
    let mut reader = Reader(table);
    let version = reader.number(1)?;
    reader.number(3)?;
    let (sizes, more) = (reader.number(1)?, reader.number(1)?);
    let (offsets, lengths, bases) = (sizes >> 4, sizes & 15, more >> 4);
    if lengths == 0 {
        return None;
    }
    let indexes = if version == 0 { 0 } else { more & 15 };
    let wide = if version < 2 { 2 } else { 4 };
    let mut found = Vec::new();
    for _ in 0..reader.number(wide)? {
        let item = u32::try_from(reader.number(wide)?).ok()?;
        let way = if version == 0 { 0 } else { reader.number(2)? & 15 };
        let elsewhere = reader.number(2)? != 0;
        let base = reader.number(bases)?;
        for _ in 0..reader.number(2)? {
            reader.number(indexes)?;
            let start = base.checked_add(reader.number(offsets)?)?;
            let length = reader.number(lengths)?;
            if !elsewhere {
                found.push(Place { item, way, start, length });
            }
        }
    }
    Some(found)
}

/// Numbers one after the other, the greatest byte first.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn number(&mut self, bytes: u64) -> Option<u64> {
        let bytes = usize::try_from(bytes).ok().filter(|bytes| *bytes <= 8)?;
        let (now, later) = self.0.split_at_checked(bytes)?;
        self.0 = later;
        Some(now.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
    }
}
