//! A sealed cell: version, key id, nonce, AES-256-GCM-SIV text. Table, column and row are bound to it,
//! so that a cell copied elsewhere does not open.

use aes_gcm_siv::aead::{Aead, Payload};
use aes_gcm_siv::{Aes256GcmSiv, KeyInit, Nonce};
use uuid::Uuid;

/// Names a key in `customer_key`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(pub Uuid);

impl KeyId {
    /// The key of whoever was erased: there is none, so nothing can be sealed for them.
    pub const NONE: KeyId = KeyId(Uuid::nil());
}

/// Where a sealed value stands.
#[derive(Clone, Copy, Debug)]
pub struct Cell<'a> {
    pub table: &'a str,
    pub column: &'a str,
    pub row: Uuid,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    #[error("the key of this cell was destroyed")]
    Destroyed,
    #[error("the cell was changed, or stands where it was not sealed")]
    Tampered,
    #[error("this is not a sealed cell")]
    NotSealed,
    #[error(
        "the master key does not belong to this database: give this node the key that the database was sealed with, as the others have it (master_key_file, master_key or master_key_command)"
    )]
    WrongMaster,
    #[error("the master key file {0}")]
    BadMaster(String),
}

pub(crate) type RawKey = zeroize::Zeroizing<[u8; 32]>;

const VERSION: u8 = 1;
pub(crate) const NONCE: usize = 12;
const HEAD: usize = 1 + 16 + NONCE;

pub(crate) fn seal(key: KeyId, raw: &RawKey, nonce: [u8; NONCE], cell: Cell<'_>, plain: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEAD + plain.len() + 16);
    out.push(VERSION);
    out.extend_from_slice(key.0.as_bytes());
    out.extend_from_slice(&nonce);
    out.extend_from_slice(&encrypt(raw, nonce, &label(cell), plain));
    out
}

/// The key a cell was sealed with.
pub(crate) fn key_of(sealed: &[u8]) -> Result<KeyId, SealError> {
    match sealed {
        [VERSION, rest @ ..] if rest.len() >= HEAD - 1 + 16 => Uuid::from_slice(&rest[..16]).map(KeyId).map_err(|_| SealError::NotSealed),
        _ => Err(SealError::NotSealed),
    }
}

/// Opens what `seal` made; `key_of` was asked before, so the length holds.
pub(crate) fn open(raw: &RawKey, cell: Cell<'_>, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
    let (head, text) = sealed.split_at_checked(HEAD).ok_or(SealError::NotSealed)?;
    decrypt(raw, &head[1 + 16..], &label(cell), text)
}

pub(crate) fn encrypt(raw: &RawKey, nonce: [u8; NONCE], label: &[u8], plain: &[u8]) -> Vec<u8> {
    Aes256GcmSiv::new(raw.as_slice().try_into().expect("a raw key has 32 bytes"))
        .encrypt(&Nonce::from(nonce), Payload { msg: plain, aad: label })
        .expect("a cell is far below the limit of 64 GiB")
}

pub(crate) fn decrypt(raw: &RawKey, nonce: &[u8], label: &[u8], text: &[u8]) -> Result<Vec<u8>, SealError> {
    let nonce = nonce.try_into().map_err(|_| SealError::NotSealed)?;
    Aes256GcmSiv::new(raw.as_slice().try_into().expect("a raw key has 32 bytes"))
        .decrypt(nonce, Payload { msg: text, aad: label })
        .map_err(|_| SealError::Tampered)
}

fn label(cell: Cell<'_>) -> Vec<u8> {
    [cell.table.as_bytes(), b"\0", cell.column.as_bytes(), b"\0", cell.row.as_bytes()].concat()
}
