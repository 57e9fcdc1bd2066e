//! Mail under kills: servers hand mails over, again and again until they hear 250, while the desk is killed with -9 at every step of
//! the protocol. In the end each mail must be exactly one conversation with one message. With an IMAP server the desk fetches mail from
//! there as well.

mod fetched;
mod gate;
mod owner;
mod session;

use crate::client::{Client, text};
use crate::desk::{Desk, DeskArgs};
use crate::report;
use anyhow::{Context, Result};
use clap::Args;
use serde_json::json;
use session::{Session, Step};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::net::UdpSocket;

pub(crate) use session::Session as Line;

/// How long a server waits before it hands a mail over again.
const REST: Duration = Duration::from_millis(20);
/// How long the desk may take to read what it kept.
const PATIENCE: Duration = Duration::from_secs(120);

#[derive(Debug, Args)]
pub(crate) struct MailsArgs {
    #[command(flatten)]
    desk: DeskArgs,
    /// Mails of the servers that know of no kill.
    #[arg(long, default_value_t = 200)]
    mails: usize,
    /// Kills; one after the other at each step of the protocol.
    #[arg(long, default_value_t = 8)]
    kills: usize,
    /// Servers that hand over at the same time.
    #[arg(long, default_value_t = 4)]
    servers: usize,
    /// An IMAP server of `scripts/dovecot.sh`: then mail is fetched from there, too.
    #[arg(long, value_name = "PORT,TLSPORT,DIR")]
    imap: Option<String>,
    /// Mails that lie in its mailboxes.
    #[arg(long, default_value_t = 60)]
    fetched: usize,
    /// Kills while mail is fetched; one after the other at each step, in two mailboxes by turns.
    #[arg(long, default_value_t = 15)]
    fetch_kills: usize,
}

/// What happened to the mails.
#[derive(Debug, Default, PartialEq, Eq, serde::Serialize)]
struct Faults {
    lost: usize,
    doubled: usize,
    /// Conversations of a mail with more or fewer messages than one.
    torn: usize,
}

/// Says whether each mail is one message.
pub(crate) async fn run(args: &MailsArgs) -> Result<bool> {
    let handed = handed_over(args).await?;
    let fetched = match &args.imap {
        Some(server) => fetched::run(args, server).await?,
        None => true,
    };
    Ok(handed && fetched)
}

async fn handed_over(args: &MailsArgs) -> Result<bool> {
    let (mut desk, port) = desk_with_mail(&args.desk).await?;
    let admin = desk.admin().await?;
    mailbox(&admin).await?;
    let begun = Instant::now();
    let (next, ended) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let servers: Vec<_> = (0..args.servers).map(|_| tokio::spawn(server(port, next.clone(), args.mails, ended.clone()))).collect();
    for (number, step) in (0..args.kills).zip(Step::ALL.into_iter().cycle()) {
        let mail = mail(&format!("killed {number}"), 2_000);
        let at = async { Session::open(port).await?.hand_over(&mail, step).await };
        // The step before may fail where another server's mail is in the way; the kill comes all the same.
        let _ = at.await;
        desk.kill()?;
        desk.wake().await?;
        deliver(port, &mail).await;
    }
    for server in servers {
        server.await.context("a server panicked")?;
    }
    ended.store(true, Ordering::Relaxed);
    let expected: Vec<String> =
        (0..args.mails).map(|number| format!("mail {number}")).chain((0..args.kills).map(|number| format!("killed {number}"))).collect();
    let faults = compare(&admin, &expected).await?;
    let good = faults == Faults::default() && desk.audit_is_whole()?;
    report::line(&json!({
        "figure": "mails", "passed": good, "database": args.desk.database(), "kills": args.kills, "mails": expected.len(),
        "faults": faults, "took_s": begun.elapsed().as_secs(),
    }));
    Ok(good)
}

/// A desk that listens for mail, and where.
pub(crate) async fn desk_with_mail(args: &DeskArgs) -> Result<(Desk, u16)> {
    let port = crate::desk::free_port()?;
    let settings = [("CANDOR_MAIL_LISTEN", &*format!("127.0.0.1:{port}")), ("CANDOR_MAIL_NAME_SERVERS", &nobody().await?.to_string())];
    let desk = Desk::node(args, None, &settings).await?;
    Ok((desk, port))
}

/// A name server that knows no name and says so at once: what one takes is not the desk's.
async fn nobody() -> Result<SocketAddr> {
    let socket = UdpSocket::bind(("127.0.0.1", 0)).await.context("no free port")?;
    let address = socket.local_addr().context("no address")?;
    tokio::spawn(async move {
        let mut packet = [0; 1500];
        while let Ok((length, peer)) = socket.recv_from(&mut packet).await {
            // An answer, and NXDOMAIN (RFC 1035, 4.1.1).
            packet[2] |= 0x80;
            packet[3] = packet[3] & 0xf0 | 3;
            let _ = socket.send_to(&packet[..length], peer).await;
        }
    });
    Ok(address)
}

/// An inbox for mail to `support@desk.test`.
pub(crate) async fn mailbox(admin: &Client) -> Result<()> {
    let inbox = admin.post("/api/v1/inboxes", &json!({ "name": "Mail", "channel": "email" })).await?.ok()?;
    let channel = json!({ "inbox": inbox["id"], "kind": "listener", "name": "MX", "addresses": ["support@desk.test"] });
    admin.post("/api/v1/channels", &channel).await?.ok()?;
    Ok(())
}

/// A mail of about so many bytes, told from others by its subject.
pub(crate) fn mail(subject: &str, size: usize) -> String {
    let id = subject.replace(' ', "-");
    let head = format!(
        "From: Ann Lee <ann@example.net>\r\nTo: support@desk.test\r\nSubject: {subject}\r\nDate: Mon, 2 Feb 2026 10:00:00 +0000\r\n\
         Message-ID: <{id}@example.net>\r\n\r\nMy withdrawal of 500 USDT has not arrived.\r\n"
    );
    let line = "It left on the second of the month and the chain shows it.\r\n";
    let lines = size.saturating_sub(head.len()) / line.len();
    format!("{head}{}", line.repeat(lines)).trim_end().to_owned()
}

/// A mail with a file of about so many bytes: lines of 57, as mail programs write them.
pub(crate) fn mail_with_file(subject: &str, size: usize) -> String {
    let file = format!("JVBERi0xLjcK{}\r\n{}", "QUJD".repeat(16), format!("{}\r\n", "QUJD".repeat(19)).repeat(size / 57 - 1));
    format!(
        "From: Ann Lee <ann@example.net>\r\nTo: support@desk.test\r\nSubject: {subject}\r\nDate: Mon, 2 Feb 2026 10:00:00 +0000\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSee the file.\r\n\
         --b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=statement.pdf\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{file}\r\n--b--"
    )
}

async fn server(port: u16, next: Arc<AtomicUsize>, mails: usize, ended: Arc<AtomicBool>) {
    while !ended.load(Ordering::Relaxed) {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= mails {
            return;
        }
        deliver(port, &mail(&format!("mail {number}"), 2_000)).await;
    }
}

/// Hands a mail over until the desk has said that it is kept.
async fn deliver(port: u16, mail: &str) {
    loop {
        let once = async { Session::open(port).await?.hand_over(mail, Step::Kept).await };
        if once.await.is_ok() {
            return;
        }
        tokio::time::sleep(REST).await;
    }
}

/// Waits until everything is read, and counts what is there for each subject.
async fn compare(admin: &Client, expected: &[String]) -> Result<Faults> {
    let begun = Instant::now();
    let found = loop {
        let found = cases(admin).await?;
        let all = expected.iter().all(|subject| found.contains_key(subject));
        if all || begun.elapsed() > PATIENCE {
            break found;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    let mut faults = Faults::default();
    for subject in expected {
        match found.get(subject).map(Vec::as_slice).unwrap_or_default() {
            [] => faults.lost += 1,
            [id] => {
                let timeline = admin.get(&format!("/api/v1/conversations/{id}/timeline")).await?.ok()?;
                let items = timeline["items"].as_array().context("no items")?;
                let messages = items.iter().filter(|item| item["type"] == "message").count();
                faults.torn += usize::from(messages != 1);
            }
            more => faults.doubled += more.len() - 1,
        }
    }
    Ok(faults)
}

/// Waits until a mail is a conversation; its id.
pub(crate) async fn seen(admin: &Client, subject: &str) -> Result<String> {
    let begun = Instant::now();
    loop {
        if let Some(id) = cases(admin).await?.remove(subject).and_then(|mut ids| ids.pop()) {
            return Ok(id);
        }
        anyhow::ensure!(begun.elapsed() < PATIENCE, "{subject} was not read");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// How many conversations came by mail.
pub(crate) async fn count(admin: &Client) -> Result<usize> {
    Ok(cases(admin).await?.values().map(Vec::len).sum())
}

/// How many files the first message of a conversation has.
pub(crate) async fn files_of(admin: &Client, id: &str) -> Result<usize> {
    let timeline = admin.get(&format!("/api/v1/conversations/{id}/timeline")).await?.ok()?;
    let items = timeline["items"].as_array().context("no items")?;
    let message = items.iter().find(|item| item["type"] == "message").context("no message")?;
    Ok(message["message"]["files"].as_array().context("no files")?.len())
}

/// The conversations by mail, by their subject.
async fn cases(admin: &Client) -> Result<BTreeMap<String, Vec<String>>> {
    let (mut found, mut cursor) = (BTreeMap::<String, Vec<String>>::new(), String::new());
    loop {
        let page = admin.get(&format!("/api/v1/conversations?view=all&limit=100{cursor}")).await?.ok()?;
        for case in page["items"].as_array().context("no items")?.iter().filter(|case| case["channel"] == "email") {
            found.entry(text(case, "/subject")?).or_default().push(text(case, "/id")?);
        }
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(found),
        }
    }
}
