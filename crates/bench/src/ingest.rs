//! Messages in: how many a second from the first request to the last reaction, and how long one waits for its acknowledgement.

use crate::client::{Client, text};
use crate::desk::Desk;
use anyhow::{Context, Result};
use hdrhistogram::Histogram;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Conversations that messages are spread over.
pub(crate) const CONVERSATIONS: usize = 64;

/// What a run of messages came to.
pub(crate) struct Ingested {
    pub(crate) per_second: f64,
    pub(crate) requests_per_second: f64,
    pub(crate) ack: Histogram<u64>,
}

/// A customer with a conversation.
struct Writer {
    client: Client,
    path: String,
}

/// Words for message number `n`, about 130 bytes.
pub(crate) fn sentence(number: usize) -> String {
    const WORDS: [&str; 32] = [
        "withdrawal",
        "deposit",
        "pending",
        "account",
        "network",
        "confirm",
        "address",
        "still",
        "please",
        "help",
        "hours",
        "sent",
        "usdt",
        "tron",
        "the",
        "my",
        "is",
        "not",
        "wallet",
        "balance",
        "order",
        "seller",
        "review",
        "reset",
        "phone",
        "code",
        "fee",
        "chain",
        "memo",
        "bank",
        "card",
        "thanks",
    ];
    let mut state = number as u64 ^ 0x9e37_79b9_7f4a_7c15;
    let mut words = Vec::with_capacity(20);
    for _ in 0..18 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        words.push(WORDS[(state >> 59) as usize].to_owned());
    }
    words.push(number.to_string());
    words.join(" ")
}

async fn writers(desk: &Desk) -> Result<Vec<Writer>> {
    let admin = desk.admin().await?;
    let inbox = desk.inbox(&admin).await?;
    let mut writers = Vec::with_capacity(CONVERSATIONS);
    for _ in 0..CONVERSATIONS {
        let (client, _) = desk.visitor(&inbox).await?;
        let started = client.post("/visitor/v1/conversations", &json!({ "client_id": Uuid::new_v4(), "text": "hello" })).await?.ok()?;
        writers.push(Writer { client, path: format!("/visitor/v1/conversations/{}/messages", text(&started, "/conversation/id")?) });
    }
    Ok(writers)
}

fn body(number: usize) -> Value {
    json!({ "client_id": Uuid::new_v4(), "text": sentence(number) })
}

/// Sends `count` messages over all conversations at once, one request each, and waits until no reaction is left.
pub(crate) async fn flood(desk: &Desk, count: usize) -> Result<Ingested> {
    let writers = writers(desk).await?;
    let next = Arc::new(AtomicUsize::new(0));
    let begun = Instant::now();
    let mut running = tokio::task::JoinSet::new();
    for writer in writers {
        let next = Arc::clone(&next);
        running.spawn(async move {
            let mut ack = Histogram::<u64>::new(3).context("a histogram")?;
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return Ok::<_, anyhow::Error>(ack);
                }
                let asked = Instant::now();
                writer.client.post(&writer.path, &body(number)).await?.ok()?;
                ack.record(asked.elapsed().as_micros() as u64)?;
            }
        });
    }
    let mut ack = Histogram::<u64>::new(3).context("a histogram")?;
    while let Some(one) = running.join_next().await {
        ack.add(one.context("a writer panicked")??)?;
    }
    let sent = begun.elapsed();
    settle(desk).await?;
    let whole = begun.elapsed();
    Ok(Ingested { per_second: count as f64 / whole.as_secs_f64(), requests_per_second: count as f64 / sent.as_secs_f64(), ack })
}

/// Waits until no reaction is left.
async fn settle(desk: &Desk) -> Result<()> {
    let begun = Instant::now();
    while desk.reactor_behind().await? > 0.0 {
        anyhow::ensure!(begun.elapsed() < Duration::from_secs(120), "the reactor does not come to an end");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}

/// One customer, one message after the other.
pub(crate) async fn one_by_one(desk: &Desk, count: usize) -> Result<Histogram<u64>> {
    let admin = desk.admin_again().await?;
    let inbox = desk.inbox(&admin).await?;
    let (client, _) = desk.visitor(&inbox).await?;
    let started = client.post("/visitor/v1/conversations", &json!({ "client_id": Uuid::new_v4(), "text": "hello" })).await?.ok()?;
    let path = format!("/visitor/v1/conversations/{}/messages", text(&started, "/conversation/id")?);
    let mut ack = Histogram::<u64>::new(3).context("a histogram")?;
    for number in 0..count {
        let body = body(number);
        let asked = Instant::now();
        client.post(&path, &body).await?.ok()?;
        ack.record(asked.elapsed().as_micros() as u64)?;
    }
    Ok(ack)
}

/// The same request against a bare echo.
pub(crate) async fn echoes(address: &str, count: usize) -> Result<Histogram<u64>> {
    let client = Client::new(address)?;
    let mut times = Histogram::<u64>::new(3).context("a histogram")?;
    for number in 0..count {
        let body = body(number);
        let asked = Instant::now();
        client.post("/", &body).await?.ok()?;
        times.record(asked.elapsed().as_micros() as u64)?;
    }
    Ok(times)
}
