//! Proof of work for unsigned visitors: a riddle that is signed, bound to the inbox, good for three minutes and once.
//!
//! The riddle: find a decimal `nonce` so that SHA-256 of `"{seed}:{nonce}"` begins with so many zero bits. Nothing is
//! kept of a riddle until it is solved; then its seed is remembered until it would have run out.

use crate::{App, Error, Limit, Result};
use candor_domain::id::InboxId;
use candor_domain::inbox::has_zero_bits;
use candor_store::inbox::Inbox;
use candor_store::{Pool, Query, Tx, visitor as sessions};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use subtle::ConstantTimeEq;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

/// How long a riddle may take: a cheap phone needs seconds for the hardest.
const LIFE_MS: i64 = 3 * 60_000;
/// A seed, an end, a number of bits; the inbox is signed along.
const PAYLOAD: usize = 16 + 8 + 1;
/// The longest nonce, in digits.
const NONCE: usize = 20;

/// A riddle as a client is given it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// Handed back with the solution.
    pub token: String,
    pub seed: String,
    pub bits: u8,
    pub expires_at: i64,
}

/// A riddle's token and its solution.
#[derive(Clone, Copy, Debug)]
pub struct Solution<'a> {
    pub challenge: &'a str,
    pub nonce: &'a str,
}

/// A solved riddle, to be used up in the command that begins the session.
#[derive(Clone, Debug)]
pub(super) struct Solved {
    seed: String,
    expires_at: i64,
}

impl Solved {
    /// Uses it up; false when it was used before.
    pub(super) fn use_up(&self, tx: &mut Tx<'_>, inbox: InboxId) -> Result<bool> {
        Ok(sessions::use_once(tx, inbox, &format!("proof:{}", self.seed), self.expires_at)?)
    }
}

/// Lets a start pass, with the solution it brought; or refuses it with a riddle. Only starts without a solution are counted,
/// against the address and as demand: whoever solved one was counted when it was asked for. An address that is over its
/// limit makes nobody else work.
pub(super) async fn pass(app: &App, inbox: &Inbox, peer: IpAddr, proof: Option<Solution<'_>>) -> Result<Option<Solved>> {
    if let Some(proof) = proof
        && let Some(solved) = solved(app, inbox.id, proof).await?
    {
        return Ok(Some(solved));
    }
    app.limits.check_peer(Limit::AnonymousStart, peer)?;
    let starts = app.gate.note(inbox.id);
    match inbox.widget.proof_of_work.bits_at(starts, app.limits.factor().get()) {
        None => Ok(None),
        Some(bits) => Err(Error::ProofRequired(issue(app, inbox.id, bits).await?)),
    }
}

/// A new riddle.
pub(super) async fn issue(app: &App, inbox: InboxId, bits: u8) -> Result<Challenge> {
    let (seed, expires_at) = (app.ids.bytes::<16>(), app.now() + LIFE_MS);
    let mut payload = Vec::with_capacity(PAYLOAD);
    payload.extend_from_slice(&seed);
    payload.extend_from_slice(&expires_at.to_be_bytes());
    payload.push(bits);
    let signature = sign(app, inbox, &payload).await?;
    let token = format!("{}.{}", BASE64URL_NOPAD.encode(&payload), BASE64URL_NOPAD.encode(&signature));
    Ok(Challenge { token, seed: HEXLOWER.encode(&seed), bits, expires_at })
}

/// What a solution is worth: nothing when it is not ours, has run out, is of another inbox, or is wrong.
async fn solved(app: &App, inbox: InboxId, proof: Solution<'_>) -> Result<Option<Solved>> {
    let Some((payload, signature)) = split(proof.challenge) else { return Ok(None) };
    if sign(app, inbox, &payload).await?.ct_eq(&signature).unwrap_u8() == 0 {
        return Ok(None);
    }
    let (seed, rest) = payload.split_at(16);
    let expires_at = i64::from_be_bytes(rest[..8].try_into().expect("the payload has a fixed length"));
    let (seed, bits) = (HEXLOWER.encode(seed), rest[8]);
    let digits = !proof.nonce.is_empty() && proof.nonce.len() <= NONCE && proof.nonce.bytes().all(|byte| byte.is_ascii_digit());
    let right = digits && has_zero_bits(&Sha256::digest(format!("{seed}:{}", proof.nonce).as_bytes()), bits);
    Ok((right && app.now() < expires_at).then_some(Solved { seed, expires_at }))
}

fn split(token: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    let (payload, signature) = token.split_once('.')?;
    let payload = BASE64URL_NOPAD.decode(payload.as_bytes()).ok().filter(|payload| payload.len() == PAYLOAD)?;
    Some((payload, BASE64URL_NOPAD.decode(signature.as_bytes()).ok()?))
}

/// Signed with the key of the database, so that a riddle of one node is good on another.
async fn sign(app: &App, inbox: InboxId, payload: &[u8]) -> Result<Vec<u8>> {
    let text = format!("{inbox}:{}", HEXLOWER.encode(payload));
    app.db.read(Pool::Quick, move |rx| Ok(rx.blind("visitor_challenge", &text))).await
}

/// The gate that anonymous visitors come through. It counts how many begin a session, by inbox: what turns the proof of work
/// on by itself. And it lets only a few at a time to the database, so that a flood waits here and not before agents' replies.
pub struct Gate {
    minutes: Mutex<HashMap<InboxId, Minute>>,
    turns: Semaphore,
}

/// Anonymous starts that may be under way at once, and how long one waits for its turn.
const AT_ONCE: usize = 8;
const PATIENCE: Duration = Duration::from_secs(5);
const COME_BACK: Duration = Duration::from_secs(3);

impl Default for Gate {
    fn default() -> Self {
        Self { minutes: Mutex::default(), turns: Semaphore::new(AT_ONCE) }
    }
}

/// Two minutes side by side: the last minute is this one and the part of the one before that still counts.
#[derive(Clone, Copy, Debug)]
struct Minute {
    since: Instant,
    now: u32,
    before: u32,
}

const MINUTE: Duration = Duration::from_secs(60);

impl Gate {
    /// Waits for a turn; who waited too long is asked to come back.
    pub(super) async fn turn(&self) -> Result<SemaphorePermit<'_>> {
        let full = || Error::Store(candor_store::Error::Full { retry_after: COME_BACK });
        timeout(PATIENCE, self.turns.acquire()).await.map_err(|_| full())?.map_err(|_| full())
    }

    /// Counts a start; answers how many there were in the last minute.
    fn note(&self, inbox: InboxId) -> u32 {
        self.note_at(inbox, Instant::now())
    }

    fn note_at(&self, inbox: InboxId, at: Instant) -> u32 {
        let mut all = self.minutes.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = all.entry(inbox).or_insert(Minute { since: at, now: 0, before: 0 });
        let passed = at.duration_since(minute.since);
        if passed >= 2 * MINUTE {
            *minute = Minute { since: at, now: 0, before: 0 };
        } else if passed >= MINUTE {
            *minute = Minute { since: minute.since + MINUTE, now: 0, before: minute.now };
        }
        minute.now = minute.now.saturating_add(1);
        let left = MINUTE.saturating_sub(at.duration_since(minute.since));
        let carried = f64::from(minute.before) * left.as_secs_f64() / MINUTE.as_secs_f64();
        minute.now.saturating_add(carried as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_minute_is_counted_and_older_ones_fade() {
        let (gate, inbox, start) = (Gate::default(), InboxId(uuid::Uuid::from_u128(1)), Instant::now());
        let after = |seconds| start + Duration::from_secs(seconds);
        for _ in 0..99 {
            gate.note_at(inbox, start);
        }
        assert_eq!(gate.note_at(inbox, after(59)), 100);
        assert_eq!(gate.note_at(inbox, after(90)), 51, "half of the minute before still counts");
        assert_eq!(gate.note_at(inbox, after(300)), 1);
        assert_eq!(gate.note_at(InboxId(uuid::Uuid::from_u128(2)), after(300)), 1, "each inbox by itself");
    }
}
