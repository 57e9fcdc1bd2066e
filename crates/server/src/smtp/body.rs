//! The bytes of a mail as they come: the doubled dots taken away, ended by CRLF, dot, CRLF and by nothing else, so that no mail
//! hides in another.

use super::line::Line;
use bytes::Bytes;
use futures_util::{Stream, stream};
use std::io;

pub(super) struct Body<'a> {
    line: &'a mut Line,
    place: Place,
    ended: bool,
}

impl<'a> Body<'a> {
    pub(super) fn new(line: &'a mut Line) -> Self {
        Self { line, place: Place::Begin, ended: false }
    }

    /// The parts, in order. A peer that goes away in the middle ends it with an error, never with a shorter mail.
    pub(super) fn parts(&mut self) -> impl Stream<Item = io::Result<Bytes>> {
        stream::unfold(self, |body| async move { Some((body.next().await.transpose()?, body)) })
    }

    /// Reads on to the end without keeping anything, so that the peer hears the reply. False: it is not worth it.
    pub(super) async fn skip(&mut self, most: u64) -> io::Result<bool> {
        let mut skipped = 0;
        while let Some(part) = self.next().await? {
            skipped += part.len() as u64;
            if skipped > most {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        loop {
            if self.ended {
                return Ok(None);
            }
            if self.line.waiting().is_empty() && !self.line.more().await? {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let mut part = Vec::new();
            let (took, ended) = self.place.take(self.line.waiting(), &mut part);
            self.line.took(took);
            self.ended = ended;
            if !part.is_empty() {
                return Ok(Some(part.into()));
            }
        }
    }
}

/// Where in a line the bytes have come to. What may belong to the end of the mail is held back until that is certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Behind CRLF, or at the very beginning: a dot here counts.
    Begin,
    Within,
    Cr,
    /// A dot that begins a line.
    Dot,
    /// The same and a CR.
    DotCr,
}

impl Place {
    /// Takes bytes up to the end of the mail. How many it took, and whether that was the end.
    fn take(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> (usize, bool) {
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            if *self == Self::Within {
                // Most of a mail: all up to the next CR at once.
                let length = bytes[at..].iter().position(|byte| *byte == b'\r').unwrap_or(bytes.len() - at);
                out.extend_from_slice(&bytes[at..at + length]);
                at += length;
                if let Some(cr) = bytes.get(at) {
                    out.push(*cr);
                    at += 1;
                    *self = Self::Cr;
                }
                continue;
            }
            at += 1;
            match (*self, byte) {
                (Self::DotCr, b'\n') => return (at, true),
                (Self::Begin, b'.') => *self = Self::Dot,
                (Self::Dot, b'\r') => *self = Self::DotCr,
                (before, byte) => {
                    // The dot was one that the sender had added; its CR was not.
                    if before == Self::DotCr {
                        out.push(b'\r');
                    }
                    out.push(byte);
                    *self = match (before, byte) {
                        (_, b'\r') => Self::Cr,
                        (Self::Cr, b'\n') => Self::Begin,
                        _ => Self::Within,
                    };
                }
            }
        }
        (at, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is taken of a mail that comes in pieces of this size, and what is left behind its end.
    fn taken(mail: &[u8], piece: usize) -> (Vec<u8>, Option<Vec<u8>>) {
        let (mut place, mut out) = (Place::Begin, Vec::new());
        for (number, part) in mail.chunks(piece).enumerate() {
            let (took, ended) = place.take(part, &mut out);
            if ended {
                return (out, Some(mail[number * piece + took..].to_vec()));
            }
            assert_eq!(took, part.len());
        }
        (out, None)
    }

    #[test]
    fn a_mail_ends_with_a_dot_between_two_ends_of_line_and_with_nothing_else() {
        for end in [
            "\n.\n",
            "\r.\r",
            "\n.\r\n",
            "\r\n.\n",
            "\r\n.\r",
            "\r.\r\n",
            "\r\n.\r\r\n",
            "\r\r\n\r.\r\n",
            "\r\n.\0\r\n",
            "\r\n\0.\r\n",
            "\r\n..\r\n",
        ] {
            let mail = format!("first{end}hidden\r\n.\r\nNOOP");
            for piece in [1, 2, 3, 1000] {
                let (out, left) = taken(mail.as_bytes(), piece);
                assert!(out.ends_with(b"hidden\r\n"), "{end:?}: {}", String::from_utf8_lossy(&out));
                assert_eq!(left.as_deref(), Some(b"NOOP".as_slice()), "{end:?}");
            }
        }
    }

    #[test]
    fn a_dot_that_the_sender_added_is_taken_away_and_no_other() {
        for (sent, meant) in [
            ("..a\r\n.b\r\n...\r\nc.d\r\n.\r\n", ".a\r\nb\r\n..\r\nc.d\r\n"),
            (".\r\n", ""),
            ("\r\n.\r\n", "\r\n"),
            (".\rx\r\n.\r\n", "\rx\r\n"),
            ("a\n.b\r\n.\r\n", "a\n.b\r\n"),
        ] {
            for piece in [1, 2, 5, 100] {
                assert_eq!(taken(sent.as_bytes(), piece), (meant.as_bytes().to_vec(), Some(vec![])), "{sent:?}");
            }
        }
        assert_eq!(taken(b"never ended\r\n.", 4).1, None);
    }
}
