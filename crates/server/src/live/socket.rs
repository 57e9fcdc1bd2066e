//! A line over a WebSocket: pings every 15 s, and a line that is silent for 30 s is dead, whatever is sent over it.

use super::wire::{End, Gone, Heard, Wire};
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use bytes::Bytes;
use std::time::Duration;
use tokio::time::{Instant, sleep_until, timeout_at};

/// How long a line may be silent, how often it is asked, and how long a reader may take for one frame.
#[derive(Clone, Copy, Debug)]
struct Patience {
    dead: Duration,
    ping: Duration,
    slow: Duration,
}

const PATIENCE: Patience = Patience { dead: Duration::from_secs(30), ping: Duration::from_secs(15), slow: Duration::from_secs(10) };
/// The largest frame a client sends.
const LARGEST: usize = 64 << 10;
/// What a line keeps for reading. It is paid for by every idle visitor; the library's own 128 KB would be a gigabyte for 8,000.
const READ: usize = 2 << 10;

/// Sets the limits of every socket of ours.
pub(super) fn limited(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    upgrade.read_buffer_size(READ).max_message_size(LARGEST).max_frame_size(LARGEST).write_buffer_size(0).max_write_buffer_size(4 << 20)
}

/// Small where it lies: it is moved through the futures of a line, each of which keeps room for it.
pub(super) struct Socket {
    socket: Box<WebSocket>,
    patience: Patience,
    heard_at: Instant,
    ping_at: Instant,
}

impl Socket {
    pub(super) fn new(socket: WebSocket) -> Self {
        Self::with(socket, PATIENCE)
    }

    fn with(socket: WebSocket, patience: Patience) -> Self {
        let now = Instant::now();
        Self { socket: Box::new(socket), patience, heard_at: now, ping_at: now + patience.ping }
    }

    fn dead_at(&self) -> Instant {
        self.heard_at + self.patience.dead
    }

    async fn ping(&mut self) -> Result<(), Gone> {
        // Before it is sent: whoever drops this half-way does not ask twice at once.
        self.ping_at = Instant::now() + self.patience.ping;
        self.put(Message::Ping(Bytes::new())).await
    }

    async fn put(&mut self, message: Message) -> Result<(), Gone> {
        // A frame that waits for a silent reader makes the silence no longer.
        let until = (Instant::now() + self.patience.slow).min(self.dead_at());
        match timeout_at(until, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Gone),
        }
    }
}

impl Wire for Socket {
    async fn send(&mut self, text: String) -> Result<(), Gone> {
        self.put(Message::text(text)).await
    }

    async fn send_made(&mut self, frame: Bytes) -> Result<(), Gone> {
        // What was made as text is text; a frame that is none ends the line as any other fault of the wire would.
        self.put(Message::Text(Utf8Bytes::try_from(frame).map_err(|_| Gone)?)).await
    }

    async fn hear(&mut self) -> Heard {
        loop {
            let dead = self.dead_at();
            tokio::select! {
                // In this order: what came in while a frame was sent counts, although its time is over by now.
                biased;
                message = self.socket.recv() => {
                    self.heard_at = Instant::now();
                    match message {
                        Some(Ok(Message::Text(text))) => return Heard::Text(text.as_str().to_owned()),
                        Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                        Some(Ok(Message::Binary(_) | Message::Close(_)) | Err(_)) | None => return Heard::Ended,
                    }
                }
                // One timer for both: a line has room for few.
                () = sleep_until(dead.min(self.ping_at)) => {
                    if dead <= Instant::now() || Box::pin(self.ping()).await.is_err() {
                        return Heard::Ended;
                    }
                }
            }
        }
    }

    async fn end(mut self, why: End) {
        let frame = CloseFrame { code: why.code(), reason: "".into() };
        // The other end may be gone already.
        let _ = self.put(Message::Close(Some(frame))).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::routing::any;
    use hyper::server::conn::http1;
    use hyper::service::service_fn;
    use hyper_util::rt::TokioIo;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio::sync::mpsc;
    use tokio::time::timeout;
    use tower::ServiceExt;

    const UPGRADE: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    const NEVER: Duration = Duration::from_secs(3600);
    /// Ends a test that fails.
    const DEADLINE: Duration = Duration::from_secs(20);

    /// A line in memory and the server's end of it. The line holds this many bytes.
    async fn line(holds: usize, patience: Patience) -> (DuplexStream, Socket) {
        let (hand_over, mut handed_over) = mpsc::channel(1);
        let upgrade = any(move |upgrade: WebSocketUpgrade| {
            let hand_over = hand_over.clone();
            async move {
                limited(upgrade).on_upgrade(async move |socket| {
                    let _ = hand_over.send(Socket::with(socket, patience)).await;
                })
            }
        });
        let router = Router::new().route("/", upgrade);
        let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| router.clone().oneshot(request));
        let (mut client, server) = duplex(holds);
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(server), service).with_upgrades());
        client.write_all(UPGRADE).await.expect("the line stands");
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            answer.push(client.read_u8().await.expect("an answer"));
        }
        assert!(answer.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&answer));
        (client, handed_over.recv().await.expect("the socket was handed over"))
    }

    /// A client's frame: masked with zeroes, which change nothing.
    fn frame(opcode: u8, text: &[u8]) -> Vec<u8> {
        let length = u8::try_from(text.len()).expect("a short frame");
        [&[0x80 | opcode, 0x80 | length, 0, 0, 0, 0][..], text].concat()
    }

    #[test]
    fn a_peer_that_stops_answering_is_noticed_within_30_seconds() {
        assert!(PATIENCE.dead <= Duration::from_secs(30));
        assert!(PATIENCE.ping * 2 <= PATIENCE.dead, "one lost ping is no death");
    }

    #[tokio::test]
    async fn silence_ends_a_line_at_its_time_and_not_at_the_next_ping() {
        let (_client, mut socket) = line(1 << 20, Patience { dead: Duration::from_millis(100), ping: NEVER, slow: NEVER }).await;
        let heard = timeout(DEADLINE, socket.hear()).await.expect("the silence is noticed");
        assert_eq!(heard, Heard::Ended);
        assert!(socket.heard_at.elapsed() >= socket.patience.dead);
    }

    #[tokio::test]
    async fn what_is_sent_to_a_dead_peer_makes_it_no_livelier() {
        let (mut client, mut socket) = line(1 << 20, Patience { dead: Duration::from_millis(200), ping: NEVER, slow: NEVER }).await;
        client.write_all(&frame(1, b"hello")).await.expect("the line stands");
        assert_eq!(socket.hear().await, Heard::Text("hello".to_owned()));
        let sends = async {
            // Listened to again and again, as the loops of a screen do.
            loop {
                match timeout(Duration::from_millis(20), socket.hear()).await {
                    Ok(heard) => break heard,
                    Err(_) => socket.send("news".to_owned()).await.expect("the line is not full"),
                }
            }
        };
        assert_eq!(timeout(DEADLINE, sends).await.expect("the silence is noticed"), Heard::Ended);
    }

    #[tokio::test]
    async fn a_peer_that_answers_pings_is_kept() {
        let patience = Patience { dead: Duration::from_secs(5), ping: Duration::from_millis(1), slow: NEVER };
        let (mut client, mut socket) = line(1 << 20, patience).await;
        let begun = socket.heard_at;
        let pings = async {
            for _ in 0..50 {
                let opcode = client.read_u8().await.expect("the line stands") & 0x0f;
                let length = client.read_u8().await.expect("the line stands");
                assert_eq!((opcode, length), (9, 0), "a ping without words");
                client.write_all(&frame(10, b"")).await.expect("the line stands");
            }
            client.write_all(&frame(1, b"still here")).await.expect("the line stands");
        };
        let (heard, ()) = timeout(DEADLINE, async { tokio::join!(socket.hear(), pings) }).await.expect("pings are sent");
        assert_eq!(heard, Heard::Text("still here".to_owned()));
        assert!(socket.heard_at > begun);
    }

    #[tokio::test]
    async fn a_reader_that_does_not_read_is_given_up_and_not_buffered() {
        let (_client, mut socket) = line(4 << 10, Patience { dead: NEVER, ping: NEVER, slow: Duration::from_millis(50) }).await;
        let mut taken = 0;
        while timeout(DEADLINE, socket.send("x".repeat(1000))).await.expect("a reader is not waited for").is_ok() {
            taken += 1;
            assert!(taken <= 8, "{taken} frames were kept for a line that holds four");
        }
    }

    #[tokio::test]
    async fn a_frame_that_waits_for_a_silent_peer_makes_its_silence_no_longer() {
        let (_client, mut socket) = line(4 << 10, Patience { dead: Duration::from_millis(100), ping: NEVER, slow: NEVER }).await;
        let sends = async { while socket.send("x".repeat(1000)).await.is_ok() {} };
        timeout(DEADLINE, sends).await.expect("the line ends with its silence");
    }
}
