//! Sockets by the hundred and by the thousand: opened from several addresses, each read by its own task until it is dropped.

use anyhow::{Context, Result, ensure};
use futures_util::{SinkExt, StreamExt};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{WebSocketStream, client_async};

pub(crate) type Socket = WebSocketStream<TcpStream>;

const PATIENCE: Duration = Duration::from_secs(30);
/// Sockets that one address of ours opens, far below the number of its ports.
const PER_ADDRESS: usize = 10_000;

/// Where a socket goes and who it is.
#[derive(Clone, Debug)]
pub(crate) struct Door<'a> {
    pub(crate) port: u16,
    pub(crate) path: &'a str,
    /// Headers of a signed-in browser.
    pub(crate) headers: &'a [(&'static str, String)],
    /// What is said first.
    pub(crate) first: Option<String>,
    /// What stands in the frame that says that the line is ready.
    pub(crate) ready: &'a str,
}

/// Opens the `number`th socket and waits until it is ready.
pub(crate) async fn open(door: &Door<'_>, number: usize) -> Result<Socket> {
    timeout(PATIENCE, opened(door, number)).await.context("a socket does not open")?
}

async fn opened(door: &Door<'_>, number: usize) -> Result<Socket> {
    let own = u8::try_from(number / PER_ADDRESS + 1).context("too many sockets")?;
    let line = TcpSocket::new_v4().context("no socket left")?;
    line.bind(SocketAddr::from((Ipv4Addr::new(127, 0, 0, own), 0))).context("no port left")?;
    let line = line.connect(SocketAddr::from((Ipv4Addr::LOCALHOST, door.port))).await.context("nobody listens")?;
    line.set_nodelay(true).context("cannot set the line up")?;
    let mut request = format!("ws://127.0.0.1:{}{}", door.port, door.path).into_client_request()?;
    for (name, value) in door.headers {
        request.headers_mut().insert(*name, value.parse().context("not a header value")?);
    }
    let (mut socket, _) = client_async(request, line).await.context("the upgrade was refused")?;
    if let Some(first) = &door.first {
        socket.send(Message::text(first.as_str())).await?;
    }
    until(&mut socket, door.ready).await?;
    Ok(socket)
}

/// Reads until a frame holds this text; the frame.
pub(crate) async fn until(socket: &mut Socket, mark: &str) -> Result<String> {
    loop {
        match socket.next().await.context("the socket ended")?? {
            Message::Text(text) if text.contains(mark) => return Ok(text.as_str().to_owned()),
            Message::Close(frame) => anyhow::bail!("closed: {frame:?}"),
            _ => {}
        }
    }
}

/// Opens `count` sockets, some at a time; `door` makes the door of each.
pub(crate) async fn many<'a>(count: usize, door: impl Fn(usize) -> Door<'a>) -> Result<Vec<Socket>> {
    const AT_ONCE: usize = 50;
    let opening = futures_util::stream::iter((0..count).map(|number| {
        let door = door(number);
        async move { open(&door, number).await }
    }));
    let opened: Vec<Result<Socket>> = opening.buffered(AT_ONCE).collect().await;
    let sockets: Vec<Socket> = opened.into_iter().collect::<Result<_>>()?;
    ensure!(sockets.len() == count, "not all sockets opened");
    Ok(sockets)
}
