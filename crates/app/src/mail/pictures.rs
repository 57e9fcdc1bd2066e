//! The pictures that a mail shows in its text, as addresses that hold them (`data:`): a page that runs nothing and is nobody's own
//! cannot fetch them with the agent's session. They pass the check of all files, and what they tell of their making is taken out.

use candor_connect::channel::email::mime::Part;
use candor_domain::file::{Check, Cleaner, FileKind, FilePolicy};
use data_encoding::BASE64;
use std::collections::HashMap;

/// Characters that all of them may add to the page together; those beyond are left out and stay in the list of files.
const ROOM: usize = 12 << 20;

pub(super) struct Pictures {
    parts: Vec<Part>,
    /// Addresses of the parts that were asked for; `None` for what is no picture.
    made: HashMap<usize, Option<String>>,
    room: usize,
}

impl Pictures {
    pub(super) fn new(parts: Vec<Part>) -> Self {
        Self { parts, made: HashMap::new(), room: ROOM }
    }

    /// The address of the picture with this content id.
    pub(super) fn address(&mut self, cid: &str) -> Option<String> {
        let named = |part: &Part| part.content_id.as_deref().is_some_and(|id| id.eq_ignore_ascii_case(cid));
        let at = self.parts.iter().position(named)?;
        let made = self.made.entry(at).or_insert_with(|| self.parts.get(at).and_then(address)).as_ref()?;
        self.room = self.room.checked_sub(made.len())?;
        Some(made.clone())
    }
}

fn address(part: &Part) -> Option<String> {
    let mut check = Check::new(FilePolicy::default(), &part.name, &part.mime);
    check.feed(&part.bytes).ok()?;
    let kind = check.finish().ok()?.kind;
    if !matches!(kind, FileKind::Png | FileKind::Jpeg | FileKind::Gif | FileKind::Webp) {
        return None;
    }
    let (mut cleaner, mut clean) = (Cleaner::default(), Vec::with_capacity(part.bytes.len()));
    cleaner.feed(&part.bytes, &mut clean);
    cleaner.finish(&mut clean).ok()?;
    Some(format!("data:{};base64,{}", kind.media_type(), BASE64.encode(&clean)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture of one pixel (RFC 2083).
    const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    fn part(name: &str, mime: &str, content_id: &str, bytes: &[u8]) -> Part {
        Part { name: name.into(), mime: mime.into(), content_id: Some(content_id.into()), inline: true, bytes: bytes.to_vec() }
    }

    #[test]
    fn only_what_is_a_picture_is_shown_as_one() {
        let png = BASE64.decode(PNG.as_bytes()).unwrap();
        let mut pictures = Pictures::new(vec![
            part("a.png", "image/png", "One@x", &png),
            part("b.png", "image/png", "two@x", b"<svg onload=alert(1)></svg>"),
            part("c.html", "text/html", "three@x", b"<script>alert(1)</script>"),
            part("d.pdf", "application/pdf", "four@x", b"%PDF-1.7\n%%EOF"),
        ]);
        assert_eq!(pictures.address("one@X"), Some(format!("data:image/png;base64,{PNG}")));
        for cid in ["two@x", "three@x", "four@x", "five@x", ""] {
            assert_eq!(pictures.address(cid), None, "{cid}");
        }
    }

    #[test]
    fn a_picture_repeated_without_end_stops_at_the_room_there_is() {
        let png = BASE64.decode(PNG.as_bytes()).unwrap();
        let mut pictures = Pictures { room: 400, ..Pictures::new(vec![part("a.png", "image/png", "a", &png)]) };
        assert_eq!((0..10).filter(|_| pictures.address("a").is_some()).count(), 3);
    }
}
