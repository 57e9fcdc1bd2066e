//! The master key: 32 bytes outside the database. It wraps other keys and seals nothing itself.

use super::cell::{self, KeyId, NONCE, RawKey, SealError};
use crate::Error;
use data_encoding::HEXLOWER_PERMISSIVE as HEX;
use hkdf::Hkdf;
use rand::Rng;
use sha2::Sha256;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use zeroize::Zeroizing;

#[derive(Clone)]
pub struct MasterKey(RawKey);

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(..)")
    }
}

const VERSION: u8 = 1;

impl MasterKey {
    pub fn from_bytes(bytes: [u8; 32]) -> MasterKey {
        MasterKey(Zeroizing::new(bytes))
    }

    /// A new key from the system's randomness.
    pub fn random() -> MasterKey {
        let mut bytes = Zeroizing::new([0; 32]);
        rand::rng().fill_bytes(bytes.as_mut_slice());
        MasterKey(bytes)
    }

    /// Reads 64 hexadecimal digits: the form of the key file and of the environment variable.
    pub fn parse(text: &str) -> Result<MasterKey, Error> {
        let bytes = Zeroizing::new(HEX.decode(text.trim().as_bytes()).unwrap_or_default());
        let bytes: [u8; 32] =
            bytes.as_slice().try_into().map_err(|_| SealError::BadMaster("must hold 64 hexadecimal digits".to_owned()))?;
        Ok(MasterKey::from_bytes(bytes))
    }

    /// Reads the key file, or makes one (mode 0600, on disk before it is used) when there is none.
    /// A database sealed with another key refuses a new one when it is opened.
    pub fn load_or_create(path: &Path) -> Result<MasterKey, Error> {
        match std::fs::read_to_string(path) {
            Ok(text) => return MasterKey::parse(&Zeroizing::new(text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(Error::io(format!("cannot read {}", path.display()), error)),
        }
        let failed = |error| Error::io(format!("cannot write {}", path.display()), error);
        let dir = path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(dir).map_err(failed)?;
        let master = MasterKey::random();
        let text = Zeroizing::new(format!("{}\n", HEX.encode(master.0.as_slice())));
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        crate::lock::sync_dir(dir)?;
        Ok(master)
    }

    /// Wraps a key; its id and what it is for are bound to the result.
    pub(crate) fn wrap(&self, what: &str, id: KeyId, raw: &RawKey, nonce: [u8; NONCE]) -> Vec<u8> {
        let mut out = vec![VERSION];
        out.extend_from_slice(&nonce);
        out.extend_from_slice(&cell::encrypt(&self.wrapping(), nonce, &label(what, id), raw.as_slice()));
        out
    }

    pub(crate) fn unwrap(&self, what: &str, id: KeyId, wrapped: &[u8]) -> Result<RawKey, SealError> {
        let (head, text) = wrapped.split_at_checked(1 + NONCE).ok_or(SealError::NotSealed)?;
        if head[0] != VERSION {
            return Err(SealError::NotSealed);
        }
        let plain = cell::decrypt(&self.wrapping(), &head[1..], &label(what, id), text).map(Zeroizing::new)?;
        plain.as_slice().try_into().map(Zeroizing::new).map_err(|_| SealError::NotSealed)
    }

    fn wrapping(&self) -> RawKey {
        let mut key = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(None, self.0.as_slice())
            .expand(b"candor wrapping key 1", key.as_mut_slice())
            .expect("32 bytes are within what HKDF gives");
        key
    }
}

fn label(what: &str, id: KeyId) -> Vec<u8> {
    [what.as_bytes(), b"\0", id.0.as_bytes()].concat()
}
