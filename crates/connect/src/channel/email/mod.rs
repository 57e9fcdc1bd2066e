//! E-mail: what arrives is fetched and read here, and what leaves is written here. Nothing in it knows a case or the database.

pub mod automatic;
pub mod bounce;
pub mod html;
pub mod imap;
pub mod mime;
pub mod outgoing;
pub mod quote;
mod said;
pub mod verdict;
