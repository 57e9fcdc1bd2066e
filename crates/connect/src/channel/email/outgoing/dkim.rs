//! Signing what leaves (RFC 6376), so that others can hold it to our domain. RSA of 2048 bits: every receiver reads it, and its record
//! fits into what name servers keep.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use data_encoding::BASE64;
use mail_auth::common::crypto::{RsaKey, Sha256};
use mail_auth::common::headers::HeaderWriter;
use mail_auth::dkim::{DkimSigner, Done};
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// The fields that are signed; `From` twice, so that none can be put before it (RFC 6376, 8.15).
const SIGNED: [&str; 12] =
    ["From", "From", "To", "Cc", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Reply-To", "MIME-Version", "Content-Type"];

/// A key that cannot be made, read or signed with; the words name no part of it.
#[derive(Debug, thiserror::Error)]
#[error("the key for signing mail cannot be used: {0}")]
pub struct DkimError(String);

/// A new private key, as PKCS #8.
///
/// # Errors
///
/// The system has no randomness.
pub fn new_key() -> Result<Vec<u8>, DkimError> {
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|error| DkimError(error.to_string()))?;
    let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).map_err(|error| DkimError(error.to_string()))?;
    Ok(der.as_ref().to_vec())
}

/// The text of the record that the domain publishes at `SELECTOR._domainkey.DOMAIN`.
///
/// # Errors
///
/// The key is none.
pub fn record(key: &[u8]) -> Result<String, DkimError> {
    let pair = KeyPair::from_pkcs8(key).map_err(|error| DkimError(error.to_string()))?;
    // With the algorithm around the key: the standard asks for it bare, and everybody publishes and reads it so.
    let public = AsDer::<PublicKeyX509Der<'_>>::as_der(pair.public_key()).map_err(|error| DkimError(error.to_string()))?;
    Ok(format!("v=DKIM1; k=rsa; p={}", BASE64.encode(public.as_ref())))
}

/// What signs for a domain under a selector.
pub struct Signer(DkimSigner<RsaKey<Sha256>, Done>);

impl Signer {
    /// # Errors
    ///
    /// The key is none.
    pub fn new(key: &[u8], domain: &str, selector: &str) -> Result<Self, DkimError> {
        Ok(Self(DkimSigner::from_key(read(key)?).domain(domain).selector(selector).headers(SIGNED)))
    }

    /// The mail with its signature in front.
    ///
    /// # Errors
    ///
    /// It has no head.
    pub fn sign(&self, mail: &[u8]) -> Result<Vec<u8>, DkimError> {
        let signature = self.0.sign(mail).map_err(|error| DkimError(error.to_string()))?.to_header();
        Ok([signature.as_bytes(), mail].concat())
    }
}

fn read(key: &[u8]) -> Result<RsaKey<Sha256>, DkimError> {
    RsaKey::from_key_der(PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.to_vec()))).map_err(|error| DkimError(error.to_string()))
}
