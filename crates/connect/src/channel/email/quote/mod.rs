//! What of a mail's text is new, and what is history: the quote of an earlier mail, the signature.
//!
//! It never deletes: the pieces cover the whole text, and the console shows the rest one click away. The two errors are not
//! equal. Hidden new words are lost words; a visible quote is only ugly. So whatever has two readings is new.

mod block;
mod intro;
mod labels;
mod layout;
mod lines;
mod rows;
mod signature;
#[cfg(test)]
mod tests;
mod words;

use std::ops::Range;

/// What a piece of a mail's text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Words that the sender wrote for this mail, or passed on purposely: a forward, an excerpt they answer to.
    New,
    /// An earlier mail, with the line or block that introduces it.
    Quote,
    /// The sender's name card, a device's or a client's line, the footer of a mailing list.
    Signature,
}

/// A stretch of whole lines of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub kind: Kind,
    /// Where it is, in bytes of the text; the ends lie between lines.
    pub range: Range<usize>,
}

/// A text in pieces: they follow each other without gap or overlap, neighbours differ in kind, and an empty text has none.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Folded {
    /// In the order of the text.
    pub pieces: Vec<Piece>,
}

impl Folded {
    /// The new words of the text that was folded, without white space at the end. Ranges that do not fit the text (it is
    /// another one) are left out.
    pub fn fresh(&self, text: &str) -> String {
        let new = self.pieces.iter().filter(|piece| piece.kind == Kind::New);
        let mut fresh: String = new.filter_map(|piece| text.get(piece.range.clone())).collect();
        fresh.truncate(fresh.trim_end().len());
        fresh
    }
}

/// Divides the plain text of a mail. Total and linear in the text. A text in which nothing would be new (only a quote, only a
/// signature) is all new.
pub fn fold(text: &str) -> Folded {
    let lines = lines::split(text);
    let kinds = layout::kinds(&lines);
    let mut pieces: Vec<Piece> = Vec::new();
    for (line, kind) in lines.iter().zip(kinds) {
        match pieces.last_mut() {
            Some(last) if last.kind == kind => last.range.end = line.range.end,
            _ => pieces.push(Piece { kind, range: line.range.clone() }),
        }
    }
    Folded { pieces }
}
