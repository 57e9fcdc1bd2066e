//! Texts of people, searches, filters and tokens.

use candor_domain::channel::ChannelKind;
use candor_domain::contact::IdentityKind;
use candor_domain::device::Device;
use candor_domain::filter::{Filter, MAX_DEPTH, MAX_LEAVES};
use candor_domain::inbox::Origin;
use candor_domain::locale::Locale;
use candor_domain::network::Network;
use candor_domain::reply_token::ReplyToken;
use candor_domain::text::{MAX_QUERY_WORDS, MAX_WORD_BYTES, MAX_WORDS, Query, clean_line, detect, fold, index_words, preview, query_words};
use std::borrow::Cow;

/// Bytes as the text that a reader makes of them.
pub(crate) fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// Two texts of one input, parted by the first line end.
fn two(bytes: &[u8]) -> (String, String) {
    let text = lossy(bytes);
    let (first, second) = text.split_once('\n').unwrap_or((&text, &text));
    (first.to_owned(), second.to_owned())
}

/// A query, and a text that is held against it.
pub fn words(bytes: &[u8]) {
    let (query, text) = two(bytes);
    assert!(index_words(&text).len() <= MAX_WORDS, "more words than are kept");
    assert!(index_words(&text).iter().all(|word| word.len() <= MAX_WORD_BYTES && fold(word) == word), "a word is not folded");
    assert!(query_words(&query).len() <= MAX_QUERY_WORDS, "more words than are looked for");
    let query = Query::new(&query);
    let (evidence, spans) = query.look(&text);
    assert!(evidence.found <= evidence.wanted, "more is found than was looked for");
    let units = text.encode_utf16().count();
    assert!(spans.iter().all(|span| span.start < span.end && span.end <= units), "{spans:?} of {units}");
    assert!(spans.windows(2).all(|pair| pair[0].end <= pair[1].start), "{spans:?} overlap");
    let (snippet, marks) = query.snippet(&text, 160);
    let units = snippet.encode_utf16().count();
    assert!(marks.iter().all(|span| span.start < span.end && span.end <= units), "{marks:?} of {units}");
    for line in [snippet, preview(&text, 60), clean_line(&text, 60)] {
        assert!(!line.chars().any(|c| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')), "{line:?}");
    }
    detect(&text);
}

/// The filter of a list, as JSON.
pub fn filters(bytes: &[u8]) {
    let Ok(json) = serde_json::from_slice::<serde_json::Value>(bytes) else { return };
    match Filter::from_json(&json) {
        Ok(filter) => {
            assert!(filter.depth() <= MAX_DEPTH && filter.leaves() <= MAX_LEAVES, "beyond its limits");
            assert!(Filter::from_json(&filter.to_json()).as_ref() == Ok(&filter), "written anew it is another filter");
        }
        Err(error) => assert!(!error.to_string().is_empty(), "a refusal without words"),
    }
}

/// The token in an address and in the id of a mail.
pub fn reply_tokens(bytes: &[u8]) {
    let text = lossy(bytes);
    if let Some(token) = ReplyToken::decode(&text) {
        assert!(token.encode() == text.to_ascii_lowercase() && token.number > 0, "{token:?}");
    }
    let found = [ReplyToken::in_address(&text), ReplyToken::in_message_id(&text, "desk.test")];
    for token in found.into_iter().flatten() {
        assert!(ReplyToken::decode(&token.encode()).as_ref() == Some(&token), "{token:?}");
        assert!(token.address("support@desk.test").and_then(|own| ReplyToken::in_address(&own)) == Some(token), "lost on its way");
    }
}

/// What browsers and pages say of themselves: addresses, origins, languages, devices, networks.
pub fn headers(bytes: &[u8]) {
    let text = lossy(bytes);
    Device::from_user_agent(&text);
    if let Ok(network) = text.parse::<Network>() {
        assert!(network.to_string().parse().as_ref() == Ok(&network), "{network} is read as another one");
    }
    if let Ok(origin) = text.parse::<Origin>() {
        assert!(origin.as_str().parse().as_ref() == Ok(&origin), "{} is read as another one", origin.as_str());
    }
    Locale::nearest(&text);
    for kind in [IdentityKind::Email, IdentityKind::Exchange] {
        if let Some(normal) = kind.normal(&text) {
            assert!(kind.normal(&normal).as_ref() == Some(&normal), "{normal:?} is not as it stays");
        }
    }
    let _ = ChannelKind::parse(&text);
}
