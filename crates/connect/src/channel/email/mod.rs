//! E-mail: what arrives is read here, and what leaves is written here. Nothing in it knows a case or the database.

pub mod automatic;
pub mod bounce;
pub mod html;
pub mod mime;
pub mod outgoing;
pub mod quote;
pub mod verdict;
