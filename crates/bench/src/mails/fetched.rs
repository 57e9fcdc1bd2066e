//! Mail in mailboxes under kills: the desk fetches it by IMAP and is killed with -9 at every step, from connecting to telling the server
//! what becomes of a mail. Mails lie there twice, in two folders, and in a folder that was made anew: each must be one message in the end,
//! and its server must have heard of it.

use super::gate::{Gate, Step};
use super::owner::{Owner, PASSWORD};
use super::{Faults, MailsArgs, PATIENCE, compare, desk_with_mail, mail};
use crate::client::Client;
use crate::desk::Desk;
use crate::report;
use anyhow::{Context, Result, ensure};
use postgres::NoTls;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::time::timeout;
use uuid::Uuid;

/// One mail in so many lies in the folder twice.
const TWICE: usize = 7;
/// One mail in so many lies in a second folder, too.
const COPIED: usize = 5;

/// A mailbox that the desk reads through a gate.
struct Mailbox {
    owner: Owner,
    gate: Gate,
    /// Mails that were put into its first folder.
    put: usize,
    copied: Vec<String>,
}

impl Mailbox {
    async fn new(admin: &Client, inbox: &Value, port: u16, folders: &[&str], read: Value) -> Result<Self> {
        let user = format!("bench-{}", Uuid::new_v4().simple());
        let mut owner = Owner::sign_in(port, &user).await?;
        for folder in folders {
            owner.ask(&format!("CREATE {folder}")).await?;
        }
        let gate = Gate::start(port).await?;
        let server = json!({ "host": "127.0.0.1", "port": gate.port(), "security": "none", "user": user });
        let channel = json!({ "inbox": inbox, "kind": "imap", "name": user, "secret": PASSWORD, "server": server, "mailbox": read });
        admin.post("/api/v1/channels", &channel).await?.ok()?;
        Ok(Self { owner, gate, put: 0, copied: Vec::new() })
    }

    async fn receive(&mut self, number: usize) -> Result<()> {
        let mail = mail(&subject(number), 2_000);
        for _ in 0..if number.is_multiple_of(TWICE) { 2 } else { 1 } {
            self.owner.receive("INBOX", &mail).await?;
            self.put += 1;
        }
        if number.is_multiple_of(COPIED) {
            self.owner.receive("Work", &mail).await?;
            self.copied.push(mail);
        }
        Ok(())
    }

    /// Makes the second folder anew: its mails get other numbers.
    async fn renumber(&mut self) -> Result<()> {
        self.owner.ask("DELETE Work").await?;
        self.owner.ask("CREATE Work").await?;
        for mail in &self.copied {
            self.owner.receive("Work", mail).await?;
        }
        Ok(())
    }
}

fn subject(number: usize) -> String {
    format!("fetched {number}")
}

/// Says whether each mail is one message.
pub(super) async fn run(args: &MailsArgs, server: &str) -> Result<bool> {
    ensure!(args.fetched >= args.fetch_kills, "each life of the desk needs a mail of its own");
    let port = server.split(',').next().and_then(|port| port.parse().ok()).context("PORT,TLSPORT,DIR")?;
    let (mut desk, _) = desk_with_mail(&args.desk).await?;
    let admin = desk.admin().await?;
    let inbox = admin.post("/api/v1/inboxes", &json!({ "name": "Fetched", "channel": "email" })).await?.ok()?["id"].clone();
    let marked = json!({ "folders": ["INBOX", "Work"], "afterwards": "read" });
    let moved = json!({ "folders": ["INBOX", "Work"], "afterwards": "move", "move_to": "Done" });
    let mut boxes =
        [Mailbox::new(&admin, &inbox, port, &["Work"], marked).await?, Mailbox::new(&admin, &inbox, port, &["Work", "Done"], moved).await?];
    let begun = Instant::now();
    desk.kill()?;
    let (mut put, mut renumbered) = (0, false);
    for (number, step) in (0..args.fetch_kills).zip(Step::ALL.into_iter().cycle()) {
        let until = args.fetched * (number + 1) / args.fetch_kills;
        for (place, mail) in (put..until).enumerate() {
            // The first one for the mailbox whose line is watched: there is something to fetch.
            boxes[(number + place) % 2].receive(mail).await?;
        }
        put = until;
        if number >= args.fetch_kills / 2 && !renumbered {
            boxes[0].renumber().await?;
            renumbered = true;
        }
        let reached = boxes[number % 2].gate.arm(step, Duration::from_millis(number as u64 % 5));
        wake(&mut desk).await?;
        timeout(PATIENCE, reached).await.with_context(|| format!("{step:?} was not reached"))?.context("the line broke")?;
        desk.kill()?;
    }
    wake(&mut desk).await?;
    let expected: Vec<String> = (0..args.fetched).map(subject).collect();
    let faults = compare(&admin, &expected).await?;
    let told = heard(&mut boxes).await?;
    let good = faults == Faults::default() && told && desk.audit_is_whole()?;
    report::line(&json!({
        "figure": "mails fetched", "passed": good, "database": args.desk.database(), "kills": args.fetch_kills, "mails": expected.len(),
        "put": boxes.iter().map(|one| one.put + one.copied.len()).sum::<usize>(), "faults": faults, "server_heard_of_all": told,
        "took_s": begun.elapsed().as_secs(),
    }));
    Ok(good)
}

/// Whether the server has heard of every mail, soon after the last one became a message.
async fn heard(boxes: &mut [Mailbox; 2]) -> Result<bool> {
    let begun = Instant::now();
    let [marked, moved] = boxes;
    loop {
        let unread = marked.owner.count("INBOX", "UNSEEN").await? + marked.owner.count("Work", "UNSEEN").await?;
        let left = moved.owner.count("INBOX", "ALL").await? + moved.owner.count("Work", "ALL").await?;
        if (unread, left) == (0, 0) {
            return Ok(moved.owner.count("Done", "ALL").await? == moved.put + moved.copied.len());
        }
        if begun.elapsed() > PATIENCE {
            return Ok(false);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Starts the desk. Where several nodes may be, who was killed holds its mailboxes for a minute longer: here that minute is over at once.
async fn wake(desk: &mut Desk) -> Result<()> {
    if let Some(url) = desk.database_url() {
        let free = move || postgres::Client::connect(&url, NoTls)?.batch_execute("UPDATE mailbox SET lease_until = 0");
        tokio::task::spawn_blocking(free).await.context("the thread panicked")?.context("the leases cannot be ended")?;
    }
    desk.wake().await?;
    Ok(())
}
