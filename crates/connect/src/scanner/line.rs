//! One connection to a scanner. Whatever it does or leaves undone ends within the patience given.

use super::ScanError;
use super::place::Place;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

/// The longest answer that is read: a verdict is a line.
const LONGEST: u64 = 4096;

trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

pub(super) struct Line(Box<dyn Wire>);

impl Line {
    pub(super) async fn open(place: &Place, patience: Duration) -> Result<Self, ScanError> {
        let open = async {
            Ok::<Box<dyn Wire>, io::Error>(match place {
                Place::Unix(path) => Box::new(UnixStream::connect(path).await?),
                Place::Tcp(address) => Box::new(TcpStream::connect(address).await?),
            })
        };
        in_time(patience, open).await.map(Self)
    }

    pub(super) async fn write(&mut self, bytes: &[u8], patience: Duration) -> Result<(), ScanError> {
        in_time(patience, self.0.write_all(bytes)).await
    }

    /// What it says up to the zero that ends it, or until it hangs up.
    pub(super) async fn answer(&mut self, patience: Duration) -> Result<String, ScanError> {
        let mut said = Vec::new();
        let mut wire = (&mut self.0).take(LONGEST);
        let read = async {
            let mut part = [0; 512];
            while !said.contains(&0) {
                match wire.read(&mut part).await? {
                    0 => break,
                    count => said.extend(&part[..count]),
                }
            }
            Ok(())
        };
        in_time(patience, read).await?;
        let end = said.iter().position(|byte| *byte == 0).unwrap_or(said.len());
        Ok(String::from_utf8_lossy(&said[..end]).trim().to_owned())
    }
}

async fn in_time<T>(patience: Duration, work: impl Future<Output = io::Result<T>>) -> Result<T, ScanError> {
    timeout(patience, work).await.map_err(|_| ScanError::Late)?.map_err(ScanError::Line)
}
