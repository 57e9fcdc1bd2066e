//! Every parser of the desk as one function from bytes that strangers send, and what must hold of each answer.
//!
//! `fuzz/` drives them for hours, `tests/seeds.rs` for a moment in every run of the tests; both begin with the same [`seeds`].

pub mod desk;
pub mod imap;
pub mod mail;
mod parsers;
mod seeds;
pub mod smtp;
pub mod text;
pub mod upload;

pub use parsers::{ALL, Parser};
pub use seeds::seeds;
