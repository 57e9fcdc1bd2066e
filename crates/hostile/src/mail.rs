//! Mail: whoever knows the desk's address can send any bytes.

use crate::text::lossy;
use candor_connect::channel::email::html::{clean, sheet};
use candor_connect::channel::email::mime::{self, MAX_FILES, MAX_LINE, MAX_NAME, MAX_TEXT};
use candor_connect::channel::email::quote::{Kind, fold};
use candor_connect::channel::email::{automatic, bounce};
use std::collections::HashSet;

/// A whole mail, down to its files and their names.
pub fn mime(raw: &[u8]) {
    let mail = mime::read(raw);
    assert!(mail.files.len() <= MAX_FILES && mail.text.len() <= MAX_TEXT, "more than is kept");
    assert!(mail.html.as_ref().is_none_or(|html| html.len() <= MAX_TEXT), "more HTML than is kept");
    // Four marks on each character, as many as a line shows.
    assert!(mail.subject.chars().count() <= MAX_LINE * 32 && !mail.subject.chars().any(char::is_control), "{:?}", mail.subject);
    let mut names = HashSet::new();
    for file in &mail.files {
        assert!(names.insert(file.name.to_lowercase()), "{:?} stands twice", file.name);
        assert!((1..=MAX_NAME).contains(&file.name.chars().count()) && !file.name.starts_with('.'), "{:?}", file.name);
        assert!(!file.name.contains(['/', '\\', '\u{202e}']) && !file.name.chars().any(char::is_control), "{:?}", file.name);
    }
}

/// The wrapping of Outlook, which stands in a mail as `winmail.dat`.
pub fn tnef(packed: &[u8]) {
    let packed = data_encoding::BASE64_MIME.encode(packed);
    let head = "From: a@example.org\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64";
    mime(format!("{head}\r\n\r\n{packed}").as_bytes());
}

/// The text of a mail, in which new words are told from quoted ones.
pub fn quotes(bytes: &[u8]) {
    let text = lossy(bytes);
    let folded = fold(&text);
    let all: String = folded.pieces.iter().map(|piece| text.get(piece.range.clone()).expect("a piece ends between lines")).collect();
    assert!(all == text, "the pieces are not the text");
    assert!(folded.pieces.windows(2).all(|pair| pair[0].kind != pair[1].kind), "neighbours of one kind");
    assert!(text.is_empty() || folded.pieces.iter().any(|piece| piece.kind == Kind::New), "nothing is shown");
    assert!(text.trim().is_empty() || !folded.fresh(&text).is_empty(), "nothing is said");
}

/// What other servers say about mail of ours.
pub fn bounces(raw: &[u8]) {
    let Some(bounce) = mime::parse(raw).as_ref().and_then(bounce::read) else { return };
    assert!(bounce.recipients.len() <= bounce::MAX_RECIPIENTS, "more recipients than are kept");
    for failed in &bounce.recipients {
        assert!(failed.words.chars().count() <= bounce::MAX_WORDS && !failed.words.chars().any(char::is_control), "{:?}", failed.words);
    }
}

/// Whether a machine wrote.
pub fn automatic(raw: &[u8]) {
    if let Some(message) = mime::parse(raw) {
        automatic::read(&message);
    }
}

/// HTML for the console, and for the eye.
pub fn html(bytes: &[u8]) {
    let html = lossy(bytes);
    let cleaned = clean(&html);
    let again = clean(&cleaned.html);
    assert!(again.html == cleaned.html, "cleaning twice gives something else");
    let lower = cleaned.html.to_ascii_lowercase();
    for tag in ["<script", "<style", "<iframe", "<object", "<embed", "<form", "<svg", "<math", "<base", "<link", "<meta", "<template"] {
        assert!(!lower.contains(tag), "{tag} is left");
    }
    let shown = sheet(&cleaned, false, |_| None);
    // Outside of tags it is only text.
    let mut tags = shown.html.split('<').skip(1).filter_map(|piece| piece.split('>').next());
    assert!(!tags.any(|tag| tag.contains(" src=\"")), "a picture is fetched that nobody asked for");
    mime::html_to_text(&html);
}
