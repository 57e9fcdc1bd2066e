//! What nodes tell each other of their limits: once a second, over the bus, how much was taken of buckets that are used
//! in earnest, so that going from node to node is no way around a limit.
//!
//! A node keeps the first quarter of a bucket to itself: with N nodes somebody who spreads evenly gets at most N - 1
//! quarters more than one node alone would give. Told takes come at most a second late; a lost note leaves each node with
//! its own count. Keys cross hashed with the desk's own secret.

use candor_store::Ephemeral;
use data_encoding::BASE64URL_NOPAD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// What these notes are about, where others name a conversation.
pub(crate) const TOPIC: Uuid = Uuid::from_u128(0x6c69_6d69_7473_0000_8000_0000_0000_0001);
/// Keys in one note: it must stay small.
const A_NOTE: usize = 100;
/// Keys that are counted at most; beyond it the count begins anew.
const MOST: usize = 100_000;

pub(super) struct Shared {
    secret: Hmac<Sha256>,
    /// Tells this process's notes from others'.
    me: String,
    taken: Mutex<HashMap<(usize, u64), Taken>>,
}

struct Taken {
    all: u32,
    untold: u32,
    since: Instant,
}

#[derive(Debug, Serialize, Deserialize)]
struct Told {
    by: String,
    limit: String,
    taken: Vec<(u64, u32)>,
}

impl Shared {
    pub(super) fn new(secret: &[u8]) -> Self {
        let secret = Hmac::new_from_slice(secret).expect("HMAC takes keys of any length");
        Self { secret, me: BASE64.encode(&rand::random::<[u8; 12]>()), taken: Mutex::default() }
    }

    /// The same number for the same key on every node.
    pub(super) fn hash(&self, key: impl Hash) -> u64 {
        let mut bytes = Bytes(self.secret.clone());
        key.hash(&mut bytes);
        let hash = bytes.0.finalize().into_bytes();
        hash.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    /// Counts what was taken here.
    pub(super) fn note(&self, limit: usize, key: u64) {
        let mut taken = self.taken();
        if taken.len() >= MOST {
            taken.clear();
        }
        let one = taken.entry((limit, key)).or_insert_with(|| Taken { all: 0, untold: 0, since: Instant::now() });
        one.all = one.all.saturating_add(1);
        one.untold = one.untold.saturating_add(1);
    }

    /// What others should know now. `about` gives a limit's name, the quarter of its burst and how long it takes to fill.
    pub(super) fn tell(&self, about: impl Fn(usize) -> (&'static str, u32, Duration)) -> Vec<Ephemeral> {
        let mut by_limit: HashMap<usize, Vec<(u64, u32)>> = HashMap::new();
        self.taken().retain(|(limit, key), one| {
            let (_, quarter, fills_in) = about(*limit);
            if one.all >= quarter && one.untold > 0 {
                by_limit.entry(*limit).or_default().push((*key, std::mem::take(&mut one.untold)));
            }
            one.since.elapsed() < fills_in
        });
        let notes = by_limit.iter().flat_map(|(limit, taken)| taken.chunks(A_NOTE).map(|part| (about(*limit).0, part)));
        notes.filter_map(|(limit, part)| self.write(limit, part)).collect()
    }

    fn write(&self, limit: &str, part: &[(u64, u32)]) -> Option<Ephemeral> {
        let told = Told { by: self.me.clone(), limit: limit.to_owned(), taken: part.to_vec() };
        serde_json::to_string(&told).ok().map(|body| Ephemeral { topic: TOPIC, body })
    }

    /// What another node has taken: the limit's name, keys and how often. Our own notes and those of other versions say nothing.
    pub(super) fn hear(&self, body: &str) -> Option<(String, Vec<(u64, u32)>)> {
        let told: Told = serde_json::from_str(body).ok()?;
        (told.by != self.me).then_some((told.limit, told.taken))
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<(usize, u64), Taken>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets anything that can be hashed go through the HMAC.
struct Bytes(Hmac<Sha256>);

impl Hasher for Bytes {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Nobody asks: the HMAC itself is read.
    fn finish(&self) -> u64 {
        0
    }
}
