//! Takes out of pictures what their senders do not mean to send: places, devices, previews, whatever lies behind the end.
//!
//! Works on the bytes as they arrive and keeps at most one small segment. JPEG, PNG, WebP, MP4, QuickTime and HEIC are cleaned;
//! everything else passes as it came. A picture that is too broken to be understood does, too; a file of boxes is refused then,
//! because it may hide more. The picture itself is never touched.

#[cfg(test)]
mod box_tests;
mod boxes;
mod items;
mod jpeg;
mod png;
#[cfg(test)]
mod tests;
mod webp;

use super::Refused;
use boxes::Boxes;

/// A picture on its way in.
#[derive(Debug, Default)]
pub struct Cleaner {
    format: Format,
    next: Next,
    waiting: Vec<u8>,
}

#[derive(Debug, Default)]
enum Format {
    /// Not enough bytes to tell.
    #[default]
    Open,
    Jpeg,
    Png,
    /// With the bytes that are left of the container.
    Webp {
        left: u64,
    },
    Boxes(Boxes),
    Other,
}

/// What is done with the bytes that come next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Next {
    /// They begin a part; its head says what becomes of it.
    #[default]
    Head,
    /// So many belong to a part that is kept; then this.
    Keep(u64, Then),
    Drop(u64),
    /// So many are overwritten, because the container counts its bytes.
    Blank(u64),
    /// Compressed picture data up to the next mark (JPEG).
    Scan,
    /// Not understood: passed on to the end.
    Rest,
    /// The picture has ended: nothing behind it is kept.
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    Head,
    Scan,
    End,
}

/// What a head says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// More bytes are needed to tell.
    Wait,
    /// So many bytes go on as they are, and then this is next.
    Take(usize, Next),
    /// So many bytes go, and then this is next.
    Skip(usize, Next),
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

impl Cleaner {
    /// Takes bytes in and puts what may be kept into `out`.
    pub fn feed(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        self.waiting.extend_from_slice(bytes);
        while !self.waiting.is_empty() && self.step(out) {}
    }

    /// The file has ended: what still waits is passed on. Refused where nobody can say what is in it.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Result<(), Refused> {
        match self.format {
            // A head waits for the rest of what it is about.
            Format::Boxes(boxes) if !boxes.is_clean() || (self.next == Next::Head && self.waiting.len() >= 8) => {
                return Err(Refused::Uncleaned);
            }
            _ if self.next != Next::End => out.append(&mut self.waiting),
            _ => {}
        }
        Ok(())
    }

    /// One move; false when more bytes are needed.
    fn step(&mut self, out: &mut Vec<u8>) -> bool {
        match self.next {
            Next::Rest => out.append(&mut self.waiting),
            Next::End => self.waiting.clear(),
            Next::Keep(left, then) => {
                let now = self.part(left);
                out.extend(self.waiting.drain(..now));
                self.next = match (left - now as u64, then) {
                    (0, Then::Head) => Next::Head,
                    (0, Then::Scan) => Next::Scan,
                    (0, Then::End) => Next::End,
                    (left, then) => Next::Keep(left, then),
                };
            }
            Next::Drop(left) => {
                let now = self.part(left);
                self.waiting.drain(..now);
                self.next = if left == now as u64 { Next::Head } else { Next::Drop(left - now as u64) };
            }
            Next::Blank(left) => {
                let now = self.part(left);
                self.waiting.drain(..now);
                out.resize(out.len() + now, 0);
                self.next = if left == now as u64 { Next::Head } else { Next::Blank(left - now as u64) };
            }
            Next::Scan => {
                let (now, ended) = jpeg::scan(&self.waiting);
                out.extend(self.waiting.drain(..now));
                if ended {
                    self.next = Next::Head;
                }
                return ended;
            }
            Next::Head => return self.head(out),
        }
        true
    }

    fn head(&mut self, out: &mut Vec<u8>) -> bool {
        let step = match &mut self.format {
            Format::Open => return self.open(out),
            Format::Jpeg => jpeg::head(&self.waiting, out),
            Format::Png => png::head(&self.waiting),
            Format::Webp { left } => webp::head(&self.waiting, left, out),
            Format::Boxes(boxes) => boxes.head(&self.waiting, out),
            Format::Other => Step::Take(0, Next::Rest),
        };
        match step {
            Step::Wait => return false,
            Step::Take(now, next) => {
                out.extend(self.waiting.drain(..now));
                self.next = next;
            }
            Step::Skip(now, next) => {
                self.waiting.drain(..now);
                self.next = next;
            }
        }
        true
    }

    /// Tells the format from the first bytes, and passes its signature on.
    fn open(&mut self, out: &mut Vec<u8>) -> bool {
        let start = &self.waiting;
        if start.len() < 12 {
            return false;
        }
        let signature = if start.starts_with(b"\xff\xd8\xff") {
            self.format = Format::Jpeg;
            2
        } else if start.starts_with(PNG) {
            self.format = Format::Png;
            PNG.len()
        } else if start.starts_with(b"RIFF") && &start[8..12] == b"WEBP" {
            let size = u32::from_le_bytes([start[4], start[5], start[6], start[7]]);
            self.format = Format::Webp { left: u64::from(size).saturating_sub(4) };
            12
        } else if &start[4..8] == b"ftyp" {
            self.format = Format::Boxes(Boxes::default());
            0
        } else {
            self.format = Format::Other;
            0
        };
        out.extend(self.waiting.drain(..signature));
        true
    }

    fn part(&self, left: u64) -> usize {
        usize::try_from(left).map_or(self.waiting.len(), |left| left.min(self.waiting.len()))
    }
}
