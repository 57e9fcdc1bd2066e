//! MP4, QuickTime and HEIC: boxes in boxes, found by their place in the file, so that nothing may move. What goes becomes free
//! room of the same length, filled with nought.
//!
//! Kept are the boxes that playing needs. Gone are descriptions (`udta`, `meta`, `uuid`), old free room, the times of making, and
//! tracks that are neither picture, sound nor subtitles: cameras write places and movements into them, moment by moment.

use super::items::{Patch, patches};
use super::{Next, Step, Then};
use crate::file::FileKind;
use crate::file::signature::boxed;

/// Boxes on the outside that are kept.
const KEPT: [&[u8]; 10] = [b"ftyp", b"styp", b"moov", b"moof", b"mdat", b"mfra", b"sidx", b"ssix", b"pdin", b"wide"];
/// Boxes that hold others in which something may have to go.
const OPENED: [&[u8]; 6] = [b"moov", b"moof", b"trak", b"traf", b"mdia", b"minf"];
/// Boxes that go wherever they are.
const GONE: [&[u8]; 5] = [b"udta", b"meta", b"uuid", b"free", b"skip"];
/// Boxes with the times of making and changing right behind their flags.
const DATED: [&[u8]; 3] = [b"mvhd", b"tkhd", b"mdhd"];
/// What tracks that are kept are for.
const SHOWN: [&[u8]; 8] = [b"vide", b"soun", b"pict", b"auxv", b"sbtl", b"subt", b"text", b"clcp"];
/// Boxes within one another; real files have five.
const DEEPEST: usize = 8;
/// Bytes of a track in which it must have said what it is for.
const SAID_WITHIN: u64 = 64 << 10;
/// The longest list of a picture's parts that is read.
const LIST: u64 = 1 << 20;
/// The longest first box, which names the kinds of file this is.
const FIRST: u64 = 256;

#[derive(Debug, Default)]
pub(super) struct Boxes {
    /// Where the bytes that come next stand in the file.
    at: u64,
    /// Where the opened boxes end, the outermost first.
    ends: Vec<u64>,
    /// Where the box that is being passed on ends.
    passing: u64,
    /// Whether it is a picture: then a list on the outside says where its parts are.
    picture: bool,
    /// Whether that list has come.
    listed: bool,
    /// Stretches of the file that are overwritten, in order.
    patches: Vec<Patch>,
    /// Something could not be understood, so nobody can say what it tells.
    unclear: bool,
}

/// The head of a box.
struct Head<'a> {
    name: &'a [u8],
    /// Bytes of the head, and of the whole box with it.
    length: usize,
    whole: u64,
}

impl Boxes {
    /// Whether all that was to go could be found.
    pub(super) fn is_clean(&self) -> bool {
        !self.unclear
    }

    /// What becomes of the bytes that come next; a rewritten part goes into `out`.
    pub(super) fn head(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Step {
        if self.at < self.passing {
            return self.pass_on();
        }
        while self.ends.last().is_some_and(|end| *end <= self.at) {
            self.ends.pop();
        }
        let room = self.ends.last().map_or(u64::MAX, |end| *end) - self.at;
        let Some(head) = read(bytes, room) else { return Step::Wait };
        let first = self.at == 0;
        if head.whole < head.length as u64 || head.whole > room || self.ends.len() > DEEPEST || (first && head.whole > FIRST) {
            self.unclear = true;
            return Step::Take(0, Next::Rest);
        }
        if first {
            let Some(first) = usize::try_from(head.whole).ok().and_then(|whole| bytes.get(..whole)) else { return Step::Wait };
            self.picture = boxed(first) == Some(FileKind::Heic);
        }
        self.decide(&head, bytes, out)
    }

    fn decide(&mut self, head: &Head<'_>, bytes: &[u8], out: &mut Vec<u8>) -> Step {
        let outside = self.ends.is_empty();
        if outside && self.picture && !self.listed && head.name == b"meta" {
            return self.list(head, bytes, out);
        }
        if GONE.contains(&head.name) || (outside && !KEPT.contains(&head.name)) {
            return self.free(head, bytes, out);
        }
        if head.name == b"trak" {
            let there = usize::try_from(head.whole).map_or(bytes.len(), |whole| whole.min(bytes.len()));
            match shown(&bytes[head.length..there], head.whole) {
                None => return Step::Wait,
                Some(false) => return self.free(head, bytes, out),
                Some(true) => {}
            }
        }
        if OPENED.contains(&head.name) {
            self.ends.push(self.at.saturating_add(head.whole));
            self.at += head.length as u64;
            return Step::Take(head.length, Next::Head);
        }
        if DATED.contains(&head.name) {
            return self.undated(head, bytes, out);
        }
        self.passing = self.at.saturating_add(head.whole);
        self.pass_on()
    }

    /// The next stretch of a kept box: as it is, or overwritten.
    fn pass_on(&mut self) -> Step {
        let at = self.at;
        self.patches.retain(|patch| patch.end > at);
        let (until, blank) = match self.patches.first() {
            Some(patch) if patch.start <= at => (patch.end, true),
            Some(patch) => (patch.start, false),
            None => (u64::MAX, false),
        };
        let now = until.min(self.passing) - at;
        self.at += now;
        Step::Take(0, if blank { Next::Blank(now) } else { Next::Keep(now, Then::Head) })
    }

    /// Turns a box into free room.
    fn free(&mut self, head: &Head<'_>, bytes: &[u8], out: &mut Vec<u8>) -> Step {
        out.extend(&bytes[..4]);
        out.extend(b"free");
        out.extend(&bytes[8..head.length]);
        self.at = self.at.saturating_add(head.whole);
        Step::Skip(head.length, Next::Blank(head.whole - head.length as u64))
    }

    /// Takes the times of making and changing out of a box that is kept.
    fn undated(&mut self, head: &Head<'_>, bytes: &[u8], out: &mut Vec<u8>) -> Step {
        let body = head.whole - head.length as u64;
        let Some(version) = bytes.get(head.length) else { return if body == 0 { self.free(head, bytes, out) } else { Step::Wait } };
        let times = if *version == 0 { 8 } else { 16 };
        let known = head.length + 4;
        if body < 4 + times as u64 {
            return self.free(head, bytes, out);
        }
        if bytes.len() < known {
            return Step::Wait;
        }
        out.extend(&bytes[..known]);
        out.resize(out.len() + times, 0);
        self.at += (known + times) as u64;
        self.passing = self.at + body - 4 - times as u64;
        if bytes.len() < known + times {
            // The noughts for bytes that have not come yet are written already: they go when they come.
            return Step::Skip(bytes.len(), Next::Drop((known + times - bytes.len()) as u64));
        }
        Step::Skip(known + times, Next::Head)
    }

    /// The list of a picture's parts: those that tell of its making are overwritten, here or where they lie.
    fn list(&mut self, head: &Head<'_>, bytes: &[u8], out: &mut Vec<u8>) -> Step {
        if head.whole > LIST {
            self.unclear = true;
            return Step::Take(0, Next::Rest);
        }
        let Some(list) = usize::try_from(head.whole).ok().and_then(|whole| bytes.get(..whole)) else { return Step::Wait };
        let end = self.at + head.whole;
        self.listed = true;
        let (inside, mut later) = match patches(&list[head.length..]) {
            Some(found) => found,
            None => {
                self.unclear = true;
                Default::default()
            }
        };
        let mut clean = list.to_vec();
        for patch in inside {
            let within = |at: u64| usize::try_from(at).ok().map(|at| at + head.length).filter(|at| *at <= list.len());
            match within(patch.start).zip(within(patch.end)) {
                Some((from, to)) => clean[from..to].fill(0),
                None => self.unclear = true,
            }
        }
        // What lies before its own list has gone by.
        self.unclear |= later.iter().any(|patch| patch.start < end);
        self.patches.append(&mut later);
        self.patches.sort_by_key(|patch| patch.start);
        out.extend(clean);
        self.at = end;
        Step::Skip(list.len(), Next::Head)
    }
}

/// Reads a head; `None` while it is not there. A box without a length reaches to the end of what is around it.
fn read(bytes: &[u8], room: u64) -> Option<Head<'_>> {
    let (length, name) = (bytes.get(..4)?, bytes.get(4..8)?);
    match u32::from_be_bytes([length[0], length[1], length[2], length[3]]) {
        0 => Some(Head { name, length: 8, whole: room }),
        1 => {
            let long = bytes.get(8..16)?;
            let whole = long.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
            Some(Head { name, length: 16, whole })
        }
        whole => Some(Head { name, length: 8, whole: u64::from(whole) }),
    }
}

/// Whether a track is one of those that are kept; `None` while it has not said so.
fn shown(track: &[u8], whole: u64) -> Option<bool> {
    match purpose(track) {
        Some(purpose) => Some(SHOWN.contains(&purpose)),
        // It had room to say so, or is over.
        None if track.len() as u64 + 16 >= whole.min(SAID_WITHIN) => Some(false),
        None => None,
    }
}

/// What a track is for, from the handler (`hdlr`) in its media (`mdia`).
fn purpose(track: &[u8]) -> Option<&[u8]> {
    let media = body(track, b"mdia")?;
    body(media, b"hdlr")?.get(8..12)
}

/// As much as is there of the body of the first box of this name.
pub(super) fn body<'a>(mut bytes: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    loop {
        let head = read(bytes, bytes.len() as u64)?;
        let whole = usize::try_from(head.whole).unwrap_or(usize::MAX);
        if whole < head.length {
            return None;
        }
        if head.name == name {
            return bytes.get(head.length..whole.min(bytes.len()));
        }
        bytes = bytes.get(whole..)?;
    }
}
