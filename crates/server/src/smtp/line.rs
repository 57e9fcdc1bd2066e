//! The line to a peer: what came and was not read yet, what is said and not sent yet. Replies to commands that came together
//! leave together (RFC 2920).

use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsAcceptor;

/// How long a peer may be silent, and how long a command may take, however it drips in (RFC 5321, 4.5.3.2.7).
pub(super) const SILENCE: Duration = Duration::from_secs(300);
/// How long a mail may take: the largest on a line of 100 kbit/s.
pub(super) const WHOLE: Duration = Duration::from_secs(3600);
/// A handshake takes a few round trips.
const HANDSHAKE: Duration = Duration::from_secs(30);
/// How much is read at once.
const PIECE: usize = 32 << 10;

pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

pub(super) struct Line {
    stream: Box<dyn Stream>,
    came: Vec<u8>,
    read: usize,
    said: Vec<u8>,
    /// When what has begun must have come.
    until: Instant,
}

impl Line {
    pub(super) fn plain(stream: TcpStream) -> Self {
        let _ = stream.set_nodelay(true);
        Self::over(Box::new(stream))
    }

    fn over(stream: Box<dyn Stream>) -> Self {
        Self { stream, came: Vec::new(), read: 0, said: Vec::new(), until: Instant::now() + SILENCE }
    }

    /// The same line, encrypted. What the peer sent in the clear after its STARTTLS was put there by somebody else and breaks the
    /// line off (CVE-2011-0411).
    pub(super) async fn encrypt(mut self, tls: &TlsAcceptor) -> io::Result<Self> {
        if !self.waiting().is_empty() {
            return Err(io::Error::other("words in the clear after STARTTLS"));
        }
        self.flush().await?;
        let secure = timeout(HANDSHAKE, tls.accept(self.stream)).await.map_err(|_| io::ErrorKind::TimedOut)??;
        Ok(Self::over(Box::new(secure)))
    }

    /// Something begins that must have come in this time: who sends a byte now and then holds no line for ever.
    pub(super) fn begin(&mut self, within: Duration) {
        self.until = Instant::now() + within;
    }

    /// What came and was not read yet.
    pub(super) fn waiting(&self) -> &[u8] {
        self.came.get(self.read..).unwrap_or(&[])
    }

    /// So much of it is read.
    pub(super) fn took(&mut self, bytes: usize) {
        self.read += bytes;
    }

    /// Sends what is said and waits for more. False: the peer is gone.
    pub(super) async fn more(&mut self) -> io::Result<bool> {
        self.flush().await?;
        self.came.drain(..self.read.min(self.came.len()));
        self.read = 0;
        self.came.reserve(PIECE);
        let now = Instant::now();
        if now >= self.until {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let until = self.until.min(now + SILENCE);
        let read = timeout_at(until, self.stream.read_buf(&mut self.came)).await.map_err(|_| io::ErrorKind::TimedOut)??;
        Ok(read > 0)
    }

    /// A reply; it leaves with the next [`Self::more`] or [`Self::flush`].
    pub(super) async fn say(&mut self, reply: &str) -> io::Result<()> {
        self.said.extend_from_slice(reply.as_bytes());
        self.said.extend_from_slice(b"\r\n");
        if self.said.len() > PIECE { self.flush().await } else { Ok(()) }
    }

    pub(super) async fn flush(&mut self) -> io::Result<()> {
        if self.said.is_empty() {
            return Ok(());
        }
        let sent = async {
            self.stream.write_all(&self.said).await?;
            self.stream.flush().await
        };
        timeout(SILENCE, sent).await.map_err(|_| io::ErrorKind::TimedOut)??;
        self.said.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_drips_holds_the_line_no_longer_than_it_was_given() {
        let (here, mut there) = tokio::io::duplex(1);
        let mut line = Line::over(Box::new(here));
        // Something comes all the time, and never an end.
        tokio::spawn(async move { while there.write_all(b"x").await.is_ok() {} });
        line.begin(Duration::from_millis(20));
        let begun = Instant::now();
        let ended = loop {
            if let Err(error) = line.more().await {
                break error;
            }
        };
        assert_eq!(ended.kind(), io::ErrorKind::TimedOut);
        assert!(begun.elapsed() >= Duration::from_millis(20) && !line.waiting().is_empty());
        line.begin(SILENCE);
        assert!(line.more().await.unwrap(), "what begins next has its own time");
    }
}
