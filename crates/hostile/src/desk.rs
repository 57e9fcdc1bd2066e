//! What programs of others send to the server: requests, frames, tokens, its own settings.

use crate::text::lossy;
use axum::body::Body as Bytes;
use axum::extract::FromRequest;
use candor_app::live::Place;
use candor_app::visitor::{IdentityKeys, verify};
use candor_domain::id::InboxId;
use candor_server::config::{Config, Sources};
use candor_server::extract::{Body, page};
use candor_server::live;
use http::{Request, header};
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

/// When the tokens of the seeds are valid.
const NOW: i64 = 1_790_000_000_000;
const SECRET: &[u8] = b"a secret of the inbox, 32 bytes..";

/// A cursor that was handed out, and now comes back.
pub fn cursors(bytes: &[u8]) {
    let text = lossy(bytes);
    let _ = page::open::<Place>(&text);
    if let Ok(place) = page::open::<(i64, i64, i64)>(&text) {
        assert!(page::open::<(i64, i64, i64)>(&page::seal(&place)).is_ok_and(|again| again == place), "{place:?}");
    }
}

/// The body of a request.
pub fn bodies(bytes: &[u8]) {
    thread_local!(static RUNTIME: Runtime = Builder::new_current_thread().enable_time().build().expect("a runtime"));
    let request = Request::post("/").header(header::CONTENT_TYPE, "application/json").body(Bytes::from(bytes.to_vec())).expect("a request");
    let read = RUNTIME.with(|runtime| runtime.block_on(Body::<Value>::from_request(request, &())));
    match read {
        Ok(Body(value)) => assert!(value.is_object() && !value.to_string().contains("\\u0000"), "{value}"),
        Err(problem) => assert!((400..500).contains(&problem.code().status().as_u16()), "{problem:?}"),
    }
}

/// A frame on the agents' or on the visitors' line.
pub fn frames(bytes: &[u8]) {
    let text = lossy(bytes);
    let (agents, visitors) = (live::agents_say(&text), live::visitors_say(&text));
    assert!(!(agents || visitors) || serde_json::from_str::<Value>(&text).is_ok_and(|frame| frame["type"].is_string()), "{text}");
}

/// The exchange's word on who its customer is. Nobody but the exchange has its key, so whoever sends this believes nobody's.
pub fn identities(bytes: &[u8]) {
    let (text, inbox) = (lossy(bytes), InboxId::from_parts(NOW, [7; 10]));
    for keys in [IdentityKeys::Hs256(vec![SECRET.to_vec()]), IdentityKeys::EdDsa([7; 32])] {
        let believed = verify(&text, &keys, inbox, NOW);
        assert!(believed.is_err() || signed(&text) == signed(TOKEN), "{believed:?} of {text}");
    }
}

/// What a token's signature is over.
fn signed(token: &str) -> &str {
    token.rsplit_once('.').map_or(token, |(signed, _)| signed)
}

/// The one token that is signed with the secret above, and the seed of the others.
pub(crate) const TOKEN: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9\
    .eyJzdWIiOiJ1LTEiLCJhdWQiOiIwMWEwYzQ1MC02YzAwLTc3MDctODcwNy0wNzA3MDcwNzA3MDciLCJpYXQiOjE3OTAwMDAwMDAsImV4cCI6MTc5MDAwMDMwMCwianRpIjoiai0xIiwibmFtZSI6IkxpIFdlaSIsImVtYWlsIjoibGlAZXhhbXBsZS5jb20iLCJsb2NhbGUiOiJ6aC1IYW50LUhLIiwiYXR0cnMiOnsidmlwIjozLCJreWMiOnRydWV9fQ\
    .g-g-tw3iPsFMAhGyc7yy6K0bCt1_zLjvALgwE1kEUjc";

/// `candor.toml`. Settings may name files with secrets: devices, which have no end, are left out.
pub fn settings(bytes: &[u8]) {
    let text = lossy(bytes);
    if text.contains("/dev/") || text.contains("/proc/") {
        return;
    }
    let file = std::env::temp_dir().join(format!("hostile-{}.toml", std::process::id()));
    let load = |text: &str| {
        std::fs::write(&file, text).expect("a file");
        Config::load(Sources { file: Some(file.clone()), environment: Vec::new(), flags: Vec::new() })
    };
    let loaded = load(&text);
    match &loaded {
        Ok(config) => {
            let dump = config.dump();
            // Masked secrets are no secrets any more.
            let again = dump.contains("***") || load(&dump).is_ok_and(|again| again.dump() == dump);
            assert!(again, "other settings come of {dump}");
        }
        Err(error) => assert!(!error.to_string().is_empty(), "a refusal without words"),
    }
    let _ = std::fs::remove_file(&file);
}
