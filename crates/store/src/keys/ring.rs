//! The opened keys of one thread: bounded, and emptied when any key is destroyed.

use super::cell::{self, Cell, KeyId, RawKey, SealError};
use crate::Error;
use crate::seat::Seat;
use crate::text::Sql;
use lru::LruCache;
use rand::Rng;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use uuid::Uuid;
use zeroize::Zeroizing;

const KEYS: NonZeroUsize = NonZeroUsize::new(2048).expect("not zero");

const SELECT_KEY: &str = "SELECT wrapped FROM customer_key WHERE id = $1";
const INSERT_KEY: &str = "INSERT INTO customer_key (id, contact_id, purpose, wrapped, created_at) VALUES ($1, $2, $3, $4, $5)";

pub(crate) struct KeyRing {
    open: LruCache<KeyId, RawKey>,
    generation: u64,
}

impl KeyRing {
    pub(crate) fn new() -> KeyRing {
        KeyRing { open: LruCache::new(KEYS), generation: 0 }
    }

    fn get(&mut self, generation: u64, key: KeyId) -> Option<&RawKey> {
        if self.generation != generation {
            self.open.clear();
            self.generation = generation;
        }
        self.open.get(&key)
    }

    /// Keeps a key that was read in a query begun at `began`. If keys were destroyed since, this may be one of them,
    /// read from an older picture of the database: it serves once and is not kept.
    fn put(&mut self, began: u64, generation: u64, key: KeyId, raw: RawKey) {
        if began == generation && self.generation == generation {
            self.open.put(key, raw);
        }
    }
}

impl Seat {
    pub(crate) fn seal(&mut self, key: KeyId, cell: Cell<'_>, plain: &[u8]) -> Result<Vec<u8>, Error> {
        let nonce = self.nonce();
        self.with_key(key, |raw| Ok(cell::seal(key, raw, nonce, cell, plain)))
    }

    pub(crate) fn open(&mut self, cell: Cell<'_>, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        let key = cell::key_of(sealed)?;
        self.with_key(key, |raw| cell::open(raw, cell, sealed))
    }

    pub(crate) fn offer_key(&mut self, key: KeyId, wrapped: &[u8]) {
        let vault = self.shared.vault();
        if self.ring.get(vault.generation(), key).is_none() {
            // A wrapped key that does not open is reported by the cell that needs it.
            if let Ok(raw) = vault.unwrap(key, wrapped) {
                self.ring.put(self.generation, vault.generation(), key, raw);
            }
        }
    }

    pub(crate) fn new_key(&mut self, contact: Option<Uuid>, purpose: &str) -> Result<KeyId, Error> {
        let mut raw = Zeroizing::new([0; 32]);
        self.random.fill_bytes(raw.as_mut_slice());
        let mut random = [0; 10];
        self.random.fill_bytes(&mut random);
        let made_at = u64::try_from(self.at).unwrap_or(0);
        let key = KeyId(uuid::Builder::from_unix_timestamp_millis(made_at, &random).into_uuid());
        let nonce = self.nonce();
        let wrapped = self.shared.vault().wrap(key, &raw, nonce);
        let at = self.at;
        self.execute(INSERT_KEY, &[&key.0, &contact, &purpose, &wrapped, &at])?;
        self.ring.put(self.generation, self.shared.generation(), key, raw);
        Ok(key)
    }

    /// A fresh nonce. GCM-SIV forgives a repeated one, so a generator seeded by the system is enough.
    fn nonce(&mut self) -> [u8; cell::NONCE] {
        let mut nonce = [0; cell::NONCE];
        self.random.fill_bytes(&mut nonce);
        nonce
    }

    fn with_key<T>(&mut self, key: KeyId, act: impl FnOnce(&RawKey) -> Result<T, SealError>) -> Result<T, Error> {
        let generation = self.shared.vault().generation();
        if let Some(raw) = self.ring.get(generation, key) {
            return Ok(act(raw)?);
        }
        let mut wrapped: Option<Vec<u8>> = None;
        self.each(Sql::Fixed(SELECT_KEY), &[&key.0], &mut |row| {
            wrapped = Some(row.get(0)?);
            Ok(ControlFlow::Break(()))
        })?;
        let raw = self.shared.vault().unwrap(key, &wrapped.ok_or(SealError::Destroyed)?)?;
        let result = act(&raw)?;
        self.ring.put(self.generation, generation, key, raw);
        Ok(result)
    }
}
