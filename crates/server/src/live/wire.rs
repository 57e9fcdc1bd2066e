//! What a line can do, whichever way it is carried.

use serde::Serialize;

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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The session ended or its rights did.
    SignedOut,
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
            Self::TooSlow => 4408,
            Self::BadFrame => 4400,
            Self::Restart => 1012,
        }
    }

    /// The same where no close code can be sent.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::TooSlow => "too_slow",
            Self::BadFrame => "bad_frame",
            Self::Restart => "restart",
        }
    }
}

/// The two ways to carry a line: a WebSocket, or a streamed answer where sockets are blocked.
pub(super) trait Wire: Send {
    /// Sends one frame; waits a little for a slow reader, then gives up on it.
    fn send(&mut self, text: String) -> impl Future<Output = Result<(), Gone>> + Send;
    /// The next thing from the other end. Safe to drop and call again.
    fn hear(&mut self) -> impl Future<Output = Heard> + Send;
    /// Says why and ends the line.
    fn end(self, why: End) -> impl Future<Output = ()> + Send;

    fn send_frame(&mut self, frame: &impl Serialize) -> impl Future<Output = Result<(), Gone>> + Send {
        let text = serde_json::to_string(frame).expect("frames hold text, numbers and ids");
        self.send(text)
    }
}
