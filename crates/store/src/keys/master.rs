//! The master key: 32 bytes outside the database. It wraps other keys and seals nothing itself.
//! While it is being changed there are two: the first wraps, the others only open what they wrapped before.

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

/// The key that wraps, and before it was changed the ones that did.
#[derive(Clone)]
pub struct MasterKey {
    first: RawKey,
    older: Vec<RawKey>,
}

/// What a master key is called: says which one is meant and nothing about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MasterName([u8; NAME]);

impl std::fmt::Display for MasterName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&HEX.encode(&self.0))
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(..)")
    }
}

const NAME: usize = 8;
/// Wrapped by a key that is not named; only read.
const NAMELESS: u8 = 1;
/// Wrapped by the key whose name follows.
const NAMED: u8 = 2;

impl MasterKey {
    pub fn from_bytes(bytes: [u8; 32]) -> MasterKey {
        MasterKey { first: Zeroizing::new(bytes), older: Vec::new() }
    }

    /// The name of the key that wraps.
    pub fn name(&self) -> MasterName {
        name_of(&self.first)
    }

    /// The names of all, that of the wrapping key first.
    pub fn names(&self) -> Vec<MasterName> {
        self.all().map(name_of).collect()
    }

    /// The same keys with this one wrapping; `None` when it is not among them.
    pub fn led_by(&self, name: &str) -> Option<MasterKey> {
        let first = self.all().find(|key| name_of(key).to_string() == name)?.clone();
        let older = self.all().filter(|key| **key != first).cloned().collect();
        Some(MasterKey { first, older })
    }

    /// These keys under a new one that wraps.
    pub fn under_new(&self) -> MasterKey {
        let MasterKey { first, .. } = MasterKey::random();
        MasterKey { first, older: self.all().cloned().collect() }
    }

    /// The wrapping key alone.
    pub fn without_older(&self) -> MasterKey {
        MasterKey { first: self.first.clone(), older: Vec::new() }
    }

    fn all(&self) -> impl Iterator<Item = &RawKey> {
        std::iter::once(&self.first).chain(&self.older)
    }

    /// A new key from the system's randomness.
    pub fn random() -> MasterKey {
        let mut bytes = Zeroizing::new([0; 32]);
        rand::rng().fill_bytes(bytes.as_mut_slice());
        MasterKey { first: bytes, older: Vec::new() }
    }

    /// Reads 64 hexadecimal digits: the form of the key file and of the environment variable. More of them, between white
    /// space, are older keys.
    pub fn parse(text: &str) -> Result<MasterKey, Error> {
        let mut keys = text.split_whitespace().map(parse_one).collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() {
            return Err(bad().into());
        }
        let first = keys.remove(0);
        keys.retain(|key| *key != first);
        Ok(MasterKey { first, older: keys })
    }

    /// Writes the keys to the key file, a line each, whole or not at all.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        let failed = |error| Error::writing("cannot write", path, error);
        let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let new = path.with_extension("new");
        let lines: Vec<Zeroizing<String>> = self.all().map(|key| Zeroizing::new(HEX.encode(key.as_slice()))).collect();
        match std::fs::remove_file(&new) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new).map_err(failed)?;
        for line in &lines {
            file.write_all(line.as_bytes()).and_then(|()| file.write_all(b"\n")).map_err(failed)?;
        }
        file.sync_all().map_err(failed)?;
        std::fs::rename(&new, path).map_err(failed)?;
        crate::lock::sync_dir(dir)
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
        let text = Zeroizing::new(format!("{}\n", HEX.encode(master.first.as_slice())));
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        crate::lock::sync_dir(dir)?;
        Ok(master)
    }

    /// Wraps a key; its id and what it is for are bound to the result, which names this key.
    pub(crate) fn wrap(&self, what: &str, id: KeyId, raw: &RawKey, nonce: [u8; NONCE]) -> Vec<u8> {
        let mut out = vec![NAMED];
        out.extend_from_slice(&self.name().0);
        out.extend_from_slice(&nonce);
        out.extend_from_slice(&cell::encrypt(&wrapping(&self.first), nonce, &label(what, id), raw.as_slice()));
        out
    }

    /// Whether the wrapping key wrapped this.
    pub(crate) fn wrapped(&self, wrapped: &[u8]) -> bool {
        wrapped.strip_prefix(&[NAMED]).is_some_and(|rest| rest.starts_with(&self.name().0))
    }

    pub(crate) fn unwrap(&self, what: &str, id: KeyId, wrapped: &[u8]) -> Result<RawKey, SealError> {
        match wrapped {
            [NAMELESS, sealed @ ..] => {
                let opened = self.all().map(|key| unwrap_with(key, what, id, sealed)).find(Result::is_ok);
                opened.unwrap_or(Err(SealError::Tampered))
            }
            [NAMED, rest @ ..] => {
                let (name, sealed) = rest.split_at_checked(NAME).ok_or(SealError::NotSealed)?;
                let key = self.all().find(|key| name_of(key).0 == name).ok_or(SealError::WrongMaster)?;
                unwrap_with(key, what, id, sealed)
            }
            _ => Err(SealError::NotSealed),
        }
    }
}

fn bad() -> SealError {
    SealError::BadMaster("must hold 64 hexadecimal digits".to_owned())
}

fn parse_one(text: &str) -> Result<RawKey, Error> {
    let bytes = Zeroizing::new(HEX.decode(text.as_bytes()).unwrap_or_default());
    let bytes: [u8; 32] = bytes.as_slice().try_into().map_err(|_| bad())?;
    Ok(Zeroizing::new(bytes))
}

fn unwrap_with(key: &RawKey, what: &str, id: KeyId, sealed: &[u8]) -> Result<RawKey, SealError> {
    let (nonce, text) = sealed.split_at_checked(NONCE).ok_or(SealError::NotSealed)?;
    let plain = cell::decrypt(&wrapping(key), nonce, &label(what, id), text).map(Zeroizing::new)?;
    plain.as_slice().try_into().map(Zeroizing::new).map_err(|_| SealError::NotSealed)
}

fn wrapping(key: &RawKey) -> RawKey {
    let mut out = Zeroizing::new([0; 32]);
    derive(key, b"candor wrapping key 1", out.as_mut_slice());
    out
}

fn name_of(key: &RawKey) -> MasterName {
    let mut name = [0; NAME];
    derive(key, b"candor master key name 1", &mut name);
    MasterName(name)
}

fn derive(key: &RawKey, purpose: &[u8], out: &mut [u8]) {
    Hkdf::<Sha256>::new(None, key.as_slice()).expand(purpose, out).expect("a few bytes are within what HKDF gives");
}

fn label(what: &str, id: KeyId) -> Vec<u8> {
    [what.as_bytes(), b"\0", id.0.as_bytes()].concat()
}
