//! The exchange's public key in the forms people have it in, and the one form it is kept in.

use crate::{Error, Result};
use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD, HEXLOWER_PERMISSIVE};

/// What stands before the 32 bytes in a PEM file: "this is an Ed25519 key".
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
const BYTES: usize = 32;

/// An Ed25519 public key as 32 bytes in base64url; taken as PEM, hex, base64 or base64url.
pub(super) fn normal(typed: &str) -> Result<String> {
    let bytes = read(typed.trim())
        .ok_or_else(|| Error::invalid("identity.public_key", "an Ed25519 public key: PEM, or its 32 bytes in hex or base64"))?;
    Ok(BASE64URL_NOPAD.encode(&bytes))
}

fn read(typed: &str) -> Option<[u8; BYTES]> {
    if let Some(body) = typed.strip_prefix("-----BEGIN PUBLIC KEY-----") {
        let body = body.trim().strip_suffix("-----END PUBLIC KEY-----")?;
        let text: String = body.split_whitespace().collect();
        let der = BASE64.decode(text.as_bytes()).ok()?;
        return der.strip_prefix(&SPKI)?.try_into().ok();
    }
    let bytes = typed.as_bytes();
    let decoded = match typed.len() {
        64 => HEXLOWER_PERMISSIVE.decode(bytes),
        44 => BASE64.decode(bytes).or_else(|_| BASE64URL.decode(bytes)),
        _ => BASE64URL_NOPAD.decode(bytes).or_else(|_| BASE64_NOPAD.decode(bytes)),
    };
    decoded.ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_one_form_whichever_it_came_in() {
        // RFC 8410, section 10.1.
        let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
        let kept = "Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE";
        assert_eq!(normal(pem).ok().as_deref(), Some(kept));
        assert_eq!(normal(kept).ok().as_deref(), Some(kept));
        assert_eq!(normal("Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=").ok().as_deref(), Some(kept));
        assert_eq!(normal("19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1").ok().as_deref(), Some(kept));
    }

    #[test]
    fn anything_else_is_refused() {
        for typed in
            ["", "secret", "-----BEGIN PUBLIC KEY-----", "-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----", &"A".repeat(86)]
        {
            assert!(normal(typed).is_err(), "{typed}");
        }
    }
}
