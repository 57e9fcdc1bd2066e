//! The mail of others, from the shared corpora, through the desk's own readers.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

mod bounce;
mod corpus;
mod html;
mod mime;
mod quote;
mod verdict;
