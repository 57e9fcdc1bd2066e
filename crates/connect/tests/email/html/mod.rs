//! The sanitiser over attack strings and over the HTML of real mails.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

mod shape;
mod soup;

use crate::corpus;
use candor_connect::channel::email::html::{Clean, clean};
use mail_parser::{MessageParser, MimeHeaders, PartType};
use serde_json::Value;

/// Cleans, and fails unless the result is inert and stays as it is when cleaned again.
fn inert(source: &str, origin: &str) -> Clean {
    let out = clean(source);
    if let Err(fault) = shape::fault(&out.html) {
        panic!("{origin}: {fault}\nfrom: {source}\ngave: {}", out.html);
    }
    assert_eq!(clean(&out.html).html, out.html, "{origin}: not settled, from: {source}");
    out
}

/// All strings of a JSON file.
fn strings(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) => into.push(text.clone()),
        Value::Array(list) => list.iter().for_each(|value| strings(value, into)),
        Value::Object(map) => map.values().for_each(|value| strings(value, into)),
        _ => {}
    }
}

fn vectors(set: &str, ending: &str) -> Vec<String> {
    let mut found = Vec::new();
    for path in corpus::files(set, &[ending]) {
        strings(&serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap(), &mut found);
    }
    found
}

#[test]
fn no_attack_string_survives() {
    for set in ["owasp-xss", "xss-payloads"] {
        let vectors = vectors(set, ".json");
        let plain = vectors.iter().filter(|vector| inert(vector, set).plain).count();
        assert!(plain * 100 <= vectors.len(), "{plain} of {} {set} settle only as text", vectors.len());
        // The same inside of places that attackers break out of.
        for vector in &vectors {
            for (before, after) in [
                ("<p title=\"", "\">"),
                ("<table><tr><td>", "</table>"),
                ("<svg><style>", "</style>"),
                ("<math><mi>", "<b>"),
                ("<!--", "-->"),
            ] {
                inert(&format!("{before}{vector}{after}x"), set);
            }
        }
    }
}

#[test]
fn the_words_of_dompurifys_cases_stay() {
    let (mut total, mut differ) = (0, Vec::new());
    for path in corpus::files("dompurify", &[".json"]) {
        let cases: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        for case in cases.as_array().unwrap() {
            let payload = case["payload"].as_str().unwrap();
            let out = inert(payload, "dompurify");
            let mut expected = Vec::new();
            strings(&case["expected"], &mut expected);
            total += 1;
            if !expected.iter().any(|expected| shape::words(expected) == shape::words(&out.html)) {
                differ.push(format!("{payload}\n   {}\n   {expected:?}", out.html));
            }
        }
    }
    // DOMPurify keeps SVG, MathML, forms and style sheets, which no mail needs, so only the words are compared. The rest, 7 of 78, are
    // words inside of style sheets and text fields, which are dropped here, and words after a broken SVG, which stay here.
    assert!(differ.len() * 100 <= total * 15, "{} of {total} differ:\n{}", differ.len(), differ.join("\n"));
}

#[test]
fn the_tests_of_html5lib_leave_nothing_that_runs() {
    for path in corpus::files("html5lib", &[".test", ".dat"]) {
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        let origin = path.display().to_string();
        inert(&text, &origin);
        let mut inputs = Vec::new();
        if let Ok(cases) = serde_json::from_str(&text) {
            strings(&cases, &mut inputs);
        }
        inputs.iter().for_each(|input| drop(inert(input, &origin)));
    }
}

#[test]
fn the_html_of_real_mails_settles() {
    let sets = [
        "rspamd-messages",
        "spamassassin-data",
        "flanker",
        "mail-parser-eml",
        "ruby-mail",
        "mimekit",
        "cpython-email",
        "reply-talon",
        "mime4j-testmsgs",
        "bounces-sisimai",
    ];
    let (mut total, mut plain) = (0, Vec::new());
    for path in sets.iter().flat_map(|set| corpus::files(set, &[])) {
        let raw = std::fs::read(&path).unwrap();
        let origin = path.display().to_string();
        let mut bodies = Vec::new();
        if origin.ends_with(".html") {
            bodies.push(String::from_utf8_lossy(&raw).into_owned());
        }
        for part in MessageParser::default().parse(&raw).into_iter().flat_map(|mail| mail.parts) {
            if let (PartType::Html(html), false) = (&part.body, part.attachment_name().is_some()) {
                bodies.push(html.clone().into_owned());
            }
        }
        for body in bodies {
            total += 1;
            if inert(&body, &origin).plain {
                plain.push(origin.clone());
            }
        }
    }
    assert!(plain.len() * 100 <= total, "{} of {total} settle only as text: {plain:?}", plain.len());
}
