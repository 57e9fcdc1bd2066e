//! Somebody who sends a file while the disk is full: it is put off, nothing of it stays, and with room again it is taken whole.

use crate::client::{Client, text};
use crate::desk::Desk;
use anyhow::{Context, Result, ensure};
use hyper::Method;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// More than the ballast leaves.
const SIZE: usize = 1 << 20;
/// How soon a file is taken after there is room again.
const WELL: Duration = Duration::from_secs(20);

pub(super) struct Uploads {
    visitor: Client,
    folder: PathBuf,
    document: Vec<u8>,
}

impl Uploads {
    pub(super) async fn begin(desk: &Desk, admin: &Client) -> Result<Self> {
        let (visitor, _) = desk.visitor(&desk.inbox(admin).await?).await?;
        let mut document = b"%PDF-1.7\n% a statement\n".to_vec();
        document.resize(SIZE, b'x');
        Ok(Self { visitor, folder: desk.files_folder(), document })
    }

    /// No room: it is said as "not now", and the bytes that came are gone.
    pub(super) async fn is_put_off(&self) -> Result<()> {
        let before = names(&self.folder)?;
        let (status, said) = self.send().await?;
        let problem: Value = serde_json::from_slice(&said).context("no problem document")?;
        ensure!(status == 503 && problem["code"] == "busy", "a file on a full disk was answered {status}: {problem}");
        let after = names(&self.folder)?;
        ensure!(before == after, "a file that was put off left something: {after:?} instead of {before:?}");
        Ok(())
    }

    /// There is room: it is taken, and comes back byte for byte.
    pub(super) async fn is_taken(&self) -> Result<()> {
        let begun = Instant::now();
        let said = loop {
            match self.send().await? {
                (201, said) => break said,
                (503, _) if begun.elapsed() < WELL => tokio::time::sleep(Duration::from_millis(100)).await,
                (status, said) => anyhow::bail!("a file was answered {status}: {}", String::from_utf8_lossy(&said)),
            }
        };
        let id = text(&serde_json::from_slice(&said).context("not JSON")?, "/id")?;
        let (status, whole) = self.visitor.raw(Method::GET, &format!("/visitor/v1/files/{id}"), "", &[], None).await?;
        ensure!(status == 200 && whole == self.document, "answered {status} with {} of {SIZE} bytes", whole.len());
        Ok(())
    }

    async fn send(&self) -> Result<(u16, Vec<u8>)> {
        self.visitor.raw(Method::POST, "/visitor/v1/files?name=statement.pdf", "application/pdf", &self.document, None).await
    }
}

/// Everything that lies in the folder of files.
fn names(folder: &Path) -> Result<Vec<PathBuf>> {
    let (mut found, mut open) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).context("no folder of files")? {
            let path = entry.context("cannot list the files")?.path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}
