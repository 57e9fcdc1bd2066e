//! A line over a streamed answer (SSE format), for networks that block WebSockets. It cannot be spoken to: what it
//! follows stands in the request, and to follow something else the client asks again.

use super::wire::{End, Gone, Heard, LastFrame, Wire};
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderValue, header};
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, Interval, interval_at, timeout};

const BEAT: Duration = Duration::from_secs(15);
const SLOW: Duration = Duration::from_secs(10);
/// Frames that wait for a slow reader; then the line ends.
const BEHIND: usize = 32;

pub(super) struct EventStream {
    out: mpsc::Sender<Bytes>,
    /// Lives as long as the line: `hear` is dropped and called again all the time.
    beat: Interval,
}

/// A line and the answer that carries it.
pub(super) fn open() -> (EventStream, Response) {
    let (out, mut frames) = mpsc::channel::<Bytes>(BEHIND);
    let stream = futures_util::stream::poll_fn(move |context| frames.poll_recv(context).map(|frame| frame.map(Ok::<_, Infallible>)));
    let mut response = Body::from_stream(stream).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    (EventStream { out, beat: interval_at(Instant::now() + BEAT, BEAT) }, response)
}

impl EventStream {
    async fn put(&mut self, bytes: Bytes) -> Result<(), Gone> {
        match timeout(SLOW, self.out.send(bytes)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Gone),
        }
    }
}

impl Wire for EventStream {
    async fn send(&mut self, text: String) -> Result<(), Gone> {
        self.put(Bytes::from(format!("data:{text}\n\n"))).await
    }

    async fn send_made(&mut self, frame: Bytes) -> Result<(), Gone> {
        self.put(Bytes::from([b"data:", &frame[..], b"\n\n"].concat())).await
    }

    async fn hear(&mut self) -> Heard {
        loop {
            tokio::select! {
                () = self.out.closed() => return Heard::Ended,
                // A comment line: keeps proxies from closing, tells the client that the line lives.
                _ = self.beat.tick() => if self.out.try_send(Bytes::from_static(b":\n\n")).is_err() { return Heard::Ended },
            }
        }
    }

    async fn end(mut self, why: End) {
        let _ = self.send_frame(&LastFrame::Closed { code: why }).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_stream_that_nobody_reads_ends_at_its_next_beat_and_keeps_little() {
        let (mut line, _unread) = open();
        for _ in 0..BEHIND {
            line.send("news".to_owned()).await.expect("room is left");
        }
        assert!(line.out.try_reserve().is_err(), "more than {BEHIND} frames are kept");
        line.beat.reset_immediately();
        assert_eq!(line.hear().await, Heard::Ended);
    }

    #[tokio::test]
    async fn a_stream_whose_reader_left_ends_at_once() {
        let (mut line, response) = open();
        drop(response);
        assert_eq!(line.hear().await, Heard::Ended);
    }
}
