//! Rights that end on B end on A within five seconds, with sockets open and without.

use super::Seen;
use super::pair::{Pair, answers, expect, hears};
use crate::client::{Client, text};
use crate::socket::Socket;
use anyhow::{Context, Result, bail, ensure};
use futures_util::StreamExt;
use hyper::header::AUTHORIZATION;
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

const WITHIN: Duration = Duration::from_secs(5);

pub(super) async fn play(pair: &Pair, seen: &mut Seen) -> Result<()> {
    let agents = pair.b.agents(&pair.admin, 3).await?;
    let [disabled, narrowed, signed_out] = agents.as_slice() else { bail!("three agents were asked for") };
    disabling(pair, disabled, seen).await.context("an agent who is disabled")?;
    narrowing(pair, narrowed, seen).await.context("an agent without a role")?;
    signing_out(pair, signed_out, seen).await.context("a session that was revoked")?;
    token(pair, seen).await.context("a token that was revoked")?;
    visitor(pair, seen).await.context("a visitor who logged out")?;
    blocked(pair, seen).await.context("a visitor who was blocked")
}

async fn disabling(pair: &Pair, agent: &Client, seen: &mut Seen) -> Result<()> {
    let there = pair.at_a(agent)?;
    let id = text(&expect(&there, "/api/v1/session", 200).await?, "/agent/id")?;
    let socket = pair.agent_socket(&pair.a, agent, None).await?;
    pair.admin.post(&format!("/api/v1/agents/{id}/disable"), &json!({})).await?.ok()?;
    seen.ends(ended(socket).await?);
    seen.ends(answers(&there, "/api/v1/session", 401, WITHIN).await?);
    Ok(())
}

async fn narrowing(pair: &Pair, agent: &Client, seen: &mut Seen) -> Result<()> {
    let there = pair.at_a(agent)?;
    let id = text(&expect(&there, "/api/v1/session", 200).await?, "/agent/id")?;
    expect(&there, "/api/v1/conversations?view=all", 200).await?;
    pair.admin.patch(&format!("/api/v1/agents/{id}"), &json!({ "roles": [] })).await?.ok()?;
    let begun = Instant::now();
    loop {
        let answer = there.get("/api/v1/conversations?view=all").await?;
        let sees_nothing = answer.status == 403 || (answer.status == 200 && answer.body["items"].as_array().is_some_and(Vec::is_empty));
        if sees_nothing {
            break seen.ends(begun.elapsed());
        }
        ensure!(begun.elapsed() < WITHIN, "the list still opens");
        tokio::time::sleep(super::pair::PAUSE).await;
    }
    Ok(())
}

async fn signing_out(pair: &Pair, agent: &Client, seen: &mut Seen) -> Result<()> {
    let (here, there) = (pair.at_b(agent)?, pair.at_a(agent)?);
    let socket = pair.agent_socket(&pair.a, agent, None).await?;
    here.delete("/api/v1/session").await?.ok()?;
    seen.ends(ended(socket).await?);
    seen.ends(answers(&there, "/api/v1/session", 401, WITHIN).await?);
    Ok(())
}

async fn token(pair: &Pair, seen: &mut Seen) -> Result<()> {
    let made = pair.admin.post("/api/v1/tokens", &json!({ "name": "bot", "permissions": ["conversation.read"] })).await?.ok()?;
    let secret = text(&made, "/secret")?;
    let bot = Client::new(&pair.a.address())?.without_origin().with(AUTHORIZATION, &format!("Bearer {secret}"))?;
    expect(&bot, "/api/v1/conversations?view=all", 200).await?;
    pair.admin.delete(&format!("/api/v1/tokens/{}", text(&made, "/token/id")?)).await?.ok()?;
    seen.ends(answers(&bot, "/api/v1/conversations?view=all", 401, WITHIN).await?);
    Ok(())
}

async fn visitor(pair: &Pair, seen: &mut Seen) -> Result<()> {
    let (there, token) = pair.a.visitor(&pair.inbox).await?;
    let opening = json!({ "client_id": uuid::Uuid::new_v4(), "text": "hello" });
    let conversation = text(&there.post("/visitor/v1/conversations", &opening).await?.ok()?, "/conversation/id")?;
    let mut socket = pair.visitor_socket(&pair.a, &token, &conversation).await?;
    hears(&mut socket, "hello", WITHIN).await?;
    pair.at_b(&there)?.delete("/visitor/v1/session").await?.ok()?;
    seen.ends(ended(socket).await?);
    let begun = Instant::now();
    // Whoever writes is believed for a moment without a look-up: that moment must end as well.
    let path = format!("/visitor/v1/conversations/{conversation}/messages");
    loop {
        let answer = there.post(&path, &json!({ "client_id": uuid::Uuid::new_v4(), "text": "still me" })).await?;
        if answer.status == 401 {
            break seen.ends(begun.elapsed());
        }
        ensure!(begun.elapsed() < WITHIN, "a message is still answered {}", answer.status);
    }
    Ok(())
}

async fn blocked(pair: &Pair, seen: &mut Seen) -> Result<()> {
    let (there, _) = pair.a.visitor(&pair.inbox).await?;
    let opening = json!({ "client_id": uuid::Uuid::new_v4(), "text": "buy my coins" });
    let conversation = text(&there.post("/visitor/v1/conversations", &opening).await?.ok()?, "/conversation/id")?;
    let block = json!({ "kind": "contact", "conversation": conversation, "reason": "advertising" });
    pair.admin.post("/api/v1/blocks", &block).await?.ok()?;
    let (begun, path) = (Instant::now(), format!("/visitor/v1/conversations/{conversation}/messages"));
    loop {
        let answer = there.post(&path, &json!({ "client_id": uuid::Uuid::new_v4(), "text": "buy more" })).await?;
        if answer.status == 403 {
            break seen.ends(begun.elapsed());
        }
        ensure!(begun.elapsed() < WITHIN, "a message is still answered {}", answer.status);
    }
    Ok(())
}

/// Waits until the server closes a socket, and says how long it took.
async fn ended(mut socket: Socket) -> Result<Duration> {
    let begun = Instant::now();
    let closed = async {
        loop {
            match socket.next().await {
                None | Some(Err(_) | Ok(Message::Close(_))) => return,
                Some(Ok(_)) => {}
            }
        }
    };
    timeout(WITHIN, closed).await.context("a socket stayed open")?;
    Ok(begun.elapsed())
}

impl Seen {
    fn ends(&mut self, after: Duration) {
        self.slowest_end = self.slowest_end.max(after);
    }
}
