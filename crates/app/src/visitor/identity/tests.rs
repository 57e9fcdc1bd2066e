use super::*;
use data_encoding::BASE64URL_NOPAD as B64;
use jsonwebtoken::{EncodingKey, Header};
use serde_json::{Value, json};

const NOW: i64 = 1_790_000_000_000;
const SECRET: &[u8] = b"a secret of the inbox, 32 bytes..";

fn inbox() -> InboxId {
    InboxId::from_parts(NOW, [7; 10])
}

fn claims() -> Value {
    json!({ "sub": "u-1", "aud": inbox().to_string(), "iat": NOW / 1000, "exp": NOW / 1000 + 300, "jti": "j-1" })
}

fn with(changes: Value) -> Value {
    let mut all = claims();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => all.as_object_mut().unwrap().remove(name),
            value => all.as_object_mut().unwrap().insert(name.clone(), value.clone()),
        };
    }
    all
}

fn hs(algorithm: Algorithm, secret: &[u8], claims: &Value) -> String {
    jsonwebtoken::encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(secret)).unwrap()
}

fn check(token: &str) -> Result<Person, Refused> {
    verify(token, &Keys::Hs256(vec![SECRET.to_vec()]), inbox(), NOW)
}

fn refused(changes: Value) -> Refused {
    check(&hs(Algorithm::HS256, SECRET, &with(changes))).unwrap_err()
}

/// The same claims under another header, with what an attacker can make without a key.
fn forged(header: &str, signature: &str) -> String {
    format!("{}.{}.{}", B64.encode(header.as_bytes()), B64.encode(claims().to_string().as_bytes()), signature)
}

#[test]
fn a_good_token_names_its_person() {
    let extra = json!({ "name": " 李 伟\n ", "email": "Li@Example.com", "locale": "zh-Hant-HK", "attrs": { "vip": 3, "kyc": true, "city": "台北", "deep": {} } });
    let person = check(&hs(Algorithm::HS256, SECRET, &with(extra))).unwrap();
    assert_eq!((person.sub.as_str(), person.jti.as_str()), ("u-1", "j-1"));
    assert_eq!(
        (person.name.as_deref(), person.email.as_deref(), person.locale),
        (Some("李 伟"), Some("li@example.com"), Some(Locale::TraditionalChinese))
    );
    let attrs: Vec<_> = person.attrs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(attrs, [("city", "台北"), ("kyc", "true"), ("vip", "3")]);
    assert!(person.remember_until >= NOW + 300_000);
}

#[test]
fn the_algorithm_is_the_inboxs_and_never_the_tokens() {
    let hs256 = hs(Algorithm::HS256, SECRET, &claims());
    let signature = hs256.rsplit('.').next().unwrap();
    assert_eq!(check(&hs(Algorithm::HS512, SECRET, &claims())), Err(Refused::Algorithm));
    for none in [r#"{"alg":"none"}"#, r#"{"alg":"None","typ":"JWT"}"#, r#"{"typ":"JWT"}"#, "{}"] {
        assert_eq!(check(&forged(none, "")), Err(Refused::Signature), "{none}");
        assert_eq!(check(&forged(none, signature)), Err(Refused::Signature), "{none}");
    }
    // A public key is no secret: a token signed with it as a secret must not pass for one signed by its private half.
    let (_, public) = ed25519();
    let confused = hs(Algorithm::HS256, &public, &claims());
    assert_eq!(verify(&confused, &Keys::EdDsa(public), inbox(), NOW), Err(Refused::Algorithm));
    let (key, _) = ed25519();
    let eddsa = jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), &claims(), &key).unwrap();
    assert_eq!(check(&eddsa), Err(Refused::Algorithm));
}

#[test]
fn the_signature_must_be_ours() {
    let good = hs(Algorithm::HS256, SECRET, &claims());
    let (head, signature) = good.rsplit_once('.').unwrap();
    assert_eq!(check(head), Err(Refused::Signature));
    assert_eq!(check(&format!("{head}.")), Err(Refused::Signature));
    assert_eq!(check(&format!("{head}.{}", &signature[1..])), Err(Refused::Signature));
    assert_eq!(check(&hs(Algorithm::HS256, b"another secret", &claims())), Err(Refused::Signature));
    assert_eq!(check(&hs(Algorithm::HS256, b"", &claims())), Err(Refused::Signature));
    let other = hs(Algorithm::HS256, SECRET, &with(json!({ "sub": "u-2" })));
    let swapped = format!("{}.{signature}", other.rsplit_once('.').unwrap().0);
    assert_eq!(check(&swapped), Err(Refused::Signature));
    for noise in ["", ".", "..", "a.b.c", "\0", &"a".repeat(9000), &format!("{good}.x")] {
        assert_eq!(check(noise), Err(Refused::Signature));
    }
    let crit = forged(r#"{"alg":"HS256","crit":["exp"]}"#, signature);
    assert_eq!(check(&crit), Err(Refused::Claims));
}

#[test]
fn without_a_key_nobody_is_believed() {
    let token = hs(Algorithm::HS256, b"", &claims());
    assert_eq!(verify(&token, &Keys::Hs256(vec![]), inbox(), NOW), Err(Refused::NoKey));
}

#[test]
fn an_old_secret_counts_beside_the_new_one() {
    let keys = Keys::Hs256(vec![b"new".to_vec(), SECRET.to_vec()]);
    assert!(verify(&hs(Algorithm::HS256, SECRET, &claims()), &keys, inbox(), NOW).is_ok());
    assert!(verify(&hs(Algorithm::HS256, b"new", &claims()), &keys, inbox(), NOW).is_ok());
    assert_eq!(check(&hs(Algorithm::HS256, b"new", &claims())), Err(Refused::Signature));
}

#[test]
fn a_token_lives_at_most_ten_minutes_and_only_now() {
    let s = NOW / 1000;
    assert_eq!(refused(json!({ "exp": s })), Refused::Stale);
    assert_eq!(refused(json!({ "iat": s - 600, "exp": s - 1 })), Refused::Stale);
    assert_eq!(refused(json!({ "iat": s + 61, "exp": s + 300 })), Refused::Future);
    assert_eq!(refused(json!({ "nbf": s + 61 })), Refused::Future);
    assert_eq!(refused(json!({ "exp": s + 601 })), Refused::TooLong);
    assert_eq!(refused(json!({ "iat": s - 10, "exp": s + 591 })), Refused::TooLong);
    assert_eq!(refused(json!({ "iat": s + 30, "exp": s + 30 })), Refused::TooLong);
    assert_eq!(refused(json!({ "exp": 1e300 })), Refused::TooLong);
    assert!(check(&hs(Algorithm::HS256, SECRET, &with(json!({ "iat": s + 30, "exp": s + 630 })))).is_ok(), "a clock half a minute ahead");
    assert!(check(&hs(Algorithm::HS256, SECRET, &with(json!({ "iat": s as f64 - 0.5 })))).is_ok(), "fractions are allowed by the standard");
}

#[test]
fn a_token_is_for_one_inbox() {
    let other = InboxId::from_parts(NOW, [8; 10]).to_string();
    assert_eq!(refused(json!({ "aud": other })), Refused::Audience);
    assert_eq!(refused(json!({ "aud": [inbox().to_string(), other] })), Refused::Audience);
    assert_eq!(refused(json!({ "aud": [] })), Refused::Audience);
    assert_eq!(refused(json!({ "aud": "" })), Refused::Audience);
    assert!(check(&hs(Algorithm::HS256, SECRET, &with(json!({ "aud": [inbox().to_string()] })))).is_ok());
}

#[test]
fn every_claim_that_matters_must_be_there() {
    for name in ["sub", "aud", "exp", "iat", "jti"] {
        assert_eq!(refused(json!({ name: null })), Refused::Claims, "{name}");
    }
    assert_eq!(refused(json!({ "sub": " " })), Refused::Sub);
    assert_eq!(refused(json!({ "sub": "a".repeat(300) })), Refused::Sub);
    assert_eq!(refused(json!({ "sub": 7 })), Refused::Claims);
    assert_eq!(refused(json!({ "jti": "" })), Refused::Jti);
    assert_eq!(refused(json!({ "jti": "j".repeat(200) })), Refused::Jti);
    let bad = check(&hs(Algorithm::HS256, SECRET, &with(json!({ "email": "not an address", "name": " ", "locale": "xx" })))).unwrap();
    assert_eq!((bad.email, bad.name, bad.locale), (None, None, None), "what is optional and unusable is left out");
}

#[test]
fn eddsa_tokens_are_checked_by_the_public_key() {
    let (key, public) = ed25519();
    let token = jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), &claims(), &key).unwrap();
    assert_eq!(verify(&token, &Keys::EdDsa(public), inbox(), NOW).unwrap().sub, "u-1");
    assert_eq!(verify(&token, &Keys::EdDsa([9; 32]), inbox(), NOW), Err(Refused::Signature));
}

/// The key pair of RFC 8032, test 1, as PKCS #8.
fn ed25519() -> (EncodingKey, [u8; 32]) {
    let hex = |text: &str| data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap();
    let seed = hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    let public = hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    let der = [hex("302e020100300506032b657004220420"), seed].concat();
    (EncodingKey::from_ed_der(&der), public.try_into().unwrap())
}
