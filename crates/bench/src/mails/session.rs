//! One line to the desk's SMTP listener, spoken step by step.

use anyhow::{Context, Result, bail};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// A reply that takes longer is as good as lost: the server may have been killed.
const PATIENCE: Duration = Duration::from_secs(5);

/// How far a handing over has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    Greeted,
    Hello,
    Sender,
    Recipient,
    Data,
    /// Half of the mail is sent.
    Half,
    /// All of it is sent, with its last dot; nobody has waited for the answer.
    Sent,
    /// The desk said 250.
    Kept,
}

impl Step {
    pub(crate) const ALL: [Self; 8] =
        [Self::Greeted, Self::Hello, Self::Sender, Self::Recipient, Self::Data, Self::Half, Self::Sent, Self::Kept];
}

pub(crate) struct Session(BufReader<TcpStream>);

impl Session {
    pub(crate) async fn open(port: u16) -> Result<Self> {
        let line = TcpStream::connect(("127.0.0.1", port)).await.context("nobody listens")?;
        line.set_nodelay(true).context("cannot send at once")?;
        Ok(Self(BufReader::new(line)))
    }

    /// Hands a mail over as far as `upto`.
    pub(crate) async fn hand_over(&mut self, mail: &str, upto: Step) -> Result<()> {
        for step in Step::ALL.into_iter().filter(|step| *step <= upto) {
            match step {
                Step::Greeted => self.heard("220").await?,
                Step::Hello => self.ask("EHLO bench.test", "250").await?,
                Step::Sender => self.ask("MAIL FROM:<ann@example.net>", "250").await?,
                Step::Recipient => self.ask("RCPT TO:<support@desk.test>", "250").await?,
                Step::Data => self.ask("DATA", "354").await?,
                Step::Half => self.say(&mail[..mail.floor_char_boundary(mail.len() / 2)]).await?,
                Step::Sent => self.say(&format!("{}\r\n.\r\n", &mail[mail.floor_char_boundary(mail.len() / 2)..])).await?,
                Step::Kept => self.heard("250").await?,
            }
        }
        Ok(())
    }

    /// Says who we are, so that mails can follow.
    pub(crate) async fn begin(&mut self) -> Result<()> {
        self.heard("220").await?;
        self.ask("EHLO bench.test", "250").await
    }

    /// One more mail on the same line.
    pub(crate) async fn again(&mut self, mail: &str) -> Result<()> {
        self.ask("MAIL FROM:<ann@example.net>", "250").await?;
        self.ask("RCPT TO:<support@desk.test>", "250").await?;
        self.ask("DATA", "354").await?;
        self.ask(&format!("{mail}\r\n."), "250").await
    }

    async fn ask(&mut self, command: &str, expected: &str) -> Result<()> {
        self.say(&format!("{command}\r\n")).await?;
        self.heard(expected).await
    }

    async fn say(&mut self, words: &str) -> Result<()> {
        self.0.write_all(words.as_bytes()).await.context("the line broke")
    }

    /// A whole reply, of several lines where it says so.
    async fn heard(&mut self, expected: &str) -> Result<()> {
        let mut line = String::new();
        loop {
            line.clear();
            let read = timeout(PATIENCE, self.0.read_line(&mut line)).await.context("no reply in time")?.context("the line broke")?;
            if read == 0 {
                bail!("the line ended");
            }
            if !line.starts_with(expected) {
                bail!("{expected} was expected: {}", line.trim_end());
            }
            if line.as_bytes().get(3) != Some(&b'-') {
                return Ok(());
            }
        }
    }
}
