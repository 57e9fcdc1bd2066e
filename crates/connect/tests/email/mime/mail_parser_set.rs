//! `mail-parser-eml`: the trees that mail-parser itself recorded.

use super::json::Json;
use super::{Tally, name, words};
use crate::corpus;
use candor_connect::channel::email::mime::{Address, read};

#[test]
fn mails_read_as_mail_parser_recorded_them() {
    let mut tally = Tally::default();
    for path in corpus::files("mail-parser-eml", &[".eml"]) {
        let file = name(&path);
        let raw = std::fs::read(&path).unwrap();
        let recorded = Json::read(&std::fs::read_to_string(path.with_extension("json")).unwrap());
        let mail = read(&raw);
        let parts = recorded.at("parts").list();
        let Some(first) = parts.first() else { continue };
        for (what, ours) in [("from", &mail.froms), ("to", &mail.to)] {
            let theirs = recorded_mails(first, what);
            // Raw 8-bit headers without a label are lossy there and read here.
            if !format!("{theirs:?}").contains('\u{fffd}') {
                tally.fact(&file, what, &mails(ours), &theirs);
            }
        }
        let subject = header(first, "subject").at("Text").text().unwrap_or_default();
        if !subject.contains('\u{fffd}') {
            tally.fact(&file, "subject", &words(&mail.subject), &words(subject));
        }
        attachments(&mut tally, &file, &recorded, &mail);
        // Only its plain parts: its text of HTML parts is not recorded.
        let texts = recorded.at("text_body").list().iter().map(|id| parts[id.number()].at("body").at("Text").text().unwrap_or_default());
        let expected: Vec<&str> = texts.flat_map(words).collect();
        if !expected.is_empty() && !expected.concat().contains('\u{fffd}') {
            tally.fact(&file, "text", &words(&mail.text), &expected);
        }
    }
    tally.at_least(95);
}

/// Names of attachments where recorded, and their number. Two matters of taste are left out of the number: mail-parser calls
/// the last text of a mail without its closing boundary an attachment, and text inside a broken multipart too; here both are
/// words of the mail, since a reader would not look for them in a file.
///
/// What remains different is its own: an attached mail that ends at a boundary line without a blank line swallows the next ones
/// in its tree, and a multipart whose header runs into its text is shown as raw text.
fn attachments(tally: &mut Tally, file: &str, recorded: &Json, mail: &candor_connect::channel::email::mime::Inbound) {
    let parts = recorded.at("parts").list();
    let taste = |part: &&Json| {
        part.at("is_encoding_problem") == &Json::Bool(true) && is_text(part) && attribute(part, "content_disposition", "filename").is_none()
    };
    let kept: Vec<&Json> = recorded.at("attachments").list().iter().map(|id| &parts[id.number()]).filter(|part| !taste(part)).collect();
    tally.fact(file, "number of files", &mail.files.len(), &kept.len());
    for part in kept {
        let named = attribute(part, "content_disposition", "filename").or_else(|| attribute(part, "content_type", "name"));
        // Its names of raw 8-bit bytes are lossy, ours are read; ours have no path.
        let Some(named) = named.filter(|named| !named.contains('\u{fffd}')) else { continue };
        let found = mail.files.iter().any(|ours| named.ends_with(&ours.name));
        tally.fact(file, "file", &if found { named } else { "" }, &named);
    }
}

fn is_text(part: &Json) -> bool {
    let kind = header(part, "content_type").at("ContentType");
    kind.at("c_type").text().is_none_or(|kind| kind == "text")
}

fn attribute<'a>(part: &'a Json, field: &str, name: &str) -> Option<&'a str> {
    let attributes = header(part, field).at("ContentType").at("attributes").list();
    attributes.iter().find(|one| one.at("name").text() == Some(name)).and_then(|one| one.at("value").text())
}

fn header<'a>(part: &'a Json, name: &str) -> &'a Json {
    let found = part.at("headers").list().iter().find(|header| header.at("name").text() == Some(name));
    found.map_or(&Json::Null, |header| header.at("value"))
}

fn mails(all: &[Address]) -> Vec<(String, String)> {
    all.iter().map(|one| (one.name.clone(), one.mail.clone())).collect()
}

fn recorded_mails(part: &Json, name: &str) -> Vec<(String, String)> {
    let address = header(part, name).at("Address");
    let groups = address.at("Group").list().iter().flat_map(|group| group.at("addresses").list());
    let list = address.at("List").list().iter().chain(groups);
    list.map(|one| (one.at("name").text().unwrap_or_default().to_owned(), one.at("address").text().unwrap_or_default().to_owned()))
        .collect()
}
