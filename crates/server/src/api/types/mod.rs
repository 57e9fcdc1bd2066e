//! The agents' API types: the server's own, named as in the OpenAPI document, made from what use cases return.

pub mod addressing;
pub mod case;
pub mod channel;
pub mod conversation;
pub mod desk;
pub mod event;
pub mod file;
pub mod filter;
pub mod held;
pub mod mail;
pub mod original;
pub mod outbound;
pub mod signing;
pub mod staff;
pub mod words;
