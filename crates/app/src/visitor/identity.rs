//! The exchange's word on who its customer is: a signed token, checked against what the inbox says and nothing else.
//!
//! Pure: token, keys, inbox and time in; a person or a reason out. The algorithm is the inbox's, never the token's.
//! That a token is used once is the database's business: see [`super::start`].

use candor_domain::contact::{IdentityKind, MAX_NAME};
use candor_domain::id::InboxId;
use candor_domain::locale::Locale;
use candor_domain::text;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use std::collections::{BTreeMap, HashSet};
use thiserror::Error;

/// What verifies the tokens of an inbox.
#[derive(Clone)]
pub enum Keys {
    /// The secret, and the old one while it still counts.
    Hs256(Vec<Vec<u8>>),
    /// The 32 bytes of a public key.
    EdDsa([u8; 32]),
}

/// Whom the exchange vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The account's id at the exchange.
    pub sub: String,
    pub name: Option<String>,
    pub email: Option<String>,
    pub locale: Option<Locale>,
    pub attrs: BTreeMap<String, String>,
    /// To be used once.
    pub jti: String,
    /// Until when, in milliseconds, `jti` must be remembered.
    pub remember_until: i64,
}

/// Why a token is not believed. Told to the caller: whoever wires up an exchange needs it, and it tells nothing of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refused {
    #[error("the inbox has no key to check tokens with")]
    NoKey,
    #[error("this is not a token signed for this inbox")]
    Signature,
    #[error("the algorithm is not the one of the inbox")]
    Algorithm,
    #[error("the claims cannot be read")]
    Claims,
    #[error("aud is not this inbox")]
    Audience,
    #[error("the token has run out")]
    Stale,
    #[error("the token is not valid yet")]
    Future,
    #[error("the token lives longer than 10 minutes")]
    TooLong,
    #[error("sub is missing or unusable")]
    Sub,
    #[error("jti is missing or unusable")]
    Jti,
    #[error("the token was used before")]
    Replayed,
}

/// Tokens are small: an id and a few attributes.
const MAX_TOKEN: usize = 8 << 10;
const MAX_LIFE_S: f64 = 600.0;
/// How far the exchange's clock may run ahead of ours.
const SKEW_S: f64 = 60.0;
const MAX_JTI: usize = 128;
const MAX_ATTRS: usize = 32;
const MAX_ATTR_NAME: usize = 64;
const MAX_ATTR: usize = 500;

#[derive(Deserialize)]
struct Claims {
    sub: String,
    aud: Audience,
    exp: f64,
    iat: f64,
    #[serde(default)]
    nbf: Option<f64>,
    jti: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    locale: Option<String>,
    #[serde(default)]
    attrs: BTreeMap<String, serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Some(Vec<String>),
}

/// Believes a token, or says why not.
pub fn verify(token: &str, keys: &Keys, inbox: InboxId, now_ms: i64) -> Result<Person, Refused> {
    let claims = authentic(token, keys)?;
    let inbox = inbox.to_string();
    let meant = match &claims.aud {
        Audience::One(aud) => *aud == inbox,
        Audience::Some(all) => all.len() == 1 && all[0] == inbox,
    };
    if !meant {
        return Err(Refused::Audience);
    }
    check_times(&claims, now_ms as f64 / 1000.0)?;
    let sub = IdentityKind::Exchange.normal(&claims.sub).ok_or(Refused::Sub)?;
    if claims.jti.is_empty() || claims.jti.len() > MAX_JTI {
        return Err(Refused::Jti);
    }
    Ok(Person {
        sub,
        name: claims.name.as_deref().and_then(clean_name),
        email: claims.email.as_deref().and_then(|email| IdentityKind::Email.normal(email)),
        locale: claims.locale.as_deref().and_then(Locale::nearest),
        attrs: claims.attrs.into_iter().filter_map(attr).take(MAX_ATTRS).collect(),
        jti: claims.jti,
        remember_until: ((claims.exp + SKEW_S) * 1000.0) as i64,
    })
}

/// A displayed name in one line, or none.
pub(super) fn clean_name(name: &str) -> Option<String> {
    let name = text::clean_line(name, MAX_NAME);
    (!name.is_empty()).then_some(name)
}

fn authentic(token: &str, keys: &Keys) -> Result<Claims, Refused> {
    if token.len() > MAX_TOKEN {
        return Err(Refused::Signature);
    }
    let header = jsonwebtoken::decode_header(token).map_err(|_| Refused::Signature)?;
    let (algorithm, keys) = match keys {
        Keys::Hs256(secrets) => (Algorithm::HS256, secrets.iter().map(|secret| DecodingKey::from_secret(secret)).collect()),
        Keys::EdDsa(public) => (Algorithm::EdDSA, vec![DecodingKey::from_ed_der(public)]),
    };
    if header.alg != algorithm {
        return Err(Refused::Algorithm);
    }
    // Extensions that must be understood, and are not.
    if header.crit.is_some() || header.zip.is_some() || header.enc.is_some() {
        return Err(Refused::Claims);
    }
    if keys.is_empty() {
        return Err(Refused::NoKey);
    }
    let mut validation = Validation::new(algorithm);
    // Times and audience are checked here, by the desk's own clock and without leeway that nobody chose.
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims = HashSet::new();
    let mut refused = Refused::Signature;
    for key in &keys {
        match jsonwebtoken::decode::<Claims>(token, key, &validation) {
            Ok(found) => return Ok(found.claims),
            // The signature holds, what it signs does not.
            Err(error) if matches!(error.kind(), ErrorKind::Json(_) | ErrorKind::InvalidClaimFormat(_)) => refused = Refused::Claims,
            Err(_) => {}
        }
    }
    Err(refused)
}

fn check_times(claims: &Claims, now: f64) -> Result<(), Refused> {
    let Claims { exp, iat, nbf, .. } = claims;
    if !exp.is_finite() || !iat.is_finite() {
        return Err(Refused::Claims);
    }
    if *exp <= now {
        return Err(Refused::Stale);
    }
    if *iat > now + SKEW_S || nbf.is_some_and(|nbf| nbf > now + SKEW_S) {
        return Err(Refused::Future);
    }
    if exp - iat > MAX_LIFE_S || exp - now > MAX_LIFE_S + SKEW_S || exp <= iat {
        return Err(Refused::TooLong);
    }
    Ok(())
}

/// An attribute as text; objects and lists are no attributes.
fn attr((name, value): (String, serde_json::Value)) -> Option<(String, String)> {
    let value = match value {
        serde_json::Value::String(text) => text,
        serde_json::Value::Number(number) => number.to_string(),
        serde_json::Value::Bool(truth) => truth.to_string(),
        _ => return None,
    };
    let (name, value) = (text::clean_line(&name, MAX_ATTR_NAME), text::clean_line(&value, MAX_ATTR));
    (!name.is_empty()).then_some((name, value))
}

#[cfg(test)]
mod tests;
