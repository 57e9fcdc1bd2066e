//! What a line can do, whichever way it is carried.

use bytes::Bytes;
use serde::Serialize;
use utoipa::ToSchema;

/// The line ended; nothing more can be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gone;

/// What came from the other end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    Text(String),
    /// The other end went away, was silent for too long, or sent what no client of ours sends.
    Ended,
}

/// Why the server ends a line. The codes are part of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LineEnd)]
pub(super) enum End {
    /// The session ended or its rights did.
    SignedOut,
    /// The customer, or where they come from, is blocked.
    Blocked,
    /// The client did not keep up.
    TooSlow,
    /// A frame that cannot be understood.
    BadFrame,
    /// The server goes down; come back.
    Restart,
}

impl End {
    pub(super) fn code(self) -> u16 {
        match self {
            Self::SignedOut => 4401,
            Self::Blocked => 4403,
            Self::TooSlow => 4408,
            Self::BadFrame => 4400,
            Self::Restart => 1012,
        }
    }
}

/// What a streamed answer ends with, where no close code can be sent.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum LastFrame {
    Closed { code: End },
}

/// The two ways to carry a line: a WebSocket, or a streamed answer where sockets are blocked.
pub(super) trait Wire: Send {
    /// Sends one frame; waits a little for a slow reader, then gives up on it.
    fn send(&mut self, text: String) -> impl Future<Output = Result<(), Gone>> + Send;
    /// The next thing from the other end. Safe to drop and call again.
    fn hear(&mut self) -> impl Future<Output = Heard> + Send;
    /// Says why and ends the line.
    fn end(self, why: End) -> impl Future<Output = ()> + Send;

    /// Sends a frame that was made for many lines.
    fn send_made(&mut self, frame: Bytes) -> impl Future<Output = Result<(), Gone>> + Send;

    fn send_frame(&mut self, frame: &impl Serialize) -> impl Future<Output = Result<(), Gone>> + Send {
        self.send(written(frame))
    }
}

/// A frame as it is sent.
pub(super) fn written(frame: &impl Serialize) -> String {
    serde_json::to_string(frame).expect("frames hold text, numbers and ids")
}
