//! Messages in: how many a second from the first request to the last reaction, one at a time on a line or several.

use crate::client::text;
use crate::desk::Desk;
use crate::line::{Line, request};
use crate::machine;
use crate::report::times;
use anyhow::{Context, Result, ensure};
use hdrhistogram::Histogram;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Conversations that messages are spread over.
pub(crate) const CONVERSATIONS: usize = 64;

/// What a run of messages came to.
pub(crate) struct Ingested {
    pub(crate) per_second: f64,
    pub(crate) acknowledged_per_second: f64,
    pub(crate) ack: Histogram<u64>,
    /// Processor time of the server a message, in microseconds.
    pub(crate) server_us: f64,
}

/// A customer's line with everything they will say, made in advance.
struct Writer {
    line: Line,
    requests: Vec<Vec<u8>>,
}

const WORDS: &str = "withdrawal deposit pending account network confirm address still please help hours sent usdt tron the my is not \
     wallet balance order seller review reset phone code fee chain memo bank card thanks";

/// Words for message number `n`, about 130 bytes.
pub(crate) fn sentence(number: usize) -> String {
    let known: Vec<&str> = WORDS.split_whitespace().collect();
    let mut state = number as u64 ^ 0x9e37_79b9_7f4a_7c15;
    let mut words: Vec<String> = Vec::with_capacity(22);
    for _ in 0..21 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        words.push(known[(state >> 59) as usize].to_owned());
    }
    words.push(number.to_string());
    words.join(" ")
}

/// The request of a message.
pub(crate) fn body(number: usize) -> Value {
    json!({ "client_id": Uuid::new_v4(), "text": sentence(number) })
}

async fn writers(desk: &Desk, count: usize) -> Result<Vec<Writer>> {
    let admin = desk.admin().await?;
    let inbox = desk.inbox(&admin).await?;
    let mut writers = Vec::with_capacity(CONVERSATIONS);
    for first in 0..CONVERSATIONS {
        let (client, _) = desk.visitor(&inbox).await?;
        let started = client.post("/visitor/v1/conversations", &json!({ "client_id": Uuid::new_v4(), "text": "hello" })).await?.ok()?;
        let path = format!("/visitor/v1/conversations/{}/messages", text(&started, "/conversation/id")?);
        let headers = client.header_lines();
        let requests =
            (first..count).step_by(CONVERSATIONS).map(|number| request("POST", &path, &headers, &body(number).to_string())).collect();
        writers.push(Writer { line: Line::open(desk.port()).await?, requests });
    }
    Ok(writers)
}

/// Sends `count` messages over all conversations at once, `ahead` of them under way on each line, and waits until no reaction
/// is left. With one ahead it is a request a message; with more, HTTP/1.1 pipelining: no socket of a visitor takes messages.
pub(crate) async fn flood(desk: &Desk, count: usize, ahead: usize) -> Result<Ingested> {
    let writers = writers(desk, count).await?;
    let (begun, used) = (Instant::now(), machine::used(desk.pid()?)?);
    let mut running = tokio::task::JoinSet::new();
    for writer in writers {
        running.spawn(write(writer, ahead));
    }
    let mut ack = times();
    while let Some(one) = running.join_next().await {
        ack.add(one.context("a writer panicked")??)?;
    }
    let sent = begun.elapsed();
    settle(desk).await?;
    let whole = begun.elapsed();
    let server_us = (machine::used(desk.pid()?)? - used) * 1e6 / count as f64;
    let rate = |time: Duration| count as f64 / time.as_secs_f64();
    Ok(Ingested { per_second: rate(whole), acknowledged_per_second: rate(sent), ack, server_us })
}

async fn write(mut writer: Writer, ahead: usize) -> Result<Histogram<u64>> {
    let mut ack = times();
    let mut under_way: VecDeque<Instant> = VecDeque::with_capacity(ahead);
    let mut requests = writer.requests.into_iter();
    loop {
        // Half of them at a time, so that neither side waits for the other's last byte.
        if under_way.len() <= ahead / 2 {
            let mut bytes = Vec::new();
            while under_way.len() < ahead
                && let Some(next) = requests.next()
            {
                bytes.extend(next);
                under_way.push_back(Instant::now());
            }
            if !bytes.is_empty() {
                writer.line.send(&bytes).await?;
            }
        }
        let Some(asked) = under_way.pop_front() else { return Ok(ack) };
        writer.line.answer().await?;
        ack.record(asked.elapsed().as_micros() as u64)?;
    }
}

/// Waits until no reaction is left.
pub(crate) async fn settle(desk: &Desk) -> Result<()> {
    let begun = Instant::now();
    while desk.reactor_behind().await? > 0.0 {
        ensure!(begun.elapsed() < Duration::from_secs(120), "the reactor does not come to an end");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}
