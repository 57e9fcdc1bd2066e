//! A root: the heads of all lanes at a time, signed, with the hash of the root before. One line of JSON each.

use crate::Error;
use crate::keys::RawKey;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use data_encoding::HEXLOWER as HEX;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The last entry of a lane: its number and hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Head {
    pub(super) lane: i64,
    pub(super) number: i64,
    pub(super) hash: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Root {
    pub(super) at: i64,
    /// Hash of the line before; 64 zeros in the first.
    pub(super) previous: String,
    pub(super) heads: Vec<Head>,
    /// The public key, so that whoever keeps roots elsewhere can check them.
    pub(super) key: String,
    pub(super) signature: String,
}

/// What the first root names as the one before.
pub(super) const NONE: &str = "0000000000000000000000000000000000000000000000000000000000000000";

pub(super) fn key_pair(signing: &RawKey) -> Result<Ed25519KeyPair, Error> {
    Ed25519KeyPair::from_seed_unchecked(signing.as_slice()).map_err(|_| Error::Invalid("the audit log's key cannot sign".to_owned()))
}

pub(super) fn public(pair: &Ed25519KeyPair) -> String {
    HEX.encode(pair.public_key().as_ref())
}

impl Root {
    pub(super) fn sign(at: i64, previous: String, heads: Vec<Head>, pair: &Ed25519KeyPair) -> Root {
        let mut root = Root { at, previous, heads, key: public(pair), signature: String::new() };
        root.signature = HEX.encode(pair.sign(&root.text()).as_ref());
        root
    }

    pub(super) fn is_signed_by(&self, key: &str) -> bool {
        let (Ok(bytes), Ok(signature)) = (HEX.decode(key.as_bytes()), HEX.decode(self.signature.as_bytes())) else {
            return false;
        };
        self.key == key && UnparsedPublicKey::new(&ED25519, bytes).verify(&self.text(), &signature).is_ok()
    }

    pub(super) fn line(&self) -> Result<String, Error> {
        serde_json::to_string(self).map_err(|error| Error::Invalid(error.to_string()))
    }

    /// What is signed: every field but the signature, so written that no two roots have the same text.
    fn text(&self) -> Vec<u8> {
        let mut text = format!("candor audit root 1\n{}\n{}\n{}\n", self.at, self.previous, self.key);
        for Head { lane, number, hash } in &self.heads {
            text.push_str(&format!("{lane} {number} {hash}\n"));
        }
        text.into_bytes()
    }
}

/// Names a root by its line.
pub(super) fn hash_of_line(line: &str) -> String {
    HEX.encode(&Sha256::digest(line.as_bytes()))
}
