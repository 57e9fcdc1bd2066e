//! Another mail server, and the desk's listener it speaks to.

use candor_server::smtp::{self, Settings};
use candor_testkit::TestApp;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub(crate) async fn listen(app: &TestApp, lmtp: bool) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let settings = Settings { name: "desk.test".to_owned(), lmtp, tls: None };
    tokio::spawn(smtp::run(listener, settings, app.app.clone(), app.state.draining.clone()));
    address
}

/// A mail server that hands over.
pub(crate) struct Peer(pub(crate) TcpStream);

impl Peer {
    /// A line on which nothing was heard yet.
    pub(crate) async fn opened(address: SocketAddr) -> Self {
        Self(TcpStream::connect(address).await.unwrap())
    }

    /// A line on which nothing but the greeting was said.
    pub(crate) async fn connected(address: SocketAddr) -> Self {
        let mut peer = Self::opened(address).await;
        assert!(peer.heard().await.starts_with("220 desk.test"));
        peer
    }

    pub(crate) async fn greeted(address: SocketAddr) -> Self {
        let mut peer = Self::connected(address).await;
        peer.ask("EHLO mx.example.net", "250").await;
        peer
    }

    /// What the desk says next, up to the end of a reply.
    pub(crate) async fn heard(&mut self) -> String {
        let mut said = String::new();
        loop {
            let mut byte = [0];
            if self.0.read(&mut byte).await.unwrap() == 0 {
                return said;
            }
            said.push(char::from(byte[0]));
            let last = said.lines().last().unwrap_or_default();
            if said.ends_with("\r\n") && last.as_bytes().get(3) == Some(&b' ') {
                return said;
            }
        }
    }

    pub(crate) async fn say(&mut self, words: impl AsRef<[u8]>) {
        self.0.write_all(words.as_ref()).await.unwrap();
    }

    pub(crate) async fn ask(&mut self, command: &str, expected: &str) -> String {
        self.say(format!("{command}\r\n")).await;
        let said = self.heard().await;
        assert!(said.starts_with(expected), "{command}: {said}");
        said
    }

    pub(crate) async fn hand_over(&mut self, mail: &str, expected: &str) -> String {
        self.ask("MAIL FROM:<ann@example.net> BODY=8BITMIME", "250").await;
        self.ask("RCPT TO:<support@desk.test>", "250").await;
        self.ask("DATA", "354").await;
        self.ask(&format!("{}\r\n.", mail.strip_suffix("\r\n").unwrap_or(mail)), expected).await
    }
}
