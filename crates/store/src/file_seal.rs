//! How the bytes of a file are sealed: chunks of 64 KiB, each under the file's own key, so that a part can be read
//! without the whole and a file can be written while it arrives.
//!
//! AES-256-GCM with the chunk's number as nonce: a key seals one file, once. The file's id, the number and whether the
//! chunk is the last are bound to it, so chunks cannot be swapped, moved to another file, or cut off.

use crate::SealError;
use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use uuid::Uuid;
use zeroize::{Zeroize, Zeroizing};

/// The key of one file.
pub type FileKey = Zeroizing<[u8; 32]>;

/// Plain bytes in a chunk; the last one may have fewer.
pub const CHUNK: usize = 64 << 10;
const TAG: usize = 16;
const HEAD: &[u8; 8] = b"candorf1";

/// Seals a file from its first byte to its last.
pub struct FileSealer {
    cipher: Aes256Gcm,
    id: Uuid,
    number: u64,
    waiting: Vec<u8>,
}

impl FileSealer {
    /// Begins; `out` gets the head.
    pub fn new(id: Uuid, key: &FileKey, out: &mut Vec<u8>) -> FileSealer {
        out.extend_from_slice(HEAD);
        FileSealer { cipher: cipher(key), id, number: 0, waiting: Vec::with_capacity(CHUNK) }
    }

    /// Takes bytes in and puts the chunks that are full into `out`. A full chunk waits until it is known not to be the last.
    pub fn push(&mut self, mut bytes: &[u8], out: &mut Vec<u8>) {
        while !bytes.is_empty() {
            if self.waiting.len() == CHUNK {
                self.seal(false, out);
            }
            let (now, later) = bytes.split_at(bytes.len().min(CHUNK - self.waiting.len()));
            self.waiting.extend_from_slice(now);
            bytes = later;
        }
    }

    /// Ends the file with its last chunk.
    pub fn finish(mut self, out: &mut Vec<u8>) {
        self.seal(true, out);
    }

    fn seal(&mut self, last: bool, out: &mut Vec<u8>) {
        let aad = label(self.id, self.number, last);
        let sealed = self
            .cipher
            .encrypt(&nonce(self.number), Payload { msg: &self.waiting, aad: &aad })
            .expect("a chunk is far below the limit of 64 GiB");
        out.extend_from_slice(&sealed);
        self.waiting.zeroize();
        self.number += 1;
    }
}

/// Opens the chunks of a sealed file of known size.
pub struct FileOpener {
    cipher: Aes256Gcm,
    id: Uuid,
    size: u64,
}

/// Where a chunk stands in the sealed file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub offset: u64,
    pub length: usize,
}

impl FileOpener {
    pub fn new(id: Uuid, key: &FileKey, size: u64) -> FileOpener {
        FileOpener { cipher: cipher(key), id, size }
    }

    /// The number of the last chunk. An empty file has one, which is empty.
    pub fn last(&self) -> u64 {
        self.size.saturating_sub(1) / CHUNK as u64
    }

    /// Where chunk `number` lies; `None` after the last.
    pub fn place(&self, number: u64) -> Option<Place> {
        let begins = number.checked_mul(CHUNK as u64).filter(|_| number <= self.last())?;
        let plain = usize::try_from(self.size - begins).map_or(CHUNK, |rest| rest.min(CHUNK));
        Some(Place { offset: HEAD.len() as u64 + number * (CHUNK + TAG) as u64, length: plain + TAG })
    }

    /// Opens what was read from [`Self::place`].
    pub fn open(&self, number: u64, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let aad = label(self.id, number, number == self.last());
        self.cipher.decrypt(&nonce(number), Payload { msg: sealed, aad: &aad }).map_err(|_| SealError::Tampered)
    }
}

fn cipher(key: &FileKey) -> Aes256Gcm {
    Aes256Gcm::new(key.as_slice().try_into().expect("a file's key has 32 bytes"))
}

fn nonce(number: u64) -> Nonce<aes_gcm::aes::cipher::consts::U12> {
    let mut nonce = [0; 12];
    nonce[4..].copy_from_slice(&number.to_be_bytes());
    Nonce::from(nonce)
}

fn label(id: Uuid, number: u64, last: bool) -> Vec<u8> {
    [id.as_bytes().as_slice(), &number.to_be_bytes(), &[u8::from(last)]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: Uuid = Uuid::from_u128(7);

    fn key() -> FileKey {
        Zeroizing::new([3; 32])
    }

    fn sealed(plain: &[u8], piece: usize) -> Vec<u8> {
        let mut out = Vec::new();
        let mut sealer = FileSealer::new(ID, &key(), &mut out);
        for bytes in plain.chunks(piece) {
            sealer.push(bytes, &mut out);
        }
        sealer.finish(&mut out);
        out
    }

    fn opened(id: Uuid, size: usize, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let opener = FileOpener::new(id, &key(), size as u64);
        let mut plain = Vec::new();
        for number in 0..=opener.last() {
            let Place { offset, length } = opener.place(number).unwrap();
            let chunk = sealed.get(offset as usize..offset as usize + length).ok_or(SealError::Tampered)?;
            plain.extend(opener.open(number, chunk)?);
        }
        Ok(plain)
    }

    #[test]
    fn files_of_every_size_come_back_however_they_arrived() {
        for size in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 5] {
            let plain: Vec<u8> = (0..size).map(|at| (at % 251) as u8).collect();
            for piece in [1000, CHUNK, 200_000] {
                assert_eq!(opened(ID, size, &sealed(&plain, piece)).unwrap(), plain, "{size} in pieces of {piece}");
            }
        }
    }

    #[test]
    fn nothing_can_be_changed_swapped_cut_or_moved() {
        let plain = vec![9; 3 * CHUNK];
        let good = sealed(&plain, CHUNK);
        let tampered = |change: fn(&mut Vec<u8>)| {
            let mut bad = good.clone();
            change(&mut bad);
            bad
        };
        assert_eq!(opened(ID, plain.len(), &tampered(|bad| bad[100] ^= 1)), Err(SealError::Tampered));
        assert_eq!(opened(Uuid::from_u128(8), plain.len(), &good), Err(SealError::Tampered));
        let one = CHUNK + TAG;
        let swapped = tampered(|bad| {
            let (first, second) = bad[HEAD.len()..].split_at_mut(CHUNK + TAG);
            first.swap_with_slice(&mut second[..CHUNK + TAG]);
        });
        assert_eq!(opened(ID, plain.len(), &swapped), Err(SealError::Tampered));
        assert_eq!(
            opened(ID, 2 * CHUNK, &good[..HEAD.len() + 2 * one]),
            Err(SealError::Tampered),
            "a shorter size does not make a chunk the last"
        );
        assert_eq!(FileOpener::new(ID, &key(), 10).place(1), None);
    }

    #[test]
    fn the_plain_text_does_not_show() {
        let out = sealed(b"a passport, a face and a signature", 7);
        assert!(!out.windows(8).any(|part| part == b"passport"));
    }
}
