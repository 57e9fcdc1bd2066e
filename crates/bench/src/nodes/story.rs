//! One round: a conversation over both nodes, with files, typing and a held reply, and the death of A in the middle of it.

use super::Seen;
use super::pair::{PAUSE, Pair, hears};
use crate::client::{Client, text};
use crate::ledger::{self, Acknowledged, Line};
use crate::socket::Socket;
use anyhow::{Context, Result, bail, ensure};
use futures_util::SinkExt;
use hyper::Method;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_tungstenite::tungstenite::Message;
use uuid::Uuid;

/// A screen is at most this far behind, whatever the bus does.
const LIVE: Duration = Duration::from_secs(2);
/// Whispers may be lost, and are said again while somebody types.
const TYPING: Duration = Duration::from_millis(1_200);
const TYPED: u32 = 4;
const HOLD: Duration = Duration::from_millis(1_500);
/// How late a timer may be whose node has died: a look a second, and what a busy machine adds.
const LATE: Duration = Duration::from_secs(3);
const PATIENCE: Duration = Duration::from_secs(30);
/// Messages that each writer must get acknowledged after the kill.
const AFTER: usize = 5;
const LIFE_MS: std::ops::Range<u64> = 50..300;

/// The conversation of a round.
struct Talk {
    visitor: Client,
    token: String,
    id: String,
    /// What was acknowledged, by writer.
    told: Vec<Vec<Acknowledged>>,
}

pub(super) async fn play(pair: &mut Pair, round: u32, seed: u64, seen: &mut Seen) -> Result<()> {
    let mut talk = begin(pair, round).await?;
    live(pair, &mut talk, seen).await.context("the screens")?;
    let bytes = document(round);
    let file = send_file(pair, &mut talk, &bytes).await.context("the file")?;
    opens(pair, &file, &bytes).await.context("the file of A at B")?;
    let held = Held::begin(pair, &talk, round).await.context("the held reply")?;

    let writing = Writing::start(pair, &talk)?;
    let mut random = StdRng::seed_from_u64(seed.wrapping_add(u64::from(round)));
    sleep(Duration::from_millis(random.random_range(LIFE_MS))).await;
    pair.a.kill()?;
    talk.told.extend(writing.finish().await?);

    seen.slowest_release = seen.slowest_release.max(held.until_released(pair).await?);
    opens(pair, &file, &bytes).await.context("the file of A at B, with A dead")?;
    compare(pair, &talk, seen).await?;
    seen.slowest_restart = seen.slowest_restart.max(pair.a.wake().await?);
    let again = ledger::read(&talk.visitor, &events(&talk), 0).await?;
    ensure!(again == ledger::read(&pair.at_b(&talk.visitor)?, &events(&talk), 0).await?, "A came back with another list than B has");
    held.stands_once(&talk.visitor).await
}

async fn begin(pair: &Pair, round: u32) -> Result<Talk> {
    let (visitor, token) = pair.a.visitor(&pair.inbox).await?;
    let opening = json!({ "client_id": Uuid::new_v4(), "text": format!("round {round} opens") });
    let started = visitor.post("/visitor/v1/conversations", &opening).await?.ok()?;
    let id = text(&started, "/conversation/id")?;
    Ok(Talk { visitor, token, id, told: vec![vec![Acknowledged::read(&started["event"])?]] })
}

/// Words and typing, each way from node to node.
async fn live(pair: &Pair, talk: &mut Talk, seen: &mut Seen) -> Result<()> {
    let mut theirs = pair.visitor_socket(&pair.a, &talk.token, &talk.id).await?;
    let mut ours = pair.agent_socket(&pair.b, &pair.admin, Some(&talk.id)).await?;
    hears(&mut ours, "opens", LIVE).await?;
    let said = talk.visitor.post(&messages(talk), &json!({ "client_id": Uuid::new_v4(), "text": "a question from A" })).await?.ok()?;
    seen.wakes(hears(&mut ours, "a question from A", LIVE).await.context("A's message on B's screen")?);
    talk.told[0].push(Acknowledged::read(&said["event"])?);
    let reply = json!({ "client_id": Uuid::new_v4(), "text": "an answer from B", "seen_seq": 0, "hold_ms": 0, "force": true });
    let said = pair.admin.post(&replies(talk), &reply).await?.ok()?;
    seen.wakes(hears(&mut theirs, "an answer from B", LIVE).await.context("B's answer on A's screen")?);
    talk.told.push(vec![Acknowledged::read(&said)?]);
    let typing = json!({ "type": "typing", "conversation": talk.id });
    whisper(&mut theirs, &typing, &mut ours, "\"visitor_typing\"").await.context("the visitor types at A")?;
    let typing = json!({ "type": "presence", "conversation": talk.id, "doing": "typing" });
    whisper(&mut ours, &typing, &mut theirs, "\"type\":\"typing\"").await.context("the agent types at B")
}

async fn whisper(from: &mut Socket, says: &Value, to: &mut Socket, heard: &str) -> Result<()> {
    for _ in 0..TYPED {
        from.send(Message::text(says.to_string())).await?;
        if hears(to, heard, TYPING).await.is_ok() {
            return Ok(());
        }
    }
    bail!("`{heard}` did not cross in {TYPED} tries")
}

/// Three chunks and a bit, different in each round.
fn document(round: u32) -> Vec<u8> {
    let mut random = StdRng::seed_from_u64(u64::from(round));
    let mut bytes = b"%PDF-1.7\n% a statement\n".to_vec();
    bytes.extend((0..200_000).map(|_| random.random_range(b'a'..=b'z')));
    bytes
}

async fn send_file(pair: &Pair, talk: &mut Talk, bytes: &[u8]) -> Result<String> {
    let sent = talk.visitor.raw(Method::POST, "/visitor/v1/files?name=statement.pdf", "application/pdf", bytes, None).await?;
    ensure!(sent.0 == 201, "the upload was answered {}: {}", sent.0, String::from_utf8_lossy(&sent.1));
    let file = text(&serde_json::from_slice(&sent.1).context("not JSON")?, "/id")?;
    let body = json!({ "client_id": Uuid::new_v4(), "text": "my statement", "files": [file] });
    let said = talk.visitor.post(&messages(talk), &body).await?.ok()?;
    talk.told[0].push(Acknowledged::read(&said["event"])?);
    ensure!(pair.admin.get(&format!("/api/v1/conversations/{}", talk.id)).await?.status == 200, "the agent cannot open the case");
    Ok(file)
}

/// All of it, and a part that lies across two chunks.
async fn opens(pair: &Pair, file: &str, bytes: &[u8]) -> Result<()> {
    let links = pair.admin.post("/api/v1/files/links", &json!({ "files": [file] })).await?.ok()?;
    let path = text(&links, "/items/0/file/url")?;
    let (status, whole) = pair.admin.raw(Method::GET, &path, "", &[], None).await?;
    ensure!(status == 200 && whole == bytes, "answered {status} with {} of {} bytes", whole.len(), bytes.len());
    let (status, part) = pair.admin.raw(Method::GET, &path, "", &[], Some("bytes=65500-65600")).await?;
    ensure!(status == 206 && part == bytes[65_500..=65_600], "a part was answered {status} with {} bytes", part.len());
    Ok(())
}

/// A reply that A has accepted and will not live to send, in a conversation where nobody else writes: a newer message of
/// the customer would ask its author first.
struct Held {
    conversation: String,
    text: String,
    due: Instant,
}

impl Held {
    async fn begin(pair: &Pair, talk: &Talk, round: u32) -> Result<Self> {
        let opening = json!({ "client_id": Uuid::new_v4(), "text": "a second question" });
        let conversation = text(&talk.visitor.post("/visitor/v1/conversations", &opening).await?.ok()?, "/conversation/id")?;
        let (text, hold_ms) = (format!("a reply held by A in round {round}"), u64::try_from(HOLD.as_millis()).context("a short time")?);
        let reply = json!({ "client_id": Uuid::new_v4(), "text": text, "seen_seq": 0, "hold_ms": hold_ms, "force": true });
        let path = format!("/api/v1/conversations/{conversation}/replies");
        let answer = pair.at_a(&pair.admin)?.post(&path, &reply).await?;
        ensure!(answer.status == 202, "the reply was answered {}: {}", answer.status, answer.body);
        Ok(Self { conversation, text, due: Instant::now() + HOLD })
    }

    /// How much later than it was due the reply came into the conversation, as B shows it.
    async fn until_released(&self, pair: &Pair) -> Result<Duration> {
        let path = format!("/api/v1/conversations/{}/timeline", self.conversation);
        loop {
            if self.times(&ledger::read(&pair.admin, &path, 0).await?) > 0 {
                return Ok(self.due.elapsed());
            }
            ensure!(self.due.elapsed() < LATE, "the held reply of a dead node was not sent {LATE:?} after it was due");
            sleep(PAUSE).await;
        }
    }

    /// A, which is back, has not sent it again.
    async fn stands_once(&self, visitor: &Client) -> Result<()> {
        let lines = ledger::read(visitor, &format!("/visitor/v1/conversations/{}/events", self.conversation), 0).await?;
        let times = self.times(&lines);
        ensure!(times == 1, "the held reply stands there {times} times");
        Ok(())
    }

    fn times(&self, lines: &[Line]) -> usize {
        lines.iter().filter(|line| line.message.as_ref().is_some_and(|(_, text)| *text == self.text)).count()
    }
}

/// Writers who were at A and go on at B.
struct Writing {
    tasks: JoinSet<Result<Vec<Acknowledged>>>,
}

impl Writing {
    fn start(pair: &Pair, talk: &Talk) -> Result<Self> {
        let mut tasks = JoinSet::new();
        let done = Arc::new(AtomicUsize::new(0));
        let seats = [(false, "visitor, left hand"), (false, "visitor, right hand"), (true, "agent")];
        for (is_agent, name) in seats {
            let own = if is_agent { &pair.admin } else { &talk.visitor };
            let nodes = [pair.at_a(own)?, pair.at_b(own)?];
            let path = if is_agent { replies(talk) } else { messages(talk) };
            tasks.spawn(write(nodes, path, is_agent, name, (Arc::clone(&done), seats.len())));
        }
        Ok(Self { tasks })
    }

    async fn finish(mut self) -> Result<Vec<Vec<Acknowledged>>> {
        let mut told = Vec::new();
        while let Some(done) = self.tasks.join_next().await {
            told.push(done.context("a writer panicked")??);
        }
        Ok(told)
    }
}

/// Writes to A until it is gone, then to B, until every writer has enough there.
async fn write(
    nodes: [Client; 2],
    path: String,
    is_agent: bool,
    name: &'static str,
    (done, seats): (Arc<AtomicUsize>, usize),
) -> Result<Vec<Acknowledged>> {
    let (mut told, mut at, mut after) = (Vec::new(), 0, 0);
    let begun = Instant::now();
    while done.load(Ordering::Relaxed) < seats {
        let words = format!("{name} says {}", told.len() + 1);
        let body = match is_agent {
            false => json!({ "client_id": Uuid::new_v4(), "text": words }),
            true => json!({ "client_id": Uuid::new_v4(), "text": words, "seen_seq": 0, "hold_ms": 0, "force": true }),
        };
        let event = loop {
            match nodes[at].post(&path, &body).await {
                Ok(answer) if answer.status == 200 || answer.status == 201 => {
                    break if is_agent { answer.body } else { answer.body["event"].clone() };
                }
                // A is gone, perhaps after it had kept the message: the same again at B.
                Err(_) => at = 1,
                Ok(answer) if answer.status == 503 => {}
                Ok(answer) => bail!("{name} was answered {}: {}", answer.status, answer.body),
            }
            ensure!(begun.elapsed() < PATIENCE, "{name} got no acknowledgement in {PATIENCE:?}");
        };
        let acknowledged = Acknowledged::read(&event)?;
        ensure!(acknowledged.text == words, "another message was acknowledged: {event}");
        told.push(acknowledged);
        after += at;
        if after == AFTER {
            done.fetch_add(1, Ordering::Relaxed);
        }
        ensure!(begun.elapsed() < PATIENCE, "A was never lost to {name}");
    }
    Ok(told)
}

/// Both surfaces, as B shows them, against what was acknowledged.
async fn compare(pair: &Pair, talk: &Talk, seen: &mut Seen) -> Result<()> {
    let theirs = ledger::read(&pair.at_b(&talk.visitor)?, &events(talk), 0).await?;
    let ours = ledger::read(&pair.admin, &timeline(talk), 0).await?;
    let told = &talk.told;
    for lines in [&theirs, &ours] {
        seen.faults += ledger::compare(lines, &numbered(lines, told).iter().map(Vec::as_slice).collect::<Vec<_>>());
    }
    let words = |lines: &[Line]| lines.iter().filter_map(|line| line.message.clone()).collect::<Vec<_>>();
    ensure!(words(&theirs) == words(&ours), "the customer's list and the agent's differ");
    seen.acknowledged += told.iter().map(Vec::len).sum::<usize>();
    Ok(())
}

/// What was told, with the numbers of this surface: each has its own.
fn numbered(lines: &[Line], told: &[Vec<Acknowledged>]) -> Vec<Vec<Acknowledged>> {
    let numbers: HashMap<&str, i64> = lines.iter().filter_map(|line| Some((line.message.as_ref()?.0.as_str(), line.seq))).collect();
    let here = |one: &Acknowledged| Acknowledged { seq: numbers.get(one.id.as_str()).copied().unwrap_or_default(), ..one.clone() };
    told.iter().map(|own| own.iter().map(here).collect()).collect()
}

fn messages(talk: &Talk) -> String {
    format!("/visitor/v1/conversations/{}/messages", talk.id)
}

fn events(talk: &Talk) -> String {
    format!("/visitor/v1/conversations/{}/events", talk.id)
}

fn replies(talk: &Talk) -> String {
    format!("/api/v1/conversations/{}/replies", talk.id)
}

fn timeline(talk: &Talk) -> String {
    format!("/api/v1/conversations/{}/timeline", talk.id)
}

impl Seen {
    fn wakes(&mut self, after: Duration) {
        self.slowest_wake = self.slowest_wake.max(after);
    }
}
