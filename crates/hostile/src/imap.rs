//! A mail server that answers as it likes, on a line of its own to this machine.

use candor_connect::channel::email::imap::{Login, Mailbox, Tls};
use candor_domain::channel::{Security, Server};
use socket2::SockRef;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

/// What a server says until we are in, where the input does not greet by itself. Our commands are numbered in order.
const WELCOME: &[u8] =
    b"* OK ready\r\n* CAPABILITY IMAP4rev1 UIDPLUS MOVE\r\nA0001 OK\r\nA0002 OK\r\n* CAPABILITY IMAP4rev1\r\nA0003 OK\r\n";
/// The most that is fetched.
const MOST: u64 = 64 << 10;

thread_local!(static DESK: (Runtime, TcpListener, Tls) = {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0))).expect("a port");
    (runtime, listener, Tls::public())
});

/// All that a server says, at once; then it goes away.
pub fn answers(said: &[u8]) {
    DESK.with(|(runtime, listener, tls)| runtime.block_on(meet(listener, tls, said)));
}

async fn meet(listener: &TcpListener, tls: &Tls, said: &[u8]) {
    let port = listener.local_addr().expect("an address").port();
    let server = Server { host: "127.0.0.1".to_owned(), port, security: Security::None, user: Some("desk".to_owned()) };
    let speaks = async {
        let (mut stream, _) = listener.accept().await.expect("a line");
        if !said.starts_with(b"* ") {
            stream.write_all(WELCOME).await.expect("a short answer");
        }
        // Whoever has heard enough may be gone.
        let _ = stream.write_all(said).await;
        let _ = stream.shutdown().await;
        stream
    };
    let login = Login::Password("hush".to_owned());
    let (line, _) = tokio::join!(speaks, visit(&server, &login, tls));
    // Nothing of it stays with the system: thousands of these follow each other.
    let _ = SockRef::from(&line).set_linger(Some(Duration::ZERO));
}

/// What the desk asks, to the first error.
async fn visit(server: &Server, login: &Login, tls: &Tls) -> Option<()> {
    let mut mailbox = Mailbox::open(server, login, tls).await.ok()?;
    mailbox.select("INBOX").await.ok()?;
    let listed = mailbox.list(1, 1000).await.ok()?;
    assert!(listed.is_sorted_by(|one, other| one.uid < other.uid), "{listed:?}");
    mailbox.head(7).await.ok()?;
    if let Some(raw) = mailbox.fetch(7, MOST).await.ok()? {
        assert!(raw.bytes().len() as u64 <= 2 * MOST, "{} bytes", raw.bytes().len());
    }
    mailbox.move_to(&[7, 8], "Done").await.ok()?;
    mailbox.mark_read(&[7]).await.ok()
}
