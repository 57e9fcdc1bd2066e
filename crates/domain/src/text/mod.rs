//! Text as people write it: one folded form, index words, highlights, previews, language.
//!
//! Pure and total: any string gives an answer, none panics, cost is near linear in the input and bounded by stated
//! limits. Never stores, seals or sends anything.

mod fold;
mod forms;
mod han;
mod highlight;
mod html;
mod ids;
mod language;
mod preview;
mod rank;
mod scan;
#[cfg(test)]
mod tests;
mod words;

pub use fold::fold;
pub use highlight::{Evidence, Query, Span, highlight};
pub use html::html_escaped;
pub use language::{Language, detect};
pub use preview::{clean_line, preview};
pub use rank::{rank, score};
#[cfg(test)]
pub(crate) use tests::shared;
pub use words::{MAX_QUERY_WORDS, MAX_WORD_BYTES, MAX_WORDS, Words, index_words, query_words, words};
