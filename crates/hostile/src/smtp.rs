//! Another mail server, which says what it likes to a desk with one address.

use candor_app::channel::{self, New};
use candor_app::inbox;
use candor_domain::actor::Actor;
use candor_domain::channel::{ChannelKind, ChannelSettings};
use candor_domain::inbox::{Channel, WidgetPatch};
use candor_server::smtp::{self, Settings};
use candor_testkit::{TestApp, TestDb};
use socket2::SockRef;
use std::net::SocketAddr;
use std::sync::OnceLock;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};

/// One desk for all inputs, as a real one has for all its peers.
struct Desk {
    runtime: Runtime,
    address: SocketAddr,
    _app: TestApp,
}

static DESK: OnceLock<Desk> = OnceLock::new();

/// All that a peer says, at once; then it listens to the end.
pub fn session(said: &[u8]) {
    let desk = DESK.get_or_init(open);
    let heard = desk.runtime.block_on(meet(desk.address, said));
    let replies: Vec<&str> = heard.lines().collect();
    for reply in &replies {
        let code = reply.get(..3).and_then(|code| code.parse::<u16>().ok());
        assert!(code.is_some_and(|code| (200..=599).contains(&code)), "{reply:?}");
    }
    let count = |start: &str| replies.iter().filter(|reply| reply.starts_with(start)).count();
    assert!(count("250 2.0.0 kept") <= count("354"), "more mails than were begun: {heard}");
}

async fn meet(address: SocketAddr, said: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.expect("a line");
    let (mut from, mut to) = stream.split();
    let speaks = async {
        // A desk that broke the line off hears no more.
        let _ = to.write_all(said).await;
        let _ = to.shutdown().await;
    };
    let mut heard = Vec::new();
    let (_, _) = tokio::join!(speaks, from.read_to_end(&mut heard));
    // Nothing of it stays with the system: thousands of these follow each other.
    let _ = SockRef::from(&stream).set_linger(Some(Duration::ZERO));
    String::from_utf8_lossy(&heard).into_owned()
}

fn open() -> Desk {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let (app, address) = runtime.block_on(async {
        let app = TestApp::start(TestDb::sqlite()).await;
        let by = Actor::machine("test");
        let new = inbox::New { name: "Mail".to_owned(), channel: Channel::Email, team: None, widget: WidgetPatch::default(), hours: None };
        let inbox = inbox::create(&app.app, &by, new).await.expect("an inbox").id;
        let settings = ChannelSettings { addresses: vec!["support@desk.test".to_owned()], ..ChannelSettings::default() };
        let new = New { inbox, kind: ChannelKind::Listener, name: "MX".to_owned(), settings, secret: None };
        channel::create(&app.app, &by, new).await.expect("an address");
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let settings = Settings { name: "desk.test".to_owned(), lmtp: false, tls: None };
        tokio::spawn(smtp::run(listener, settings, app.app.clone(), app.state.draining.clone()));
        (app, address)
    });
    Desk { runtime, address, _app: app }
}
