//! Notes between nodes: one line each, at most 200 and 7 kB together.

use crate::notes::{Ephemeral, Note};
use data_encoding::BASE64URL_NOPAD as BASE64;
use uuid::Uuid;

pub(super) const NOTES: usize = 200;
/// Of lines; PostgreSQL takes 8000 bytes in all.
pub(super) const BYTES: usize = 6900;
const BODY: usize = 4000;

/// A note as a line; `None` for what stays on its node.
pub(super) fn line(note: &Note) -> Option<String> {
    Some(match note {
        Note::Wake { stream, seq } => format!("w{}{seq}", short(*stream)),
        Note::Ephemeral(Ephemeral { topic, body }) if body.len() <= BODY => {
            // A line break in JSON outside a string is the same as a space, and inside a string it is not allowed.
            format!("e{}{}", short(*topic), body.replace(['\n', '\r', '\0'], " "))
        }
        Note::Settings => "s".to_owned(),
        Note::Revoked { agent } => format!("r{}", short(*agent)),
        Note::VisitorLeft { session } => format!("v{}", short(*session)),
        Note::Job => "j".to_owned(),
        Note::Feed => "f".to_owned(),
        Note::KeysDestroyed => "k".to_owned(),
        Note::Ephemeral(_) | Note::Timer { .. } | Note::Gap => return None,
    })
}

/// A node's notes as one text.
pub(super) fn join(node: Uuid, lines: &[String]) -> String {
    let mut text = short(node);
    for line in lines {
        text.push('\n');
        text.push_str(line);
    }
    text
}

/// The notes of another node. What a newer version sends and this one does not know is passed over.
pub(super) fn split(me: Uuid, text: &str) -> Vec<Note> {
    let mut lines = text.split('\n');
    if lines.next().and_then(long) == Some(me) {
        return Vec::new();
    }
    lines.filter_map(note).collect()
}

fn note(line: &str) -> Option<Note> {
    let kind = line.chars().next()?;
    let rest = &line[kind.len_utf8()..];
    let named = || Some((long(rest.get(..22)?)?, &rest[22..]));
    Some(match kind {
        'w' => named().and_then(|(stream, seq)| Some(Note::Wake { stream, seq: seq.parse().ok()? }))?,
        'e' => named().map(|(topic, body)| Note::Ephemeral(Ephemeral { topic, body: body.to_owned() }))?,
        's' => Note::Settings,
        'r' => named().map(|(agent, _)| Note::Revoked { agent })?,
        'v' => named().map(|(session, _)| Note::VisitorLeft { session })?,
        'j' => Note::Job,
        'f' => Note::Feed,
        'k' => Note::KeysDestroyed,
        _ => return None,
    })
}

fn short(id: Uuid) -> String {
    BASE64.encode(id.as_bytes())
}

fn long(text: &str) -> Option<Uuid> {
    Uuid::from_slice(&BASE64.decode(text.as_bytes()).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_come_back_as_they_went() {
        let id = Uuid::from_u128(0x0192_f3a4_5566_7788_99aa_bbcc_ddee_ff00);
        let notes = [
            Note::Wake { stream: id, seq: 17 },
            Note::Ephemeral(Ephemeral { topic: id, body: r#"{"typing":true,"who":"小明"}"#.to_owned() }),
            Note::Settings,
            Note::Revoked { agent: id },
            Note::VisitorLeft { session: id },
            Note::Job,
            Note::Feed,
            Note::KeysDestroyed,
        ];
        let lines: Vec<String> = notes.iter().filter_map(line).collect();
        let text = join(Uuid::from_u128(1), &lines);
        assert_eq!(split(Uuid::from_u128(2), &text), notes);
        assert!(split(Uuid::from_u128(1), &text).is_empty());
        assert!(split(Uuid::from_u128(2), "\nw\nwé\nzz\n").is_empty());
    }

    #[test]
    fn two_hundred_wakes_fit() {
        let lines: Vec<String> = (0..NOTES).filter_map(|_| line(&Note::Wake { stream: Uuid::max(), seq: 1_000_000 })).collect();
        assert_eq!(lines.len(), NOTES);
        assert!(lines.iter().map(|line| line.len() + 1).sum::<usize>() <= BYTES);
        assert!(join(Uuid::max(), &lines).len() <= 7000);
    }
}
