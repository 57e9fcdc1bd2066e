//! The machine's clock jumps while the desk runs: an hour, a day, to 2038, a second twice. People go on writing and reading,
//! sessions live, and what is held goes out.

use super::told;
use crate::client::{Client, text};
use crate::desk::{Desk, DeskArgs};
use crate::ledger;
use crate::writers::{Load, Outcome};
use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use uuid::Uuid;

const WELL: Duration = Duration::from_secs(20);
/// The undo window of the reply that is held while the clock jumps, and how late it may go out.
const HELD_MS: u64 = 1_500;
const LATE: Duration = Duration::from_secs(10);

const HOUR_S: i64 = 3600;

/// What the clock is set to, as libfaketime reads it, one after the other; and whether people's sessions outlive the jump.
const JUMPS: [(&str, &str, bool); 8] = [
    ("an hour on", "+3600", true),
    ("an hour back", "+0", true),
    ("an hour behind", "-3600", true),
    ("a second twice", "-3601", true),
    ("a day on", "+86400", false),
    ("a day behind", "-86400", true),
    ("the end of 32 bits", "@2038-01-19 03:14:05", false),
    ("home", "+0", true),
];

#[derive(Debug, Args)]
pub(crate) struct ClockArgs {
    #[command(flatten)]
    desk: DeskArgs,
    /// libfaketimeMT.so.1 of Debian's faketime.
    #[arg(long, value_name = "PATH")]
    faketime: PathBuf,
    /// The dial of a PostgreSQL that runs under libfaketime: its clock jumps instead of this machine's.
    #[arg(long, value_name = "FILE", requires = "postgres")]
    database_dial: Option<PathBuf>,
    /// The desk runs in two processes, and the clock of this one jumps alone.
    #[arg(long, value_name = "PART", requires = "postgres", conflicts_with = "database_dial")]
    apart: Option<Part>,
    #[arg(long, default_value_t = 4)]
    writers: usize,
}

/// A process of a desk that runs in two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The one people come to.
    Web,
    /// The one that works: timers, held replies, mail.
    Worker,
}

pub(crate) async fn run(args: &ClockArgs) -> Result<bool> {
    let own = tempfile::tempdir().context("no temporary directory")?;
    let dial = args.database_dial.clone().unwrap_or_else(|| own.path().join("clock"));
    std::fs::write(&dial, "+0").context("cannot set the clock")?;
    let (library, file) = (args.faketime.to_string_lossy(), dial.to_string_lossy());
    // Only the time of day jumps; what measures durations goes on, as on a real machine.
    let settings = [
        ("LD_PRELOAD", library.as_ref()),
        ("FAKETIME_TIMESTAMP_FILE", file.as_ref()),
        ("FAKETIME_NO_CACHE", "1"),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        ("TZ", "UTC"),
    ];
    let (mut desk, mut worker) = parts(args, &settings, own.path()).await?;
    let first = desk.admin().await?;
    let mut sum: Option<Outcome> = None;
    let mut latest = Duration::ZERO;
    for (name, jump, outlived) in JUMPS {
        let admin = still_in(&desk, &first).await.with_context(|| format!("before {name}"))?;
        let mut load = Load::begin(&desk, &admin, args.writers).await?;
        load.wait_for(args.writers, WELL).await?;
        let held = hold(&desk, &admin).await?;
        if outlived {
            std::fs::write(&dial, jump).context("cannot set the clock")?;
        } else {
            sum = Some(load.end().await?.and(sum));
            std::fs::write(&dial, jump).context("cannot set the clock")?;
            if args.database_dial.is_some() {
                until_out(&admin).await.with_context(|| format!("after {name}"))?;
                until_taken(&desk).await.with_context(|| format!("after {name}"))?;
            }
            let admin = still_in(&desk, &first).await.with_context(|| format!("after {name}"))?;
            load = Load::begin(&desk, &admin, args.writers).await?;
        }
        if name == JUMPS[0].0 && args.desk.postgres().is_some() {
            let ahead_s = if args.database_dial.is_some() { HOUR_S } else { 0 };
            let jumped = worker.as_ref().filter(|_| args.apart == Some(Part::Worker)).unwrap_or(&desk);
            follows_the_database(jumped, &desk, ahead_s).await.with_context(|| format!("after {name}"))?;
        }
        let outcome = async {
            load.wait_for(10 * args.writers, WELL).await?;
            load.reads_go_on().await?;
            load.end().await
        };
        let outcome = outcome.await.with_context(|| format!("after {name}"))?;
        latest = latest.max(held.goes_out(&desk, &first).await.with_context(|| format!("after {name}"))?);
        // A PostgreSQL whose own clock jumps ends the statements it was running, as if their time were over.
        let good = outcome.unanswered == 0 && (outcome.put_off == 0 || args.database_dial.is_some());
        ensure!(good, "after {name} people were put off: {outcome:?}");
        sum = Some(outcome.and(sum));
    }
    desk.is_still_up()?;
    if let Some(worker) = &mut worker {
        worker.is_still_up()?;
    }
    let more = json!({ "jumps": JUMPS.len(), "held_replies_late_ms": latest.as_millis() });
    Ok(told("clock-jumps", sum.context("no jump")?, desk.audit_is_whole()?, &more))
}

/// The process people come to, and the one that works where they are apart; the clock jumps where it was asked to.
async fn parts(args: &ClockArgs, jumping: &[(&str, &str)], own: &Path) -> Result<(Desk, Option<Desk>)> {
    let Some(jumps) = args.apart else {
        let settings = if args.database_dial.is_some() { &[][..] } else { jumping };
        return Ok((Desk::node(&args.desk, None, settings).await?, None));
    };
    let files = own.join("files").display().to_string();
    let settings = |part: Part, role| {
        let mut settings = vec![("CANDOR_ROLE", role), ("CANDOR_FILES_FOLDER", files.as_str())];
        settings.extend(jumping.iter().filter(|_| part == jumps));
        settings
    };
    let web = Desk::node(&args.desk, None, &settings(Part::Web, "web")).await.context("the process people come to")?;
    let key = web.key_file().display().to_string();
    let mut of_worker = settings(Part::Worker, "worker");
    of_worker.push(("CANDOR_MASTER_KEY_FILE", &key));
    let worker = Desk::node(&args.desk, Some(&web), &of_worker).await.context("the process that works")?;
    Ok((web, Some(worker)))
}

/// A node whose machine and database are an hour apart says that it is not ready, and people go by the database's time.
async fn follows_the_database(jumped: &Desk, desk: &Desk, ahead_s: i64) -> Result<()> {
    let (anyone, begun) = (Client::new(&jumped.address())?, Instant::now());
    loop {
        let ready = anyone.get("/readyz").await?;
        if ready.status == 503 && ready.body["clock"]["status"] == "down" {
            break;
        }
        ensure!(begun.elapsed() < WELL, "the clocks are an hour apart and the node says {}", ready.body);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let visitor = until_taken(desk).await?;
    let opening = json!({ "client_id": Uuid::new_v4(), "text": "whose time is it?" });
    let at = visitor.post("/visitor/v1/conversations", &opening).await?.ok()?;
    let at = at.pointer("/event/at").and_then(serde_json::Value::as_i64).context("a message without its time")?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).context("before 1970")?.as_millis() as i64;
    let off = at - now - ahead_s * 1000;
    ensure!(off.abs() < 5_000, "a message is dated {off} ms away from the database's time");
    Ok(())
}

/// Somebody new, who is put off while what happened before the jump looks an hour late.
async fn until_taken(desk: &Desk) -> Result<Client> {
    let begun = Instant::now();
    let inbox = desk.inbox(&desk.admin_again().await?).await?;
    loop {
        match desk.visitor(&inbox).await {
            Ok((visitor, _)) => return Ok(visitor),
            Err(error) => ensure!(begun.elapsed() < WELL, "nobody new is taken: {error:#}"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Waits until a session has ended: the node has followed the database's clock.
async fn until_out(admin: &Client) -> Result<()> {
    let begun = Instant::now();
    while admin.get("/api/v1/session").await?.status != 401 {
        ensure!(begun.elapsed() < WELL, "the node does not follow the database's clock");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// The same person: signed in still, or told to sign in again, which works.
async fn still_in(desk: &Desk, admin: &Client) -> Result<Client> {
    let answer = admin.get("/api/v1/session").await?;
    match answer.status {
        200 => Ok(admin.clone()),
        401 => desk.admin_again().await,
        status => anyhow::bail!("who am I is answered {status}: {}", answer.body),
    }
}

/// A reply that waits for its window to end.
struct Held {
    conversation: String,
    words: String,
    due: Instant,
}

async fn hold(desk: &Desk, admin: &Client) -> Result<Held> {
    let (visitor, _) = desk.visitor(&desk.inbox(admin).await?).await?;
    let opening = json!({ "client_id": Uuid::new_v4(), "text": "what time is it?" });
    let conversation = text(&visitor.post("/visitor/v1/conversations", &opening).await?.ok()?, "/conversation/id")?;
    let words = format!("it is {}", Uuid::new_v4());
    let reply = json!({ "client_id": Uuid::new_v4(), "text": words, "seen_seq": 100, "hold_ms": HELD_MS, "force": true });
    let answer = admin.post(&format!("/api/v1/conversations/{conversation}/replies"), &reply).await?;
    ensure!(answer.status == 202, "the reply is not held: {}", answer.body);
    Ok(Held { conversation, words, due: Instant::now() + Duration::from_millis(HELD_MS) })
}

impl Held {
    /// Waits until the reply stands in the conversation; how long after its window that was.
    async fn goes_out(&self, desk: &Desk, admin: &Client) -> Result<Duration> {
        let admin = still_in(desk, admin).await?;
        loop {
            let lines = ledger::read(&admin, &format!("/api/v1/conversations/{}/timeline", self.conversation), 0).await?;
            if lines.iter().any(|line| line.message.as_ref().is_some_and(|(_, text)| *text == self.words)) {
                return Ok(self.due.elapsed());
            }
            ensure!(self.due.elapsed() < LATE, "a held reply is still held {LATE:?} after its window");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}
