//! A mailbox on an IMAP server, seen by its owner, who puts mail there.

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What the test server takes from everybody (scripts/dovecot.sh).
pub(super) const PASSWORD: &str = "test-secret";

pub(super) struct Owner(TcpStream);

impl Owner {
    pub(super) async fn sign_in(port: u16, user: &str) -> Result<Self> {
        let line = TcpStream::connect(("127.0.0.1", port)).await.context("no IMAP server")?;
        line.set_nodelay(true).context("cannot send at once")?;
        let mut owner = Self(line);
        owner.heard("* OK").await?;
        owner.ask(&format!("LOGIN {user} {PASSWORD}")).await?;
        Ok(owner)
    }

    pub(super) async fn ask(&mut self, command: &str) -> Result<String> {
        self.0.write_all(format!("a {command}\r\n").as_bytes()).await.context("the line broke")?;
        let said = self.heard("a ").await?;
        ensure!(said.lines().last().is_some_and(|line| line.starts_with("a OK")), "{command}: {said}");
        Ok(said)
    }

    /// Puts a mail there.
    pub(super) async fn receive(&mut self, folder: &str, mail: &str) -> Result<()> {
        self.0.write_all(format!("a APPEND {folder} {{{}}}\r\n", mail.len()).as_bytes()).await.context("the line broke")?;
        self.heard("+ ").await?;
        self.0.write_all(format!("{mail}\r\n").as_bytes()).await.context("the line broke")?;
        let said = self.heard("a ").await?;
        ensure!(said.contains("a OK"), "{said}");
        Ok(())
    }

    /// How many mails of a folder are so.
    pub(super) async fn count(&mut self, folder: &str, so: &str) -> Result<usize> {
        self.ask(&format!("SELECT {folder}")).await?;
        let said = self.ask(&format!("SEARCH {so}")).await?;
        Ok(said.lines().find(|line| line.starts_with("* SEARCH")).map_or(0, |line| line.split_whitespace().skip(2).count()))
    }

    /// What the server says, up to the line that begins so.
    async fn heard(&mut self, last: &str) -> Result<String> {
        let (mut said, mut piece) = (Vec::new(), [0; 8192]);
        loop {
            let length = self.0.read(&mut piece).await.context("the line broke")?;
            ensure!(length > 0, "the server ended the line");
            said.extend_from_slice(&piece[..length]);
            let text = String::from_utf8_lossy(&said);
            if text.ends_with("\r\n") && text.lines().last().is_some_and(|line| line.starts_with(last)) {
                return Ok(text.into_owned());
            }
        }
    }
}
