//! One connection that speaks plain HTTP/1.1 by hand: requests are made in advance and several may be under way, so that the
//! load costs as little as possible on the machine it shares with what it measures.

use anyhow::{Context, Result, bail, ensure};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// No answer of ours takes longer, busy or not.
const PATIENCE: Duration = Duration::from_secs(30);
const BUFFER: usize = 64 << 10;

pub(crate) struct Line {
    stream: TcpStream,
    /// What was read and not used yet.
    rest: Vec<u8>,
}

/// The bytes of one request. `headers` are whole lines with their ends.
pub(crate) fn request(method: &str, path: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    let kind = if body.is_empty() { "" } else { "content-type: application/json\r\n" };
    format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n{headers}{kind}content-length: {length}\r\n\r\n{body}").into_bytes()
}

impl Line {
    pub(crate) async fn open(port: u16) -> Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await.context("nobody listens")?;
        stream.set_nodelay(true).context("cannot set the line up")?;
        Ok(Self { stream, rest: Vec::with_capacity(BUFFER) })
    }

    pub(crate) async fn send(&mut self, requests: &[u8]) -> Result<()> {
        self.stream.write_all(requests).await.context("the line broke")
    }

    /// The next answer's body; an answer that is no success is an error.
    pub(crate) async fn answer(&mut self) -> Result<Vec<u8>> {
        timeout(PATIENCE, self.read()).await.context("no answer in time")?
    }

    /// One request and its answer.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Result<Vec<u8>> {
        self.send(request).await?;
        self.answer().await
    }

    async fn read(&mut self) -> Result<Vec<u8>> {
        let head = loop {
            if let Some(end) = self.rest.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            self.more().await?;
        };
        let text = std::str::from_utf8(&self.rest[..head]).context("a head that is no text")?.to_ascii_lowercase();
        let told = text.lines().find_map(|line| line.strip_prefix("content-length:")).and_then(|length| length.trim().parse().ok());
        // 204 has no body and so tells no length.
        let length = told.or_else(|| text.starts_with("http/1.1 204").then_some(0));
        let length: usize = length.with_context(|| format!("an answer without its length: {text}"))?;
        while self.rest.len() < head + length {
            self.more().await?;
        }
        let body = self.rest[head..head + length].to_vec();
        self.rest.drain(..head + length);
        ensure!(text.starts_with("http/1.1 "), "not HTTP/1.1");
        if !text[9..].starts_with('2') {
            bail!("answered {}: {}", &text[9..12], String::from_utf8_lossy(&body));
        }
        Ok(body)
    }

    async fn more(&mut self) -> Result<()> {
        let read = self.stream.read_buf(&mut self.rest).await.context("the line broke")?;
        ensure!(read > 0, "the line was closed");
        Ok(())
    }
}
