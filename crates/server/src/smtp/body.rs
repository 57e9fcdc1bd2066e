//! The bytes of a mail as they come: the doubled dots taken away, ended by CRLF, dot, CRLF and by nothing else, so that no mail
//! hides in another.

use super::line::Line;
use bytes::Bytes;
use futures_util::{Stream, stream};
use smtp_proto::request::receiver::DataReceiver;
use std::io;

pub(super) struct Body<'a> {
    line: &'a mut Line,
    receiver: DataReceiver,
    plain: Vec<u8>,
    ended: bool,
}

impl<'a> Body<'a> {
    pub(super) fn new(line: &'a mut Line) -> Self {
        let (mut receiver, mut before) = (DataReceiver::new(), Vec::new());
        // The mail begins on a line of its own: a dot there counts as one, and an empty mail ends at once.
        receiver.ingest(&mut b"\r\n".iter(), &mut before);
        Self { line, receiver, plain: Vec::new(), ended: false }
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
            let waiting = self.line.waiting();
            let mut bytes = waiting.iter();
            self.ended = self.receiver.ingest(&mut bytes, &mut self.plain);
            let took = waiting.len() - bytes.len();
            self.line.took(took);
            // The receiver takes the last byte back when it turns out to belong to the end.
            let part: Vec<u8> =
                if self.ended { std::mem::take(&mut self.plain) } else { self.plain.drain(..self.plain.len().saturating_sub(1)).collect() };
            if !part.is_empty() {
                return Ok(Some(part.into()));
            }
        }
    }
}
