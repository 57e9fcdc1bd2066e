//! What is read out of a message's words. Whoever can, reads before the command: others wait behind the one that writes.

use candor_domain::text::{self, Language, Words};

/// How long a preview is, in characters.
const PREVIEW: usize = 140;

/// The language of a message, its line in lists, and the words it is found by.
#[derive(Clone)]
pub(crate) struct Said {
    pub language: Option<Language>,
    pub line: String,
    pub words: Words,
}

impl Said {
    pub(crate) fn of(text: &str) -> Said {
        Said::shown(text, text)
    }

    /// A message of which lists show a part only, by which its language is found as well.
    pub(crate) fn shown(text: &str, shown: &str) -> Said {
        Said { language: text::detect(shown), line: line(shown), words: text::index_words(text) }
    }
}

/// What lists show of a text.
pub(crate) fn line(text: &str) -> String {
    text::preview(text, PREVIEW)
}
