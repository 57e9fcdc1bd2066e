//! The live lines: one WebSocket (or streamed answer) a screen, for agents and for visitors.
//!
//! A line is woken by the hub and reads from the database what its actor may see, by number. Rights are looked at
//! again every few seconds and at every revocation. Nothing is buffered for who does not read: the line ends, the
//! client comes back with the last number it has.

pub mod agent;
mod agent_frames;
mod agent_screen;
mod counts;
mod socket;
mod stream;
pub mod visitor;
mod visitor_frames;
mod wire;

pub use counts::{Places, ViewCount, count};
