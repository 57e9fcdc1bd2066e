//! People who write while something is done to the desk: every message is repeated until it is acknowledged, and in the end
//! both surfaces must hold exactly what was acknowledged, once, in order, without a gap.

use crate::client::{Answer, Client, text};
use crate::desk::Desk;
use crate::ledger::{self, Acknowledged, Faults};
use anyhow::{Context, Result, bail, ensure};
use hyper::header;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use uuid::Uuid;

/// A writer that gets nothing acknowledged for so long gives up: the server does not come back.
const PATIENCE: Duration = Duration::from_secs(60);
const BREATHER: Duration = Duration::from_millis(5);

/// One who writes into one conversation.
#[derive(Clone)]
struct Writer {
    client: Client,
    path: String,
    conversation: String,
    is_agent: bool,
    name: String,
}

/// What all of them heard so far.
#[derive(Debug, Default)]
struct Heard {
    acknowledged: AtomicUsize,
    put_off: AtomicUsize,
    unanswered: AtomicUsize,
}

/// Writers at work.
pub(crate) struct Load {
    admin: Client,
    writers: Vec<Writer>,
    /// The messages that opened the conversations, by writer.
    first: Vec<(usize, Acknowledged)>,
    tasks: JoinSet<(usize, Result<Vec<Acknowledged>>)>,
    stop: Arc<AtomicBool>,
    heard: Arc<Heard>,
}

/// How it ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
    pub(crate) acknowledged: usize,
    /// Answers that said "not now", and requests without any.
    pub(crate) put_off: usize,
    pub(crate) unanswered: usize,
    pub(crate) faults: Faults,
}

impl Outcome {
    /// Together with how an earlier load ended.
    pub(crate) fn and(mut self, earlier: Option<Self>) -> Self {
        let Some(earlier) = earlier else { return self };
        self.faults += earlier.faults;
        let (put_off, unanswered) = (self.put_off + earlier.put_off, self.unanswered + earlier.unanswered);
        Self { acknowledged: self.acknowledged + earlier.acknowledged, put_off, unanswered, faults: self.faults }
    }
}

impl Load {
    /// Visitors begin to write, the first two in one conversation, in which an agent answers too.
    pub(crate) async fn begin(desk: &Desk, admin: &Client, count: usize) -> Result<Self> {
        ensure!(count >= 2, "two writers share a conversation, so there must be two");
        let (writers, first) = seat(desk, admin, count).await?;
        let (stop, heard) = (Arc::new(AtomicBool::new(false)), Arc::new(Heard::default()));
        let mut tasks = JoinSet::new();
        for (index, writer) in writers.iter().cloned().enumerate() {
            let (stop, heard) = (Arc::clone(&stop), Arc::clone(&heard));
            tasks.spawn(async move { (index, write(&writer, &stop, &heard).await) });
        }
        Ok(Self { admin: admin.clone(), writers, first, tasks, stop, heard })
    }

    pub(crate) fn acknowledged(&self) -> usize {
        self.heard.acknowledged.load(Ordering::Relaxed)
    }

    /// Answers so far that said "not now".
    pub(crate) fn put_off(&self) -> usize {
        self.heard.put_off.load(Ordering::Relaxed)
    }

    /// Waits until so many more messages were acknowledged; how long that took.
    pub(crate) async fn wait_for(&self, more: usize, patience: Duration) -> Result<Duration> {
        let (begun, wanted) = (Instant::now(), self.acknowledged() + more);
        while self.acknowledged() < wanted {
            ensure!(
                begun.elapsed() < patience,
                "{} of {more} messages were acknowledged in {patience:?}",
                self.acknowledged() + more - wanted
            );
            tokio::time::sleep(BREATHER).await;
        }
        Ok(begun.elapsed())
    }

    /// Reads a conversation on both surfaces, as people do who only look.
    pub(crate) async fn reads_go_on(&self) -> Result<()> {
        let writer = self.writers.first().context("no writer")?;
        let path = format!("/conversations/{}", writer.conversation);
        writer.client.get(&format!("/visitor/v1{path}/events?limit=5")).await?.ok().context("a visitor cannot read")?;
        self.admin.get(&format!("/api/v1{path}/timeline?limit=5")).await?.ok().context("an agent cannot read")?;
        Ok(())
    }

    /// Lets everybody finish and holds what is there against what was acknowledged.
    pub(crate) async fn end(mut self) -> Result<Outcome> {
        self.stop.store(true, Ordering::Relaxed);
        let mut told = vec![Vec::new(); self.writers.len()];
        while let Some(done) = self.tasks.join_next().await {
            let (index, acknowledged) = done.context("a writer panicked")?;
            told[index] = acknowledged?;
        }
        for (writer, opening) in self.first {
            told[writer].insert(0, opening);
        }
        let faults = compare(&self.admin, &self.writers, &told).await?;
        let (put_off, unanswered) = (&self.heard.put_off, &self.heard.unanswered);
        Ok(Outcome {
            acknowledged: told.iter().map(Vec::len).sum(),
            put_off: put_off.load(Ordering::Relaxed),
            unanswered: unanswered.load(Ordering::Relaxed),
            faults,
        })
    }
}

/// The writers, and the messages that opened their conversations, by writer.
async fn seat(desk: &Desk, admin: &Client, count: usize) -> Result<(Vec<Writer>, Vec<(usize, Acknowledged)>)> {
    let inbox = desk.inbox(admin).await?;
    let (mut writers, mut opened): (Vec<Writer>, _) = (Vec::new(), Vec::new());
    for index in 0..count {
        if index == 1 {
            let twin = Writer { name: "visitor 1".to_owned(), ..writers[0].clone() };
            writers.push(twin);
            continue;
        }
        let (client, _) = desk.visitor(&inbox).await?;
        let opening = json!({ "client_id": Uuid::new_v4(), "text": format!("visitor {index} opens") });
        let started = client.post("/visitor/v1/conversations", &opening).await?.ok()?;
        let conversation = text(&started, "/conversation/id")?;
        opened.push((index, Acknowledged::read(&started["event"])?));
        let path = format!("/visitor/v1/conversations/{conversation}/messages");
        writers.push(Writer { client, path, conversation, is_agent: false, name: format!("visitor {index}") });
    }
    let conversation = writers[0].conversation.clone();
    let path = format!("/api/v1/conversations/{conversation}/replies");
    writers.push(Writer { client: admin.clone(), path, conversation, is_agent: true, name: "agent".to_owned() });
    Ok((writers, opened))
}

async fn write(writer: &Writer, stop: &AtomicBool, heard: &Heard) -> Result<Vec<Acknowledged>> {
    let mut told = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let client_id = Uuid::new_v4();
        let words = format!("{} says {}: 提现 0.{} BTC", writer.name, told.len() + 1, told.len());
        let body = match writer.is_agent {
            false => json!({ "client_id": client_id, "text": words }),
            // Others write all the time: an agent who waited for quiet would never answer.
            true => json!({ "client_id": client_id, "text": words, "seen_seq": 0, "hold_ms": 0, "force": true }),
        };
        let event = until_acknowledged(writer, &body, heard).await?;
        let acknowledged = Acknowledged::read(&event)?;
        ensure!(acknowledged.text == words, "another message was acknowledged: {event}");
        told.push(acknowledged);
        heard.acknowledged.fetch_add(1, Ordering::Relaxed);
    }
    Ok(told)
}

/// Sends the same body until it is acknowledged.
async fn until_acknowledged(writer: &Writer, body: &Value, heard: &Heard) -> Result<Value> {
    let begun = Instant::now();
    loop {
        match writer.client.post(&writer.path, body).await {
            Ok(answer) if answer.status == 200 || answer.status == 201 => {
                return Ok(if writer.is_agent { answer.body } else { answer.body["event"].clone() });
            }
            // Killed under the request, not up yet, or busy: the same again.
            Err(_) => drop(heard.unanswered.fetch_add(1, Ordering::Relaxed)),
            Ok(answer) if is_put_off(&answer) => drop(heard.put_off.fetch_add(1, Ordering::Relaxed)),
            Ok(answer) => bail!("{} was answered {}: {}", writer.name, answer.status, answer.body),
        }
        ensure!(begun.elapsed() < PATIENCE, "{} got no acknowledgement in {PATIENCE:?}", writer.name);
        tokio::time::sleep(BREATHER).await;
    }
}

/// "Not now": a 503 as a problem document that says when to come back.
fn is_put_off(answer: &Answer) -> bool {
    let kind = answer.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let code = answer.body["code"].as_str();
    let told = kind == Some("application/problem+json") && matches!(code, Some("busy" | "outcome_unknown"));
    answer.status == 503 && told && answer.headers.contains_key(header::RETRY_AFTER)
}

/// Reads every conversation on both surfaces. Each surface is held against those who write on it, and the visitor's list,
/// which has everybody's messages in it, also against the agent's.
async fn compare(admin: &Client, writers: &[Writer], told: &[Vec<Acknowledged>]) -> Result<Faults> {
    let mut faults = Faults::default();
    for (index, writer) in writers.iter().enumerate() {
        let is_first_there = writers.iter().position(|other| other.conversation == writer.conversation) == Some(index);
        if !is_first_there {
            continue;
        }
        let path = format!("/conversations/{}", writer.conversation);
        let theirs = ledger::read(&writer.client, &format!("/visitor/v1{path}/events"), 0).await?;
        let ours = ledger::read(admin, &format!("/api/v1{path}/timeline"), 0).await?;
        faults += against(&theirs, &ours, &writer.conversation, writers, told, false);
        faults += against(&ours, &theirs, &writer.conversation, writers, told, true);
    }
    Ok(faults)
}

/// One surface's list against the writers there. The other surface's numbers differ, so what its writers wrote is
/// looked up by id and taken with the number that stands here.
fn against(
    lines: &[ledger::Line],
    others: &[ledger::Line],
    conversation: &str,
    writers: &[Writer],
    told: &[Vec<Acknowledged>],
    agents: bool,
) -> Faults {
    let numbers: HashMap<&str, i64> = lines.iter().filter_map(|line| Some((line.message.as_ref()?.0.as_str(), line.seq))).collect();
    let number = |id: &str| numbers.get(id).copied().unwrap_or_default();
    let here = |one: &Acknowledged, own: bool| if own { one.clone() } else { Acknowledged { seq: number(&one.id), ..one.clone() } };
    let there = writers.iter().zip(told).filter(|(writer, _)| writer.conversation == conversation);
    let expected: Vec<Vec<Acknowledged>> =
        there.map(|(writer, told)| told.iter().map(|one| here(one, writer.is_agent == agents)).collect()).collect();
    let mut faults = ledger::compare(lines, &expected.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let messages = |lines: &[ledger::Line]| lines.iter().filter_map(|line| line.message.clone()).collect::<Vec<_>>();
    faults.out_of_order += usize::from(messages(lines) != messages(others));
    faults
}
