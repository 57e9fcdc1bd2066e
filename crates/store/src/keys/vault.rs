//! What is open for the life of a store: the master key, the blind and mark keys, the desk's own key id.
//! These keys stand wrapped in `secret`, so that changing the master key changes no blind word.

use super::cell::{KeyId, NONCE, RawKey, SealError};
use super::master::MasterKey;
use crate::Error;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{OnceLock, PoisonError, RwLock, RwLockReadGuard};
use uuid::Uuid;

type Hash = Hmac<Sha256>;

pub(crate) struct Vault {
    master: RwLock<MasterKey>,
    blind: Hash,
    mark: Hash,
    signing: RawKey,
    workspace: OnceLock<KeyId>,
    /// Raised when keys were destroyed; rings that hold an older number forget everything.
    generation: AtomicU64,
}

/// Bytes of a blind value: enough that two values never meet by chance.
const BLIND: usize = 16;
const WORD: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

impl Vault {
    pub(crate) fn new(master: MasterKey, blind: &RawKey, mark: &RawKey, signing: RawKey) -> Vault {
        let hash = |key: &RawKey| Hash::new_from_slice(key.as_slice()).expect("HMAC takes keys of any length");
        Vault {
            blind: hash(blind),
            mark: hash(mark),
            signing,
            master: RwLock::new(master),
            workspace: OnceLock::new(),
            generation: AtomicU64::new(0),
        }
    }

    pub(crate) fn blind(&self, kind: &str, value: &str) -> Vec<u8> {
        let hash = self.blind.clone().chain_update(kind).chain_update([0]).chain_update(value);
        hash.finalize().into_bytes()[..BLIND].to_vec()
    }

    pub(crate) fn mark(&self, word: &str) -> String {
        let bytes = self.mark.clone().chain_update(word).finalize().into_bytes();
        let bits = bytes[..5].iter().fold(0u64, |bits, byte| bits << 8 | u64::from(*byte));
        (0..8).rev().map(|place| WORD[(bits >> (place * 5)) as usize & 31] as char).collect()
    }

    pub(crate) fn workspace(&self) -> KeyId {
        *self.workspace.get().expect("the store makes or reads this key when it opens")
    }

    pub(crate) fn set_workspace(&self, key: KeyId) {
        // Set once, when the store opens.
        let _ = self.workspace.set(key);
    }

    pub(crate) fn signing(&self) -> &RawKey {
        &self.signing
    }

    /// The master key in use.
    pub(crate) fn master(&self) -> RwLockReadGuard<'_, MasterKey> {
        self.master.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Another master key wraps from now on; it brings the older ones along.
    pub(crate) fn set_master(&self, master: MasterKey) {
        *self.master.write().unwrap_or_else(PoisonError::into_inner) = master;
    }

    pub(crate) fn wrap(&self, id: KeyId, raw: &RawKey, nonce: [u8; NONCE]) -> Vec<u8> {
        self.master().wrap("customer_key", id, raw, nonce)
    }

    pub(crate) fn unwrap(&self, id: KeyId, wrapped: &[u8]) -> Result<RawKey, SealError> {
        self.master().unwrap("customer_key", id, wrapped)
    }

    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    pub(crate) fn forget_opened_keys(&self) {
        self.generation.fetch_add(1, Ordering::AcqRel);
    }
}

/// Names of the wrapped keys in `secret`, in the order `Vault` takes them.
pub(crate) const SECRETS: [&str; 3] = ["blind", "mark", "audit"];

/// The id a secret is bound to when it is wrapped: its name is its identity.
pub(crate) const SECRET_ID: KeyId = KeyId(Uuid::nil());

pub(crate) fn open_secret(master: &MasterKey, name: &str, wrapped: &[u8]) -> Result<RawKey, Error> {
    master.unwrap(name, SECRET_ID, wrapped).map_err(|_| SealError::WrongMaster.into())
}
