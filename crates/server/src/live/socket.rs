//! A line over a WebSocket: pings every 15 s, and a line that is silent for 30 s is dead.

use super::wire::{End, Gone, Heard, Wire};
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use std::time::Duration;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, timeout};

const PING: Duration = Duration::from_secs(15);
const DEAD: Duration = Duration::from_secs(30);
/// How long a reader may take for one frame.
const SLOW: Duration = Duration::from_secs(10);
/// The largest frame a client sends.
const LARGEST: usize = 64 << 10;

/// Sets the limits of every socket of ours.
pub(super) fn limited(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    upgrade.max_message_size(LARGEST).max_frame_size(LARGEST).write_buffer_size(0).max_write_buffer_size(4 << 20)
}

pub(super) struct Socket {
    socket: WebSocket,
    heard_at: Instant,
    ping: Interval,
}

impl Socket {
    pub(super) fn new(socket: WebSocket) -> Self {
        let mut ping = interval_at(Instant::now() + PING, PING);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { socket, heard_at: Instant::now(), ping }
    }

    async fn put(&mut self, message: Message) -> Result<(), Gone> {
        match timeout(SLOW, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Gone),
        }
    }
}

impl Wire for Socket {
    async fn send(&mut self, text: String) -> Result<(), Gone> {
        self.put(Message::text(text)).await
    }

    async fn hear(&mut self) -> Heard {
        loop {
            tokio::select! {
                message = self.socket.recv() => {
                    self.heard_at = Instant::now();
                    match message {
                        Some(Ok(Message::Text(text))) => return Heard::Text(text.as_str().to_owned()),
                        Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                        Some(Ok(Message::Binary(_) | Message::Close(_)) | Err(_)) | None => return Heard::Ended,
                    }
                }
                _ = self.ping.tick() => {
                    if self.heard_at.elapsed() >= DEAD || self.put(Message::Ping(bytes::Bytes::new())).await.is_err() {
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
