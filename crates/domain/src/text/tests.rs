//! Every text function on strings that are known to break programs.

use super::*;
use std::path::PathBuf;

/// A file of the shared folder with the corpora: `CANDOR_SHARED`, else beside the workspace. Without the variable a missing
/// folder is said and passes; with it a missing folder fails.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let named = std::env::var_os("CANDOR_SHARED");
    let root = named.clone().map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")), PathBuf::from);
    let file = root.join("data").join(path);
    if file.exists() {
        return Some(file);
    }
    assert!(named.is_none(), "CANDOR_SHARED is set, but {} is missing", file.display());
    // Written past the test harness, which would swallow it: a skipped test must be seen.
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "SKIPPED: no data at {}; set CANDOR_SHARED", file.display());
    None
}

fn hold(text: &str) {
    let folded = fold(text);
    assert_eq!(fold(&folded), folded, "{text:?}");
    let list = words(text);
    assert!(list.iter().all(|word| fold(word) == *word), "{text:?}");
    let units = text.encode_utf16().count();
    for query in [text, "a", "提现"] {
        assert!(highlight(text, query).iter().all(|span| span.start < span.end && span.end <= units), "{text:?}");
        let (snippet, _) = Query::new(query).snippet(text, 40);
        assert!(!snippet.chars().any(char::is_control), "{text:?}");
    }
    for line in [preview(text, 30), clean_line(text, 30)] {
        assert!(!line.chars().any(|c| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')), "{text:?}");
        assert_eq!(line.trim(), line);
    }
    detect(text);
}

#[test]
fn naughty_strings_break_nothing() {
    let Some(path) = shared("corpora/blns/blns.json") else { return };
    let strings: Vec<String> = serde_json::from_slice(&std::fs::read(path).expect("readable")).expect("a list of strings");
    assert!(strings.len() > 100);
    strings.iter().for_each(|text| hold(text));
    hold(&strings.join("\n"));
    hold(&strings.concat());
}

#[test]
fn a_query_made_of_a_naughty_string_finds_it() {
    let Some(path) = shared("corpora/blns/blns.json") else { return };
    let strings: Vec<String> = serde_json::from_slice(&std::fs::read(path).expect("readable")).expect("a list of strings");
    for text in strings {
        let index = words(&text);
        // An id cut short by an ellipsis is looked for by its ends, which a lone fragment does not have.
        for word in query_words(&text).iter().filter(|_| !text.contains("...") && !text.contains('…')) {
            assert!(index.contains(word), "{word:?} of {text:?}");
        }
    }
}

#[test]
fn real_tickets_show_their_language_and_are_found_by_their_ids() {
    let Some(path) = shared("tickets.jsonl") else { return };
    let lines = std::fs::read_to_string(path).expect("readable");
    let mut ids = 0;
    for line in lines.lines() {
        let ticket: serde_json::Value = serde_json::from_str(line).expect("a ticket");
        let text = ticket["text"].as_str().expect("text");
        let language = match ticket["lang"].as_str() {
            Some("zh-Hans") => Language::ChineseSimplified,
            Some("zh-Hant") => Language::ChineseTraditional,
            _ => Language::English,
        };
        assert_eq!(detect(text), Some(language), "{text}");
        let index = words(text);
        for id in ticket["entities"]["txids"].as_array().into_iter().flatten().filter_map(|id| id.as_str()) {
            let bare = id.trim_start_matches("0x");
            for query in [id, &bare[..6], &bare[bare.len() - 6..]] {
                ids += 1;
                assert!(query_words(query).iter().all(|word| index.contains(word)), "{query} in {text}");
            }
        }
    }
    assert!(ids > 0);
}
