//! The line to a peer: what came and was not read yet, what is said and not sent yet. Replies to commands that came together
//! leave together (RFC 2920).

use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

/// How long a peer may be silent (RFC 5321, 4.5.3.2.7).
pub(super) const SILENCE: Duration = Duration::from_secs(300);
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
}

impl Line {
    pub(super) fn plain(stream: TcpStream) -> Self {
        let _ = stream.set_nodelay(true);
        Self::over(Box::new(stream))
    }

    fn over(stream: Box<dyn Stream>) -> Self {
        Self { stream, came: Vec::new(), read: 0, said: Vec::new() }
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
        let read = timeout(SILENCE, self.stream.read_buf(&mut self.came)).await.map_err(|_| io::ErrorKind::TimedOut)??;
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
