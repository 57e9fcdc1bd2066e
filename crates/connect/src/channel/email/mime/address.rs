//! Mailboxes and ids (RFC 5322, 3.4 and 3.6.4).

use super::head::Head;
use super::inbound::{Address, Doubt};
use super::words::{self, Piece};
use super::{MAX_ADDRESSES, MAX_IDS, MAX_LINE};
use candor_domain::text::clean_line;
use mail_parser::HeaderValue;
use mail_parser::parsers::MessageStream;

/// Bytes of an address (RFC 5321, 4.5.3.1: 64 + 1 + 255).
const MAX_MAIL: usize = 320;
/// Bytes of a message id: a line of RFC 5322.
const MAX_ID: usize = 998;

/// The mailboxes of all fields of that name, groups opened.
pub(super) fn mailboxes(head: &Head<'_>, name: &str) -> Vec<Address> {
    let mut out = Vec::new();
    for field in head.all(name) {
        read(&head.text(field), &mut out);
        if out.len() >= MAX_ADDRESSES {
            out.truncate(MAX_ADDRESSES);
            break;
        }
    }
    out
}

fn read(text: &str, out: &mut Vec<Address>) {
    // Addresses with nothing but spaces between them.
    let bare = !text.contains(['<', '"', '(', ',', ';', ':']) && text.split_whitespace().all(|word| word.contains('@'));
    let mut line = if bare { text.split_whitespace().collect::<Vec<_>>().join(", ") } else { quoted(text) };
    line.push('\n');
    let HeaderValue::Address(found) = MessageStream::new(line.as_bytes()).parse_address() else { return };
    for one in found.iter() {
        let name = clean_line(one.name.as_deref().unwrap_or_default(), MAX_LINE);
        let mail = mail(one.address.as_deref().unwrap_or_default());
        if !name.is_empty() || !mail.is_empty() {
            out.push(Address { name, mail });
        }
    }
}

/// Visible characters of an address, without the brackets of a broken one.
fn mail(text: &str) -> String {
    let bare = text.trim().trim_start_matches("mailto:");
    let visible = |c: &char| {
        !c.is_whitespace()
            && !c.is_control()
            && !matches!(c, '<' | '>' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    // RFC 5322, 4.4: `<@relay,@relay:who@example.org>`.
    let bare = if bare.starts_with('@') { bare.rsplit(':').next().unwrap_or(bare) } else { bare };
    let kept: String = bare.chars().filter(visible).collect();
    // The name of a group with the rest of a broken list.
    let broken = kept.contains([':', ';', ',']) && !kept.starts_with('"') && !kept.contains('[');
    if kept.len() > MAX_MAIL || broken { String::new() } else { kept }
}

/// The value with encoded words as quoted text, since what is decoded must not become syntax: a name may hold commas.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let (mut in_quotes, mut comments) = (false, 0u32);
    for piece in words::pieces(text) {
        match piece {
            Piece::Plain(plain) => {
                let mut escaped = false;
                for c in plain.chars() {
                    match c {
                        _ if escaped => escaped = false,
                        '\\' => escaped = true,
                        '"' if comments == 0 => in_quotes = !in_quotes,
                        '(' if !in_quotes => comments += 1,
                        ')' if !in_quotes => comments = comments.saturating_sub(1),
                        _ => {}
                    }
                }
                out.push_str(plain);
            }
            Piece::Decoded(word) => {
                let safe = word.chars().map(|c| if c.is_control() || matches!(c, '"' | '\\') { ' ' } else { c });
                if in_quotes {
                    out.extend(safe);
                } else if comments > 0 {
                    out.extend(safe.map(|c| if matches!(c, '(' | ')') { ' ' } else { c }));
                } else {
                    let space = if out.ends_with(char::is_whitespace) { " " } else { "" };
                    out.push('"');
                    out.push_str(space);
                    out.extend(safe);
                    out.push('"');
                }
            }
        }
    }
    out
}

/// `Return-Path`: the address, empty for `<>`; `None` without the field.
pub(super) fn return_path(head: &Head<'_>) -> Option<String> {
    let text = head.first("return-path")?;
    let inner = text.split_once('<').map_or(text.as_str(), |(_, rest)| rest.split('>').next().unwrap_or_default());
    Some(mail(inner.split_whitespace().next().unwrap_or_default()))
}

/// The ids of all fields of that name, each once; of too many the first and the newest.
pub(super) fn ids(head: &Head<'_>, name: &str) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    let mut out = Vec::new();
    for field in head.all(name) {
        out.extend(ids_of(&head.text(field)).into_iter().filter(|id| seen.insert(id.clone())));
    }
    if out.len() > MAX_IDS {
        out.drain(1..out.len() - (MAX_IDS - 1));
    }
    out
}

/// What stands in angle brackets; without any, the words with an `@`, else (for a field of one id) the first word.
fn ids_of(text: &str) -> Vec<String> {
    let clean = |id: &str| -> Option<String> {
        let id: String = id.chars().filter(|c| !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>')).collect();
        (!id.is_empty() && id.len() <= MAX_ID).then_some(id)
    };
    let bracketed: Vec<String> = text.split('<').skip(1).filter_map(|rest| rest.split_once('>')).filter_map(|(id, _)| clean(id)).collect();
    if !bracketed.is_empty() {
        return bracketed;
    }
    let words: Vec<String> = text.split([' ', '\t', ',']).filter(|word| word.contains('@')).filter_map(clean).collect();
    if words.is_empty() { text.split_whitespace().next().and_then(clean).into_iter().collect() } else { words }
}

/// The address in a display name that is not the mailbox's own.
fn imitation(address: &Address) -> Option<String> {
    let name = address.name.replace(['\u{ff20}', '\u{fe6b}'], "@");
    let edge = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '(' | ')' | '[' | ']' | '"' | '\'' | ',' | ';' | ':' | '|' | '/');
    let looks =
        |word: &&str| word.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && domain.trim_matches('.').contains('.'));
    name.split(edge)
        .map(|word| word.trim_matches('.'))
        .filter(looks)
        .find(|word| !word.eq_ignore_ascii_case(&address.mail))
        .map(str::to_owned)
}

/// Doubts about the names beside addresses.
pub(super) fn imitations<'a>(addresses: impl Iterator<Item = &'a Address>) -> Vec<Doubt> {
    let found = addresses.filter_map(|one| Some(Doubt::Imitation { named: imitation(one)?, mail: one.mail.clone() }));
    found.take(10).collect()
}
