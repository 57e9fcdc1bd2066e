//! Search on a large desk: whole words, Chinese, and the commonest word by somebody who may see little of it.

use crate::client::Client;
use anyhow::{Context, Result};
use hdrhistogram::Histogram;
use std::time::Instant;

const QUERIES: [&str; 8] = ["提现", "withdrawal", "确认 地址", "deposit pending", "申诉", "verification", "手续费", "usdt network"];
/// The word that stands in most messages.
const COMMONEST: &str = "提现";

/// Asks all queries in turn.
pub(crate) async fn mixed(client: &Client, count: usize) -> Result<Histogram<u64>> {
    time(client, (0..count).map(|number| QUERIES[number % QUERIES.len()])).await
}

/// Asks for the commonest word.
pub(crate) async fn commonest(client: &Client, count: usize) -> Result<Histogram<u64>> {
    time(client, (0..count).map(|_| COMMONEST)).await
}

async fn time(client: &Client, queries: impl Iterator<Item = &'static str>) -> Result<Histogram<u64>> {
    let mut times = Histogram::<u64>::new(3).context("a histogram")?;
    for query in queries {
        let asked = Instant::now();
        client.get(&format!("/api/v1/search?limit=20&q={}", escaped(query))).await?.ok()?;
        times.record(asked.elapsed().as_micros() as u64)?;
    }
    Ok(times)
}

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
