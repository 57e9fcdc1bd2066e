//! Secrets that are shown once and kept as hashes: sessions, tokens, links. Never logged, never stored.

use crate::App;
use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD};
use sha2::{Digest, Sha256};

/// What integrations' tokens begin with, so that a leaked one is recognised.
pub const TOKEN_PREFIX: &str = "cnd_";

/// 256 random bits for a cookie or a link.
pub fn fresh(app: &App) -> String {
    BASE64URL_NOPAD.encode(&app.ids.bytes::<32>())
}

/// A new API token: 256 random bits in letters that survive any log or shell.
pub fn fresh_token(app: &App) -> String {
    format!("{TOKEN_PREFIX}{}", base32(app))
}

/// 256 random bits in lower-case letters and digits.
pub fn base32(app: &App) -> String {
    BASE32_NOPAD.encode(&app.ids.bytes::<32>()).to_ascii_lowercase()
}

/// What is kept of a secret. It is random and long, so a plain hash cannot be turned back.
pub fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}
