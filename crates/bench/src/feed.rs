//! The outside feed, read from its beginning as a program reads it.

use crate::client::{Client, text};
use anyhow::{Context, Result, ensure};
use hyper::header;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// A feed that is slower than this is given up.
const PATIENCE: Duration = Duration::from_secs(600);

/// Reads the feed of the desk at this address until it has told so many messages, and nothing behind them: each event of each
/// conversation once, in order, without a gap. How many events that were.
pub(crate) async fn whole(admin: &Client, address: &str, expected: usize) -> Result<usize> {
    let new = json!({ "name": "bench", "permissions": ["event.read"] });
    let made = admin.post("/api/v1/tokens", &new).await?.ok()?;
    let program = Client::new(address)?.without_origin().with(header::AUTHORIZATION, &format!("Bearer {}", text(&made, "/secret")?))?;
    let (mut next, mut messages, mut events): (Option<String>, usize, usize) = (None, 0, 0);
    let mut reached: HashMap<String, i64> = HashMap::new();
    let begun = Instant::now();
    while messages < expected {
        ensure!(begun.elapsed() < PATIENCE, "the feed told {messages} of {expected} messages");
        let after = next.as_deref().map(|next| format!("&after={next}")).unwrap_or_default();
        let page = program.get(&format!("/api/v1/events?limit=100&wait=1{after}")).await?.ok()?;
        for item in page["items"].as_array().context("no items")? {
            let (conversation, seq) = (text(item, "/conversation")?, item["seq"].as_i64().context("no number")?);
            let last = reached.entry(conversation).or_default();
            ensure!(seq == *last + 1, "{seq} came after {last} in {}", item["conversation"]);
            *last = seq;
            events += 1;
            messages += usize::from(item["type"] == "message");
        }
        next = Some(text(&page, "/next")?);
    }
    let rest: Value = program.get(&format!("/api/v1/events?after={}", next.unwrap_or_default())).await?.ok()?;
    ensure!(messages == expected && rest["items"] == json!([]), "the feed told {messages} messages of {expected}");
    Ok(events)
}
