//! The way to an IMAP server, on which a line stands still at a step of the protocol, so that the desk can be killed just there.

use anyhow::{Context, Result};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

/// How far a command has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    /// The desk has said it, and the server does not hear it.
    Said,
    /// Half of the answer has reached the desk.
    Half,
    /// The server has done it, and the desk does not hear of it.
    Done,
    /// The desk has heard the answer and goes on with it.
    Heard,
}

/// Where a line stands still: at a command with one of these words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step(&'static [&'static str], Moment);

const CONNECT: &str = "CONNECT";
const SIGN_IN: &[&str] = &["AUTHENTICATE", "LOGIN"];
const LIST: &[&str] = &["RFC822.SIZE"];
const FETCH: &[&str] = &["BODY.PEEK[]"];
const TELL: &[&str] = &["UID STORE", "UID MOVE"];

impl Step {
    /// From connecting to waiting for more. A mail that was fetched is kept before its server is told: the desk dies between the two
    /// where it has heard a mail, or where the server does not hear what becomes of it.
    pub(super) const ALL: [Self; 15] = [
        Self(&[CONNECT], Moment::Said),
        Self(SIGN_IN, Moment::Said),
        Self(SIGN_IN, Moment::Done),
        Self(&["SELECT"], Moment::Said),
        Self(&["SELECT"], Moment::Done),
        Self(LIST, Moment::Said),
        Self(LIST, Moment::Done),
        Self(FETCH, Moment::Said),
        Self(FETCH, Moment::Half),
        Self(FETCH, Moment::Done),
        Self(FETCH, Moment::Heard),
        Self(TELL, Moment::Said),
        Self(TELL, Moment::Done),
        Self(TELL, Moment::Heard),
        Self(&["IDLE"], Moment::Said),
    ];
}

struct Armed {
    step: Step,
    reached: oneshot::Sender<()>,
    /// How long the desk goes on with what it has heard.
    goes_on: Duration,
}

#[derive(Clone)]
pub(super) struct Gate {
    port: u16,
    armed: Arc<Mutex<Option<Armed>>>,
}

impl Gate {
    /// Listens on a free port and passes everything to `target`.
    pub(super) async fn start(target: u16) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.context("no free port")?;
        let gate = Self { port: listener.local_addr().context("no address")?.port(), armed: Arc::default() };
        let own = gate.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let gate = own.clone();
                // A line that breaks is what this is for.
                tokio::spawn(async move { gate.pass(client, target).await });
            }
        });
        Ok(gate)
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// The next line that comes to this step stands still there. Says when one does; what it `goes_on` for counts where it has heard.
    pub(super) fn arm(&self, step: Step, goes_on: Duration) -> oneshot::Receiver<()> {
        let (reached, at) = oneshot::channel();
        *self.armed.lock().unwrap_or_else(PoisonError::into_inner) = Some(Armed { step, reached, goes_on });
        at
    }

    /// The step that is waited for, if this command is the one.
    fn take(&self, command: &str) -> Option<Armed> {
        let mut armed = self.armed.lock().unwrap_or_else(PoisonError::into_inner);
        armed.take_if(|armed| armed.step.0.iter().any(|word| command.contains(word)))
    }

    async fn pass(self, client: TcpStream, target: u16) -> std::io::Result<()> {
        client.set_nodelay(true)?;
        let (from_client, mut to_client) = client.into_split();
        let mut from_client = BufReader::new(from_client);
        if let Some(armed) = self.take(CONNECT) {
            return stand(from_client, armed).await;
        }
        let server = TcpStream::connect(("127.0.0.1", target)).await?;
        server.set_nodelay(true)?;
        let (mut from_server, mut to_server) = server.into_split();
        let (mut command, mut piece) = (Vec::new(), vec![0; 16 << 10]);
        loop {
            tokio::select! {
                read = from_client.read_until(b'\n', &mut command) => {
                    if read? == 0 {
                        return Ok(());
                    }
                    let words = String::from_utf8_lossy(&command).into_owned();
                    match self.take(&words) {
                        Some(armed) if armed.step.1 == Moment::Said => return stand(from_client, armed).await,
                        armed => {
                            to_server.write_all(&command).await?;
                            if let Some(armed) = armed {
                                let tag = words.split(' ').next().unwrap_or_default();
                                let line = Line { from_client: &mut from_client, to_client: &mut to_client, to_server: &mut to_server };
                                let held = line.answer(&mut from_server, tag, armed.step.1).await?;
                                if armed.step.1 == Moment::Heard {
                                    to_client.write_all(&held).await?;
                                    tokio::time::sleep(armed.goes_on).await;
                                }
                                return stand(from_client, armed).await;
                            }
                            command.clear();
                        }
                    }
                }
                read = from_server.read(&mut piece) => match read? {
                    0 => return Ok(()),
                    length => to_client.write_all(&piece[..length]).await?,
                },
            }
        }
    }
}

/// A line whose answer is watched.
struct Line<'a> {
    from_client: &'a mut BufReader<OwnedReadHalf>,
    to_client: &'a mut OwnedWriteHalf,
    to_server: &'a mut OwnedWriteHalf,
}

impl Line<'_> {
    /// The answer to the command with this tag, held back; or half of its first piece, passed on. What the server wants to know in
    /// between is asked.
    async fn answer(self, from_server: &mut OwnedReadHalf, tag: &str, moment: Moment) -> std::io::Result<Vec<u8>> {
        let (mut held, mut piece) = (Vec::new(), vec![0; 16 << 10]);
        let (last, more) = (format!("{tag} "), b"+ ");
        loop {
            let length = from_server.read(&mut piece).await?;
            if length == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            if moment == Moment::Half {
                self.to_client.write_all(&piece[..length / 2]).await?;
                return Ok(held);
            }
            if piece[..length].starts_with(more) {
                self.to_client.write_all(&piece[..length]).await?;
                let mut said = Vec::new();
                self.from_client.read_until(b'\n', &mut said).await?;
                self.to_server.write_all(&said).await?;
                continue;
            }
            held.extend_from_slice(&piece[..length]);
            let text = String::from_utf8_lossy(&held);
            if text.ends_with("\r\n") && text.lines().last().is_some_and(|line| line.starts_with(&last)) {
                return Ok(held);
            }
        }
    }
}

/// Says that the step is reached, and does nothing more until the desk is dead.
async fn stand(mut from_client: BufReader<OwnedReadHalf>, armed: Armed) -> std::io::Result<()> {
    let _ = armed.reached.send(());
    let mut unheard = [0; 1024];
    while from_client.read(&mut unheard).await? > 0 {}
    Ok(())
}
