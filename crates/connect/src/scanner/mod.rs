//! A scanner for malware: ClamAV's `clamd`, asked in its own protocol over a socket of this machine or of the private network.
//!
//! A file goes there in pieces as it is opened, in the clear: the line has no cipher, so a public address is refused.

mod answer;
mod line;
mod place;
#[cfg(test)]
mod tests;

pub use place::NoPlace;

use answer::read;
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use line::Line;
use place::Place;
use std::io;
use std::pin::pin;
use std::time::Duration;

/// How long it may take to answer the door, to take a piece,
const PATIENCE: Duration = Duration::from_secs(10);
/// and to have looked at a whole file. `clamd` gives up by itself after two minutes (`MaxScanTime`).
const LOOKING: Duration = Duration::from_secs(180);

/// Where a scanner is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scanner(Place);

/// What it said of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Clean,
    /// With its name for what it found.
    Infected(String),
    /// More than it is set up to look at (`StreamMaxLength`, `MaxScanSize`).
    TooLarge,
}

#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    #[error("the scanner does not answer: {0}")]
    Line(io::Error),
    #[error("the scanner takes too long")]
    Late,
    /// What it said instead of a verdict.
    #[error("the scanner says: {0}")]
    Said(String),
    /// The bytes of the file could not be had.
    #[error("the file cannot be read: {0}")]
    File(io::Error),
}

impl Scanner {
    /// `unix:/run/clamav/clamd.ctl` or `tcp:127.0.0.1:3310`.
    pub fn parse(text: &str) -> Result<Self, NoPlace> {
        place::parse(text).map(Self)
    }

    /// What it is and which signatures it has, in its own words.
    pub async fn version(&self) -> Result<String, ScanError> {
        let mut line = self.reach().await?;
        line.write(b"zVERSION\0", PATIENCE).await?;
        line.answer(PATIENCE).await
    }

    /// Looks at a file.
    pub async fn scan(&self, file: impl Stream<Item = io::Result<Bytes>>) -> Result<Verdict, ScanError> {
        let mut line = self.reach().await?;
        match send(&mut line, file).await {
            // It says why before it hangs up on what is too large for it.
            Err(ScanError::Line(error)) => match line.answer(PATIENCE).await {
                Ok(answer) if !answer.is_empty() => read(&answer),
                _ => Err(ScanError::Line(error)),
            },
            Err(error) => Err(error),
            Ok(()) => read(&line.answer(LOOKING).await?),
        }
    }

    async fn reach(&self) -> Result<Line, ScanError> {
        Line::open(&self.0, PATIENCE).await
    }
}

/// Pieces with their lengths before them; a piece without bytes is the end.
async fn send(line: &mut Line, file: impl Stream<Item = io::Result<Bytes>>) -> Result<(), ScanError> {
    line.write(b"zINSTREAM\0", PATIENCE).await?;
    let mut file = pin!(file);
    while let Some(piece) = file.next().await {
        let piece = piece.map_err(ScanError::File)?;
        if piece.is_empty() {
            continue;
        }
        let length = u32::try_from(piece.len()).map_err(|_| ScanError::File(io::ErrorKind::FileTooLarge.into()))?;
        line.write(&length.to_be_bytes(), PATIENCE).await?;
        line.write(&piece, PATIENCE).await?;
    }
    line.write(&[0; 4], PATIENCE).await
}

impl std::fmt::Display for Scanner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
