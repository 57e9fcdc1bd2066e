//! A client that keeps a conversation's list by the live line alone, as a widget does: it resumes after its last number,
//! notices silence, and begins again for as long as it takes.

use crate::client::Client;
use crate::ledger::{self, Line};
use anyhow::{Context, Result, bail, ensure};
use futures_util::{SinkExt, StreamExt};
use http_body_util::BodyExt;
use hyper::Method;
use hyper::body::Incoming;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// A socket asks for a sign of life this often ...
const PING: Duration = Duration::from_millis(500);
/// ... and is given up after this long without one.
const SILENCE: Duration = Duration::from_millis(1_500);
/// A stream cannot ask; the server speaks every 15 s.
const STREAM_SILENCE: Duration = Duration::from_secs(20);
const BREATHER: Duration = Duration::from_millis(30);

pub(crate) struct Watcher {
    /// Through the bad network; with the visitor's token.
    pub(crate) client: Client,
    pub(crate) port: u16,
    pub(crate) token: String,
    pub(crate) conversation: String,
    pub(crate) is_stream: bool,
    pub(crate) lines: Vec<Line>,
    pub(crate) count: Count,
}

/// What a watcher went through.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Count {
    pub(crate) lines_opened: usize,
    pub(crate) reloads: usize,
    /// Numbers that came again on one line, or with a hole before them: the server may do neither.
    pub(crate) wrong_numbers: usize,
}

enum Wire {
    Socket(Box<WebSocketStream<MaybeTlsStream<TcpStream>>>),
    Stream(Incoming, Vec<u8>),
}

impl Watcher {
    /// Follows until it has `whole` messages and events; `None` until that is known.
    pub(crate) async fn follow(mut self, whole: watch::Receiver<Option<i64>>) -> Self {
        while !self.has(&whole) {
            // Cut, frozen, refused: the next line goes on where this one ended.
            let _ = self.one_line(&whole).await;
            tokio::time::sleep(BREATHER).await;
        }
        self
    }

    fn last(&self) -> i64 {
        self.lines.last().map_or(0, |line| line.seq)
    }

    fn has(&self, whole: &watch::Receiver<Option<i64>>) -> bool {
        whole.borrow().is_some_and(|end| self.last() >= end)
    }

    async fn one_line(&mut self, whole: &watch::Receiver<Option<i64>>) -> Result<()> {
        let mut wire = timeout(SILENCE, self.open()).await.context("the line does not open")??;
        self.count.lines_opened += 1;
        let mut heard = Instant::now();
        while !self.has(whole) {
            let patience = if self.is_stream { STREAM_SILENCE } else { SILENCE };
            ensure!(heard.elapsed() < patience, "silence");
            match timeout_at(Instant::now() + PING, wire.next()).await {
                Ok(frames) => {
                    heard = Instant::now();
                    for frame in frames? {
                        self.take(&frame).await?;
                    }
                }
                Err(_) => wire.ping().await?,
            }
        }
        Ok(())
    }

    async fn open(&self) -> Result<Wire> {
        let watch = json!([{ "conversation": self.conversation, "after": self.last() }]);
        if self.is_stream {
            let body = json!({ "auth": self.token, "watch": watch });
            let response = self.client.open(Method::POST, "/visitor/v1/stream", Some(&body)).await?;
            ensure!(response.status() == 200, "the stream was refused: {}", response.status());
            return Ok(Wire::Stream(response.into_body(), Vec::new()));
        }
        let (mut socket, _) = connect_async(format!("ws://127.0.0.1:{}/visitor/v1/stream", self.port)).await?;
        let auth = json!({ "type": "auth", "token": self.token, "watch": watch });
        socket.send(Message::text(auth.to_string())).await?;
        Ok(Wire::Socket(Box::new(socket)))
    }

    async fn take(&mut self, frame: &Value) -> Result<()> {
        match frame["type"].as_str() {
            Some("events") => {
                for event in frame["events"].as_array().context("events without a list")? {
                    let line = Line::read(event)?;
                    if line.seq == self.last() + 1 {
                        self.lines.push(line);
                    } else {
                        self.count.wrong_numbers += 1;
                    }
                }
            }
            Some("reload") => {
                self.count.reloads += 1;
                let path = format!("/visitor/v1/conversations/{}/events", self.conversation);
                let read = ledger::read(&self.client, &path, self.last()).await?;
                self.lines.extend(read);
                bail!("begin again after the last number");
            }
            _ => {}
        }
        Ok(())
    }
}

impl Wire {
    /// The next frames; none is a sign of life without one.
    async fn next(&mut self) -> Result<Vec<Value>> {
        match self {
            Self::Socket(socket) => match socket.next().await.context("the socket ended")?? {
                Message::Text(text) => Ok(vec![serde_json::from_str(&text)?]),
                Message::Close(frame) => bail!("closed: {frame:?}"),
                _ => Ok(Vec::new()),
            },
            Self::Stream(body, rest) => {
                let chunk = body.frame().await.context("the stream ended")??;
                rest.extend_from_slice(chunk.data_ref().map_or(&[][..], |data| data));
                let mut frames = Vec::new();
                while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
                    let line: Vec<u8> = rest.drain(..=end).collect();
                    if let Some(data) = line.strip_prefix(b"data:") {
                        frames.push(serde_json::from_slice(data.trim_ascii())?);
                    }
                }
                Ok(frames)
            }
        }
    }

    async fn ping(&mut self) -> Result<()> {
        if let Self::Socket(socket) = self {
            socket.send(Message::text(r#"{"type":"ping"}"#)).await?;
        }
        Ok(())
    }
}
